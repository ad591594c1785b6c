"""Settings given as NAME=VALUE."""

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="Another option of the training, such as prophet_interval_width=0.9. May be repeated.",
    ),
]


def settings(texts: Sequence[str] | None) -> dict[str, Any]:
    """Values are JSON where they can be: `true`, `0.9`, `null`; otherwise text."""
    return dict(_setting(text) for text in texts or ())


def stated(options: Mapping[str, Any], texts: Sequence[str] | None) -> dict[str, Any]:
    """The options that were given, and those of `--set`."""
    return {name: value for name, value in options.items() if value is not None} | settings(texts)


def _setting(text: str) -> tuple[str, Any]:
    name, sign, value = text.partition("=")
    if not (name and sign):
        raise typer.BadParameter(f"{text!r} is not NAME=VALUE")
    try:
        return name.strip().replace("-", "_"), json.loads(value)
    except ValueError:
        return name.strip().replace("-", "_"), value
