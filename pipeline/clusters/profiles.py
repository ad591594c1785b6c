"""What the rows of each cluster have in common, column by column, in the table's own units."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.table.columns import date_encoder, number_reader
from pipeline.table.values import numbers

Labels = npt.NDArray[np.int64]

_MOST_VALUES = 200
_TOP_VALUES = 5
_LONGEST_VALUE = 60
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class NumberProfile:
    """Means of a column of numbers or dates (then in seconds since 1970).

    ``strength`` is the share of the column's variance that the clusters explain.
    """

    column: str
    strength: float
    spread: float
    overall: float
    means: tuple[float | None, ...]
    is_date: bool = False

    def centre(self, place: int) -> dict[str, Any]:
        """JSON for one cluster."""
        mean = self.means[place]
        if self.is_date:
            return {"mean": as_date(mean), "overall_mean": as_date(self.overall)}
        return {"mean": _short(mean), "overall_mean": _short(self.overall)}


@dataclass(frozen=True, slots=True)
class CategoryProfile:
    """Shares of the values of a column, by cluster (rows of ``shares``) and in all rows.

    ``strength`` is the share of the variation (Gini) that the clusters explain: Goodman and
    Kruskal's tau.
    """

    column: str
    strength: float
    values: tuple[str, ...]
    overall: npt.NDArray[np.float64]
    shares: npt.NDArray[np.float64]

    def centre(self, place: int) -> dict[str, Any]:
        """JSON for one cluster."""
        most = np.argsort(-self.shares[place], kind="stable")[:_TOP_VALUES]
        return {
            "values": [
                {
                    "value": self.values[one],
                    "share": round(float(self.shares[place, one]), 4),
                    "overall_share": round(float(self.overall[one]), 4),
                }
                for one in most
                if self.shares[place, one] > 0
            ]
        }


Profile = NumberProfile | CategoryProfile


def profile_columns(
    frame: pd.DataFrame, kinds: Mapping[str, str], labels: Labels, clusters: int
) -> list[Profile]:
    """A profile of each column that can be described, the most separating first."""
    made = [_profile(frame[name], kind, labels, clusters) for name, kind in kinds.items()]
    found = [one for one in made if one is not None]
    return sorted(found, key=lambda one: -round(one.strength, _DIGITS))


def as_date(seconds: float | None) -> str | None:
    """The day, in ISO 8601."""
    if seconds is None:
        return None
    return str(np.datetime64(round(seconds), "s").astype("datetime64[D]"))


def _profile(column: pd.Series, kind: str, labels: Labels, clusters: int) -> Profile | None:
    name = str(column.name)
    if kind == "numbers":
        return _of_numbers(name, _as_numbers(column), labels, clusters, is_date=False)
    if kind == "dates":
        return _of_numbers(name, _as_moments(column), labels, clusters, is_date=True)
    if kind == "presence":
        filled = column.notna().map({True: "filled in", False: "missing"})
        return _of_categories(name, filled, labels, clusters)
    return _of_categories(name, column, labels, clusters)


def _as_numbers(column: pd.Series) -> npt.NDArray[np.float64]:
    reader = number_reader(column)
    return numbers(column, None if reader is None else reader.read)


def _as_moments(column: pd.Series) -> npt.NDArray[np.float64]:
    encoder = date_encoder(column)
    if encoder is None:
        return np.full(len(column), np.nan)
    moments = encoder.moments(column).astype("datetime64[s]")
    return np.where(np.isnat(moments), np.nan, moments.astype(np.int64))


def _of_numbers(
    name: str, values: npt.NDArray[np.float64], labels: Labels, clusters: int, *, is_date: bool
) -> NumberProfile | None:
    is_there = ~np.isnan(values)
    present, own = values[is_there], labels[is_there]
    if len(present) == 0:
        return None
    counts = np.bincount(own, minlength=clusters)
    sums = np.bincount(own, present, minlength=clusters)
    means = sums / np.maximum(counts, 1)
    overall, spread = float(present.mean()), float(present.std())
    between = float((counts * (means - overall) ** 2).sum()) / len(present)
    strength = between / spread**2 if spread > 0 else 0.0
    shown = tuple(float(mean) if count else None for mean, count in zip(means, counts, strict=True))
    return NumberProfile(name, min(1.0, strength), spread, overall, shown, is_date)


def _of_categories(
    name: str, column: pd.Series, labels: Labels, clusters: int
) -> CategoryProfile | None:
    is_there = column.notna().to_numpy()
    codes, values = pd.factorize(column[is_there].astype("str"), sort=True)
    if len(values) == 0 or len(values) > _MOST_VALUES:
        return None
    table = np.zeros((clusters, len(values)))
    np.add.at(table, (labels[is_there], codes), 1.0)
    overall = table.sum(axis=0) / table.sum()
    sizes = table.sum(axis=1, keepdims=True)
    shares = table / np.maximum(sizes, 1.0)
    variation = 1.0 - float((overall**2).sum())
    within = float((sizes[:, 0] * (1.0 - (shares**2).sum(axis=1))).sum()) / float(table.sum())
    strength = 1.0 - within / variation if variation > 0 else 0.0
    texts = tuple(str(value)[:_LONGEST_VALUE] for value in values)
    return CategoryProfile(name, min(max(strength, 0.0), 1.0), texts, overall, shares)


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.{_DIGITS}g}")
