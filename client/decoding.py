"""JSON objects into frozen dataclasses. Fields that a newer service adds stay readable in `raw`."""

import types
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any, Self, Union, get_args, get_origin, get_type_hints


@dataclass(frozen=True, kw_only=True)
class Record:
    """One JSON object of the service; `raw` is the object as it was received."""

    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def decode(cls, data: Mapping[str, Any]) -> Self:
        """Unknown fields are ignored and missing ones take their default."""
        hints = get_type_hints(cls)
        known = {
            one.name: _convert(hints[one.name], data[one.name])
            for one in fields(cls)
            if one.name != "raw" and one.name in data
        }
        return cls(raw=data, **known)


def _convert(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    if get_origin(hint) in (Union, types.UnionType):
        hint = next(one for one in get_args(hint) if one is not type(None))
    if get_origin(hint) is tuple:
        return tuple(_convert(get_args(hint)[0], one) for one in value)
    if hint is datetime:
        return datetime.fromisoformat(value)
    if hint is date:
        return date.fromisoformat(value)
    if isinstance(hint, type) and issubclass(hint, Record):
        return hint.decode(value)
    return value
