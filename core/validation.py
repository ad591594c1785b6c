"""What pydantic found wrong, in a sentence for who sent it."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

MOST_TOLD = 3
_OWN_WORDS = {"Extra inputs are not permitted": "there is no such field"}


def plain(message: str) -> str:
    """The message of a check of ours without what pydantic puts before it, or our words for its."""
    return _OWN_WORDS.get(message, message.removeprefix("Value error, "))


def names_no_field(problem: Mapping[str, Any]) -> bool:
    """Whether the name of a field of the whole is none."""
    return problem["type"] == "extra_forbidden" and len(problem["loc"]) == 1


def in_words(error: ValidationError, whole: str) -> str:
    """The first problems, each with its field; `whole` names what is wrong with no field alone."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(
        f"{'.'.join(map(str, problem['loc'])) or whole}: {plain(problem['msg'])}"
        for problem in found[:MOST_TOLD]
    )
