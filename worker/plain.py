"""Results of the pipeline as values that JSON knows."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

import numpy as np

_PLAIN = frozenset({type(None), bool, int, float, str})


def plain(value: Any) -> Any:
    """Dataclasses become objects, tuples lists, moments text, and numbers of NumPy Python's own."""
    if type(value) in _PLAIN:  # nearly everything; to ask what else it may be takes longer
        return value
    match value:
        case np.generic():
            return plain(value.item())
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset() | np.ndarray():
            return [plain(item) for item in value]
        case date():
            return value.isoformat()
        case int() | float() | str():
            return value
        case _ if is_dataclass(value) and not isinstance(value, type):
            return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
        case _:
            return str(value)
