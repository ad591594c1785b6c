"""Paths and bodies of requests."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from client.errors import InvalidInputError

TRAINING = "/api/v1/training"


def training_path(*names: str) -> str:
    """Below the training API; ids and SKUs keep their place in it, whatever they hold."""
    return "/".join([TRAINING, *map(_segment, names)])


def given(options: Mapping[str, Any]) -> dict[str, Any]:
    """Only what was said."""
    return {name: value for name, value in options.items() if value is not None}


def _segment(name: str) -> str:
    """A SKU may hold any character, and one of dots alone is no way up in a path."""
    if not name:
        raise InvalidInputError(400, {"detail": "A name or id must not be empty"})
    return quote(name, safe="") if name.strip(".") else name.replace(".", "%2E")
