"""Which part of a forecast each feature belongs to."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.forecast.history.prepared import PRICE
from pipeline.forecast.pooled.dates import DATE_FEATURES

LEVEL, TREND, DAY, WEEK, YEAR, HOLIDAYS, EVENTS, OTHER = (
    "level",
    "trend",
    "day",
    "week",
    "year",
    "holidays",
    "events",
    "other",
)

KNOWN_EFFECT = "known_effect"
"""What all covariates together did before; it is shared out among them."""

_OF_DATES = {
    "hour": DAY,
    "day_of_week": WEEK,
    "day_of_month": OTHER,
    "days_to_month_end": OTHER,
    "day_of_year": YEAR,
    "month": YEAR,
    "year_sin": YEAR,
    "year_cos": YEAR,
}
_BY_BEGINNING = (
    ("week_", WEEK),
    ("usual", WEEK),
    ("day_", DAY),
    ("year_", YEAR),
    ("holiday", HOLIDAYS),
    ("event", EVENTS),
    ("is_event", EVENTS),
    ("price_", PRICE),
)


def parts_of(
    names: Sequence[str], covariates: Sequence[str]
) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """The parts, and for each feature the number of its part."""
    parts = [_part(name, covariates) for name in names]
    known = tuple(dict.fromkeys([*parts, *covariates, WEEK, TREND, OTHER, KNOWN_EFFECT]))
    return known, np.array([known.index(part) for part in parts], dtype=np.int64)


def _part(name: str, covariates: Sequence[str]) -> str:
    if name in _OF_DATES:
        return _OF_DATES[name]
    if name in DATE_FEATURES:
        return HOLIDAYS
    if name == KNOWN_EFFECT:
        return KNOWN_EFFECT
    for covariate in covariates:
        if name == covariate or name.startswith(f"{covariate}: "):
            return covariate
    own = name.rpartition(": ")[2]
    return next((part for start, part in _BY_BEGINNING if own.startswith(start)), TREND)
