"""How a series is scaled before its model is fitted: Prophet's rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.forecast.structural.structure import Regressor, Structure

Vector = NDArray[np.float64]
Times = NDArray[np.datetime64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scales:
    """What times, values and regressors are measured from and in.

    ``start`` and ``length`` are nanoseconds; ``means`` and ``deviations`` have one number per
    regressor: 0 and 1 where it is not standardised.
    """

    start: int
    length: int
    largest: float
    means: Vector
    deviations: Vector

    def t(self, times: Times) -> Vector:
        """Times as a share of the history."""
        return np.asarray((_ticks(times) - self.start) / self.length)

    def regressors(self, values: Mapping[str, Vector], regressors: Sequence[Regressor]) -> Vector:
        """Standardised columns, shape ``(n, r)``; what is not known counts as usual."""
        columns = [
            (values[one.name] - mean) / deviation
            for one, mean, deviation in zip(regressors, self.means, self.deviations, strict=True)
        ]
        table = np.column_stack(columns)
        return np.where(np.isnan(table), 0.0, table)


def scales_of(
    times: Times, values: Vector, structure: Structure, regressors: Mapping[str, Vector]
) -> Scales:
    """The scales of known rows: at least two, sorted by time."""
    ticks = _ticks(times)
    largest = float(np.abs(values).max())
    standards = [_standard(regressors[one.name], one) for one in structure.regressors]
    return Scales(
        start=int(ticks[0]),
        length=int(ticks[-1] - ticks[0]),
        largest=largest if largest > 0 else 1.0,
        means=np.array([mean for mean, _ in standards]),
        deviations=np.array([deviation for _, deviation in standards]),
    )


def place_changepoints(t: Vector, structure: Structure) -> Vector:
    """Scaled times of the possible rate changes: evenly over the first part of the rows.

    Where there are too few rows for one there is a change at the start, which Prophet then adds to
    the rate.
    """
    rows = int(np.floor(len(t) * structure.changepoint_range))
    count = min(structure.changepoints, rows - 1)
    if count <= 0:
        return np.zeros(1)
    places = np.linspace(0, rows - 1, count + 1).round().astype(np.intp)
    return np.asarray(t[places[1:]])


def has_no_changepoints(changepoints: Vector) -> bool:
    """Whether there is only the stand-in at the start."""
    return len(changepoints) == 1 and changepoints[0] == 0.0


def _standard(values: Vector, regressor: Regressor) -> tuple[float, float]:
    known = values[np.isfinite(values)]
    if not len(known) or known.min() == known.max() or not _is_wanted(known, regressor):
        return 0.0, 1.0
    return float(known.mean()), float(known.std(ddof=1))


def _is_wanted(known: Vector, regressor: Regressor) -> bool:
    """What is not said is no for a flag."""
    if regressor.standardize == "auto":
        return not ((known == 0.0) | (known == 1.0)).all()
    return regressor.standardize


def _ticks(times: Times) -> NDArray[np.int64]:
    return times.astype("datetime64[ns]").astype(np.int64)
