"""The fitted forecasts of all series of a table, which answer for rows and for periods ahead."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.errors import ColumnProblem, InvalidParameterError, WrongColumnsError
from pipeline.forecast.intervals.levels import require_levels
from pipeline.series.asking import Asked
from pipeline.series.calendar import Calendar
from pipeline.series.columns import FORECAST_COLUMNS, SeriesColumns
from pipeline.series.fitting import FittedSeries
from pipeline.series.methods.method import Ahead, Array
from pipeline.series.methods.registry import BASELINE

_HORIZONS_AHEAD = 10
ANSWER = FORECAST_COLUMNS


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesModel:
    """Forecasts by series. It can be pickled.

    Periods are always computed a whole horizon at once and the asked ones picked, so that a period
    has the same value, to the last bit, whatever is asked with it. Periods beyond the horizon, up
    to ten horizons, are forecast as well; they were never judged.
    """

    columns: SeriesColumns
    calendar: Calendar
    series: tuple[FittedSeries, ...]
    horizon: int
    algorithm: str
    told: tuple[Array, ...]

    @classmethod
    def of(
        cls,
        columns: SeriesColumns,
        calendar: Calendar,
        series: tuple[FittedSeries, ...],
        horizon: int,
        algorithm: str,
    ) -> "SeriesModel":
        """With the forecast of the horizon computed, so that asking for it costs nothing."""
        told = tuple(_whole(one, 0, horizon, {}, None) for one in series)
        return cls(
            columns=columns,
            calendar=calendar,
            series=series,
            horizon=horizon,
            algorithm=algorithm,
            told=told,
        )

    @property
    def candidates(self) -> tuple[str, ...]:
        """The methods that every series holds, any of which can be asked alone."""
        held = [set(one.members) | {one.algorithm, BASELINE} for one in self.series]
        common = set.intersection(*held)
        return tuple(sorted({*common, self.algorithm}))

    def answer(
        self,
        asked: Asked,
        classes: tuple[str, ...] | None,  # noqa: ARG002 -- models of all tasks take the same
        index: pd.Index,
        candidate: str | None = None,
    ) -> pd.DataFrame:
        """``prediction``, ``lower`` and ``upper`` for each row, with ``index``.

        Raises
        ------
        WrongColumnsError
            If a period is not ahead of its series, or too far.
        InvalidParameterError
            If there is no such candidate.
        """
        chosen = self._checked(candidate)
        table = np.empty((len(asked), len(ANSWER)))
        for number in np.unique(asked.series):
            rows = np.flatnonzero(asked.series == number)
            table[rows] = self._answer_series(int(number), asked, rows, chosen)
        return pd.DataFrame(table, columns=list(ANSWER), index=index)

    def forecast(self, horizon: int | None = None) -> pd.DataFrame:
        """The next ``horizon`` periods of every series: its names, the time, and the answer.

        Raises
        ------
        InvalidParameterError
            If the horizon is not between 1 and ten times that of the training.
        """
        count = self.horizon if horizon is None else horizon
        farthest = _HORIZONS_AHEAD * self.horizon
        if not 1 <= count <= farthest:
            raise InvalidParameterError(f"horizon is {count}; accepted: 1 to {farthest}")
        parts = [self._ahead_of(number, count) for number in range(len(self.series))]
        return pd.concat(parts, ignore_index=True)

    def quantiles(self, levels: Sequence[float]) -> pd.DataFrame:
        """What values of the horizon stay below with each probability.

        Parameters
        ----------
        levels
            Probabilities above 0 and below 1.

        Returns
        -------
        DataFrame
            The names of each series, the time, ``prediction``, and one column named ``str(level)``
            per level.

        Raises
        ------
        InvalidParameterError
            If a level is no probability.
        """
        require_levels(levels)
        steps = np.arange(1, self.horizon + 1, dtype=np.int64)
        tables = [
            one.intervals.quantiles(told[:, 0], steps, levels)
            for one, told in zip(self.series, self.told, strict=True)
        ]
        forecast = self.forecast().drop(columns=["lower", "upper"])
        made = pd.DataFrame(np.vstack(tables), columns=[str(level) for level in levels])
        return pd.concat([forecast, made], axis=1)

    def _checked(self, candidate: str | None) -> str | None:
        if candidate is None or candidate == self.algorithm:
            return None
        if candidate not in self.candidates:
            raise InvalidParameterError(
                f"candidate '{candidate}' is not held by this model; accepted:"
                f" {', '.join(self.candidates)}"
            )
        return candidate

    def _ahead_of(self, number: int, count: int) -> pd.DataFrame:
        one = self.series[number]
        steps = np.arange(1, count + 1, dtype=np.int64)
        values = self._values(number, steps, {}, None)
        times = self.calendar.times(one.next + steps - 1)
        names = {
            name: [text] * count for name, text in zip(self.columns.groups, one.names, strict=True)
        }
        told = {self.columns.time: self.columns.tell_times(times)}
        return pd.DataFrame({**names, **told, **dict(zip(ANSWER, values.T, strict=True))})

    def _answer_series(
        self, number: int, asked: Asked, rows: npt.NDArray[np.int64], candidate: str | None
    ) -> Array:
        one = self.series[number]
        steps = asked.positions[rows] - one.next + 1
        wrong = np.flatnonzero((steps < 1) | (steps > _HORIZONS_AHEAD * self.horizon))
        if len(wrong):
            raise self._not_ahead(one, asked, int(rows[wrong[0]]))
        given = {
            name: values[rows]
            for name, values in asked.covariates.items()
            if name in one.covariates and np.isfinite(values[rows]).any()
        }
        return self._values(number, steps, given, candidate)

    def _values(
        self,
        number: int,
        steps: npt.NDArray[np.int64],
        given: Mapping[str, Array],
        candidate: str | None,
    ) -> Array:
        table = np.empty((len(steps), len(ANSWER)))
        blocks = (steps - 1) // self.horizon
        for block in np.unique(blocks):
            rows = np.flatnonzero(blocks == block)
            places = (steps[rows] - 1) % self.horizon
            for chosen in _without_repeats(places, with_values=bool(given)):
                values = {name: told[rows[chosen]] for name, told in given.items()}
                whole = self._block(number, int(block), places[chosen], values, candidate)
                table[rows[chosen]] = whole[places[chosen]]
        return table

    def _block(
        self,
        number: int,
        block: int,
        places: npt.NDArray[np.int64],
        given: Mapping[str, Array],
        candidate: str | None,
    ) -> Array:
        """One horizon of periods, with the covariates that are given for some of them."""
        if block == 0 and not given and candidate is None:
            return self.told[number]
        whole = {}
        for name, values in given.items():
            whole[name] = np.full(self.horizon, np.nan)
            whole[name][places] = values
        return _whole(self.series[number], block, self.horizon, whole, candidate)

    def _not_ahead(self, one: FittedSeries, asked: Asked, row: int) -> WrongColumnsError:
        farthest = one.next + _HORIZONS_AHEAD * self.horizon - 1
        first, last = self.columns.tell_times(
            self.calendar.times(np.array([one.next, farthest], dtype=np.int64))
        )
        of_series = f" of {' / '.join(one.names)}" if one.names else ""
        message = (
            f"holds {asked.times[row]!r} in row {row + 1}, which is not ahead of the history"
            f"{of_series}; accepted are times from {first} to {last}"
        )
        return WrongColumnsError(
            [ColumnProblem(self.columns.time, message, asked.times[row], row + 1)]
        )


def _whole(
    one: FittedSeries,
    block: int,
    horizon: int,
    given: Mapping[str, Array],
    candidate: str | None,
) -> Array:
    """The answer for all periods of one horizon; ``given`` covariates replace what is assumed."""
    ahead = np.arange(block * horizon, (block + 1) * horizon, dtype=np.int64)
    covariates = {}
    for name, assumed in one.covariates.items():
        values = assumed[np.minimum(ahead, len(assumed) - 1)]
        told = given.get(name)
        covariates[name] = values if told is None else np.where(np.isfinite(told), told, values)
    periods = Ahead(steps=ahead + 1, positions=one.next + ahead, covariates=covariates)
    predicted = one.predict(periods, candidate)
    return np.column_stack([predicted, *one.intervals.around(predicted, periods.steps)])


def _without_repeats(
    places: npt.NDArray[np.int64], *, with_values: bool
) -> list[npt.NDArray[np.int64]]:
    """Rows in parts within which no period comes twice, as it may with other covariates."""
    if not with_values:
        return [np.arange(len(places))]
    turn = pd.Series(places).groupby(places).cumcount().to_numpy()
    return [np.flatnonzero(turn == one) for one in np.unique(turn)]
