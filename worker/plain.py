"""Results of the pipeline as values that JSON knows."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

import numpy as np


def plain(value: Any) -> Any:
    """Dataclasses become objects, tuples lists, moments text, and numbers of NumPy Python's own."""
    match value:
        case np.generic():
            return plain(value.item())
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset() | np.ndarray():
            return [plain(item) for item in value]
        case date():
            return value.isoformat()
        case None | bool() | int() | float() | str():
            return value
        case _ if is_dataclass(value) and not isinstance(value, type):
            return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
        case _:
            return str(value)
