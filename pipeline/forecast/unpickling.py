"""Parts of fitted models whose classes got fields since they were stored."""

from dataclasses import MISSING, fields
from itertools import zip_longest
from typing import Any


def set_state(part: Any, values: list[Any]) -> None:
    """Give an unpickled frozen dataclass with slots its values, and to fields that are newer than
    they are, which stand last, their defaults; one without a default stays missing.
    """
    for field, value in zip_longest(fields(part), values, fillvalue=MISSING):
        known = _default(field) if value is MISSING else value
        if known is not MISSING:
            object.__setattr__(part, field.name, known)


def _default(field: Any) -> Any:
    return field.default if field.default_factory is MISSING else field.default_factory()
