"""Text that a reader can see."""

import unicodedata


def checked_visible(text: str) -> str:
    """The text; raises `ValueError` where all of it is spaces, marks of direction and the like."""
    if all(unicodedata.category(one)[0] in "CZ" for one in text):
        raise ValueError("must hold a character that can be seen")
    return text
