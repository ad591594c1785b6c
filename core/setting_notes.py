"""What is noted of a setting beside its type: section, accepted values in words, secrecy."""

from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Gt, Le
from pydantic import Field
from pydantic.config import JsonDict
from pydantic.fields import FieldInfo


def setting(
    section: str,
    default: Any,
    description: str,
    *,
    accepts: str | None = None,
    secret: bool = False,
    **bounds: Any,
) -> Any:
    notes: JsonDict = {"section": section, "accepts": accepts, "secret": secret}
    given: dict[str, Any] = (
        {"default_factory": default} if callable(default) else {"default": default}
    )
    return Field(**given, description=description, json_schema_extra=notes, **bounds)


def notes(field: FieldInfo) -> dict[str, Any]:
    """The section, the accepted values in words, and the secrecy of a field."""
    extra = field.json_schema_extra
    return extra if isinstance(extra, dict) else {}


def accepts(field: FieldInfo) -> str:
    """What a field accepts, in words."""
    stated = notes(field)["accepts"]
    return str(stated) if stated else _kind(field) + _bounds(field)


def _kind(field: FieldInfo) -> str:
    if get_origin(field.annotation) is Literal:
        return "one of " + ", ".join(f"`{choice}`" for choice in get_args(field.annotation))
    for kind, words in _KIND_WORDS.items():
        if field.annotation is kind:
            return words
    return "a text"


_KIND_WORDS = {bool: "`true` or `false`", int: "a whole number", float: "a number"}
_BOUND_WORDS: tuple[tuple[type, str, str], ...] = (
    (Ge, "ge", "at least"),
    (Gt, "gt", "above"),
    (Le, "le", "at most"),
)


def _bounds(field: FieldInfo) -> str:
    words = [
        f"{word} {getattr(bound, attribute)}"
        for bound in field.metadata
        for kind, attribute, word in _BOUND_WORDS
        if isinstance(bound, kind)
    ]
    return ", " + " and ".join(words) if words else ""
