"""Finished fits that outlive an interrupted search, so that a second run need not repeat them."""

import base64
import io
import json
from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np

from pipeline.table.scores import Array
from pipeline.table.search.candidate import FoldFit

_LARGEST_PREDICTIONS = 2 * 1024**2
_QUICK_SECONDS = 0.05
_FIGURES = (
    "seconds",
    "rows",
    "rounds",
    "predict_ms",
    "size_bytes",
    "train_accuracy",
    "validation_accuracy",
    "learning_seconds",
)


class Journal(Protocol):
    """Where finished fits are kept; the entries can be written as JSON."""

    def load(self) -> list[dict[str, Any]]:
        """All entries in the order in which they came."""
        ...

    def append(self, entry: dict[str, Any]) -> None:
        """Keep one more."""
        ...


class NoJournal:
    """Keeps nothing."""

    def load(self) -> list[dict[str, Any]]:
        return []

    def append(self, entry: dict[str, Any]) -> None:
        """Forget it."""


class Memory:
    """The fits of a journal that belong to the search called ``key``: one over the same data, with
    the same request and seed. A repeated search takes the same decisions, so it asks for them
    again.
    """

    def __init__(self, journal: Journal, key: str) -> None:
        self._journal = journal
        self._key = key
        self._known = {
            entry["fit"]: entry for entry in journal.load() if entry.get("search") == key
        }

    def recall(self, family: str, parameters: Mapping[str, Any], fold: int) -> FoldFit | None:
        """The finished fit, without its model; None if there is none."""
        entry = self._known.get(_fit_key(family, parameters, fold))
        return None if entry is None else _read(entry)

    def keep(self, family: str, parameters: Mapping[str, Any], fold: int, fit: FoldFit) -> None:
        """Write the fit down, unless it is sooner repeated or its predictions are too large."""
        if fit.seconds < _QUICK_SECONDS:
            return
        if fit.judged.nbytes + fit.tested.nbytes > _LARGEST_PREDICTIONS:
            return
        self._journal.append(
            {"search": self._key, "fit": _fit_key(family, parameters, fold), **_write(fit)}
        )


def _fit_key(family: str, parameters: Mapping[str, Any], fold: int) -> str:
    told = json.dumps(dict(parameters), sort_keys=True, default=repr)
    return f"{family} {told} {fold}"


def _write(fit: FoldFit) -> dict[str, Any]:
    figures = {name: getattr(fit, name) for name in _FIGURES}
    return {**figures, "judged": _as_text(fit.judged), "tested": _as_text(fit.tested)}


def _read(entry: Mapping[str, Any]) -> FoldFit:
    figures = {name: entry[name] for name in _FIGURES if name in entry}
    return FoldFit(**figures, judged=_as_array(entry["judged"]), tested=_as_array(entry["tested"]))


def _as_text(values: Array) -> str:
    file = io.BytesIO()
    np.save(file, values, allow_pickle=False)
    return base64.b64encode(file.getvalue()).decode("ascii")


def _as_array(text: str) -> Array:
    return np.asarray(np.load(io.BytesIO(base64.b64decode(text)), allow_pickle=False))
