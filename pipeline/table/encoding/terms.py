"""The words of a text, pairs of them and, in short texts, their letters."""

import re
from itertools import pairwise

_WORD = re.compile(r"\w+")
_MOST_WORDS = 400
_LETTERS = (3, 4)


def words(text: str) -> list[str]:
    """In lower case, without punctuation."""
    return _WORD.findall(text.lower())[:_MOST_WORDS]


def terms(text: str, *, with_letters: bool) -> list[str]:
    """Words and pairs of neighbours; ``with_letters``, also runs of three and four letters, with
    which words of the same stem have something in common."""
    found = words(text)
    pairs = [f"{first} {second}" for first, second in pairwise(found)]
    return [*found, *pairs, *(_letters(found) if with_letters else ())]


def _letters(found: list[str]) -> list[str]:
    padded = [f"<{word}>" for word in found]
    return [
        word[start : start + length]
        for word in padded
        for length in _LETTERS
        for start in range(len(word) - length + 1)
    ]
