"""What pydantic found wrong, in a sentence for who sent it."""

from pydantic import ValidationError

MOST_TOLD = 3


def plain(message: str) -> str:
    """The message of a check of ours without what pydantic puts before it."""
    return message.removeprefix("Value error, ")


def in_words(error: ValidationError, whole: str) -> str:
    """The first problems, each with its field; `whole` names what is wrong with no field alone."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(
        f"{'.'.join(map(str, problem['loc'])) or whole}: {plain(problem['msg'])}"
        for problem in found[:MOST_TOLD]
    )
