"""A product's forecast by trees: its own past, and trees that know how such pasts go on."""

import pickle
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.forecast.calendar.holiday_calendar import HolidayCalendar
from pipeline.forecast.periods import Periods, steps_of
from pipeline.forecast.pooled.beside import Covariate
from pipeline.forecast.pooled.group import Group
from pipeline.forecast.pooled.group_view import kept_view
from pipeline.forecast.pooled.parts import KNOWN_EFFECT, LEVEL, OTHER, WEEK, parts_of
from pipeline.forecast.pooled.retrospect import Retrospect
from pipeline.forecast.pooled.running import Values
from pipeline.forecast.pooled.seen import Seen, seen_ahead
from pipeline.forecast.pooled.series import Series, ahead_of
from pipeline.forecast.pooled.table import Surround, View
from pipeline.forecast.pooled.trees import Trees
from pipeline.forecast.unpickling import set_state

LEAST_RESPONSE = 1e-9
"""Where no covariate makes a difference, they share alike."""
_TREES_KEPT = 4
"""Of the job at hand, by frequency: 60 kB each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeForecaster:
    """Trees, with the past and the surroundings that they look at. It is stored compressed, and
    without the retrospect that it shares with the other tests of its product.
    """

    trees: Trees
    series: Series
    holidays: HolidayCalendar
    groups: Mapping[str, Group]
    covariates: tuple[Covariate, ...]
    observed: tuple[str, ...] = ()
    retrospect: Retrospect | None = field(default=None, repr=False, compare=False)
    _kept: dict[bytes, Seen] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __getstate__(self) -> tuple[bytes, bytes]:
        trees, *others = [getattr(self, name) for name in _STORED]
        return _packed_once(trees), _packed(others)

    def __setstate__(self, state: tuple[bytes, bytes] | bytes) -> None:
        """Models of the former release stand in one piece."""
        if isinstance(state, bytes):
            set_state(self, _unpacked(state))
        else:
            trees, others = map(_unpacked, state)
            set_state(self, [trees, *others])

    def predict(self, future: Periods) -> NDArray[np.float64]:
        """One value per row of ``future`` (``ds``, ``step``, known covariates)."""
        seen = self._seen(future)
        return seen.scale * np.exp(seen.expected + self.trees.predict(seen.table))

    def components(self, future: Periods) -> dict[str, NDArray[np.float64]]:
        """Parts of the forecast that add up to it.

        The trees multiply factors. Each factor gets its share of the difference to the level by
        its logarithm, so that the parts add up (logarithmic mean Divisia index, Ang 2004).
        """
        seen = self._seen(future)
        covariates = [*(one.name for one in self.covariates), *self.observed]
        parts, numbers = parts_of(seen.names, covariates)
        logs = self.trees.contributions(seen.table, numbers, len(parts))
        level = seen.scale * np.exp(logs[:, 0])
        shares = dict(zip(parts, logs[:, 1:].T, strict=True))
        shares[WEEK] = shares[WEEK] + seen.expected
        for name, share in _shared_out(shares.pop(KNOWN_EFFECT), seen.responses).items():
            shares[name] = shares[name] + share
        total = np.sum(list(shares.values()), axis=0)
        mean = level * _logarithmic_mean(total)
        return {LEVEL: level} | {name: mean * share for name, share in shares.items()}

    def _seen(self, future: Periods) -> Seen:
        """Kept for the same rows: a forecast is asked for its numbers first, then for its parts."""
        columns = (future[name] for name in ("step", *self.series.covariates))
        asked = b"".join(one.to_numpy(dtype=np.float64).tobytes() for one in columns)
        found = self._kept.get(asked)
        if found is None:
            found = self._look(future)
            self._kept.clear()
            self._kept[asked] = found
        return found

    def _look(self, future: Periods) -> Seen:
        if self.retrospect is not None and self.retrospect.tells(self.series, future):
            return self.retrospect.seen(self.series, future, self._surround)
        view = View(ahead_of(self.series, future), self._surround())
        return seen_ahead(view, len(self.series), steps_of(future))

    def _surround(self) -> Surround:
        return Surround(
            holidays=self.holidays,
            groups={name: kept_view(group, self.holidays) for name, group in self.groups.items()},
            covariates=self.covariates,
            observed=self.observed,
        )


_STORED = tuple(one.name for one in fields(TreeForecaster) if one.init and one.name != "retrospect")


def _packed(part: object) -> bytes:
    return zlib.compress(pickle.dumps(part, pickle.HIGHEST_PROTOCOL))


@lru_cache(maxsize=_TREES_KEPT)
def _packed_once(trees: Trees) -> bytes:
    """Those of all products are the same, and most of what has to be compressed."""
    return _packed(trees)


def _unpacked(part: bytes) -> Any:
    # Whoever unpickles this has verified where all of it comes from.
    return pickle.loads(zlib.decompress(part))  # noqa: S301 - part of a verified artifact


def _shared_out(effect: Values, responses: Mapping[str, Values]) -> dict[str, Values]:
    """What trees make of all covariates together, by covariate: in proportion to its response."""
    if not responses:
        return {OTHER: effect}
    sizes = {name: np.abs(each) + LEAST_RESPONSE for name, each in responses.items()}
    total = np.sum(list(sizes.values()), axis=0)
    return {name: effect * size / total for name, size in sizes.items()}


def _logarithmic_mean(logs: Values) -> Values:
    """Of 1 and the factor with this logarithm."""
    small = np.abs(logs) < 1e-9
    return np.where(small, 1.0, np.expm1(logs) / np.where(small, 1.0, logs))
