"""Whether a JSON value has every field that a document names, with values of its kind."""

from collections.abc import Iterator
from typing import Any


def differences(value: Any, shape: Any, place: str = "message") -> Iterator[str]:
    """What is missing or of another kind; additional fields are allowed."""
    match shape:
        case dict():
            for name, wanted in shape.items():
                if not isinstance(value, dict) or name not in value:
                    yield f"{place}.{name} is missing"
                else:
                    yield from differences(value[name], wanted, f"{place}.{name}")
        case [wanted]:
            if not isinstance(value, list) or not value:
                yield f"{place} is no list, or an empty one"
            else:
                for number, item in enumerate(value):
                    yield from differences(item, wanted, f"{place}[{number}]")
        case _ if not _is_a(value, shape):
            yield f"{place} is {value!r}, not of type {shape.__name__}"


def _is_a(value: Any, kind: type) -> bool:
    if isinstance(value, bool):
        return kind is bool
    return isinstance(value, (int, float)) if kind is float else isinstance(value, kind)
