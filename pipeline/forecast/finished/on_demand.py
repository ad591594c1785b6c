"""A forecast on demand: some periods ahead of a fitted model, with covariates that are given.

The whole horizon is forecast and the asked periods are picked from it, so that a period has the
same forecast, to the last bit, whatever is asked with it.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from pipeline.errors import ColumnProblem, InvalidDataError, WrongColumnsError
from pipeline.forecast.finished.since import KnownSince, Updated, updated
from pipeline.forecast.result import FittedForecaster

TIME = "ds"


@dataclass(frozen=True, slots=True)
class OnDemandForecast:
    """Columns ``ds``, ``yhat``, ``yhat_lower``, ``yhat_upper``, and what to know about them."""

    frame: pd.DataFrame
    notes: tuple[str, ...]


def with_periods(model: FittedForecaster, horizon_days: int) -> FittedForecaster:
    """A model that was stored before models kept the periods that they forecast.

    Raises
    ------
    InvalidDataError
        If it uses covariates: what it assumed of them is not known any more.
    """
    if hasattr(model, "ahead"):
        return model
    if model.known:
        raise InvalidDataError(
            f"it uses {', '.join(model.known)}, and what it assumed of that for the days ahead was"
            " not stored by the version that trained it"
        )
    rows = model.frequency.horizon_rows(horizon_days)
    ds = model.frequency.grid(model.last, rows + 1)[1:]
    return replace(model, ahead=pd.DataFrame({TIME: ds, "step": np.arange(1, rows + 1)}))


def first_periods(model: FittedForecaster, horizon_days: int) -> pd.DataFrame:
    """The periods of the next days: one column, ``ds``.

    Raises
    ------
    InvalidDataError
        If the model's own forecast does not reach so far.
    """
    rows = model.frequency.horizon_rows(horizon_days)
    if rows > len(model.ahead):
        raise InvalidDataError(
            f"horizon_days is {horizon_days}; this model forecasts {_reach(model)}. {_TRAIN_LONGER}"
        )
    return model.ahead[[TIME]].head(rows)


def periods_between(
    model: FittedForecaster, start: pd.Timestamp | None, end: pd.Timestamp | None
) -> pd.DataFrame:
    """The periods from ``start`` to ``end``, both included; without one, from or to the end.

    Raises
    ------
    InvalidDataError
        If there are none, or one lies outside the model's own forecast.
    """
    known = model.ahead[TIME]
    first, last = start or known.iloc[0], end or known.iloc[-1]
    if first > last:
        raise InvalidDataError(f"start ({first}) is after end ({last}); give them in order")
    if first.normalize() < known.iloc[0].normalize():
        raise InvalidDataError(f"start is {first}; this model forecasts {_reach(model)}")
    if last.normalize() > known.iloc[-1].normalize():
        raise InvalidDataError(
            f"end is {last}; this model forecasts {_reach(model)}. {_TRAIN_LONGER}"
        )
    chosen = model.ahead.loc[(known >= first) & (known <= last), [TIME]]
    if chosen.empty:
        raise InvalidDataError(
            f"No period of this {model.frequency.name} model lies between {first} and {last}"
        )
    return chosen


def forecast_rows(
    model: FittedForecaster, asked: pd.DataFrame, since: KnownSince | None = None
) -> OnDemandForecast:
    """Forecast the periods of ``asked``.

    Parameters
    ----------
    model
        A fitted model.
    asked
        Column ``ds`` (time stamps, or text in ISO 8601), and any covariates. A covariate that is
        not given, or not in every row, has there what is known now, or else what the model assumed
        when it was trained.
    since
        What is known now; without it, what was known when the model was trained.

    Raises
    ------
    WrongColumnsError
        If ``ds`` is missing, or a value of a covariate is no number; the error names each column.
    InvalidDataError
        If a ``ds`` is no period ahead that the model forecasts, or is there twice.
    """
    moments = _moments(asked)
    places = _places(model, moments)
    given = _given(model, asked)
    now = Updated(model) if since is None else updated(model, since)
    future = now.model.ahead.copy()
    for name, values in given.items():
        known = np.isfinite(values)
        column = future[name].to_numpy(dtype=np.float64, copy=True)
        column[places[known]] = values[known]
        future[name] = column
    frame = now.model.predict(future).iloc[places].reset_index(drop=True)
    newer = {name: rows[places] for name, rows in now.newer.items()}
    notes = _notes(model, asked, given, newer)
    if now.reopened.any() and now.reopened[places].any():
        notes = (*notes, _REOPENED)
    return OnDemandForecast(frame, notes)


_REOPENED = (
    "The shop's closures have changed since the model was trained: the forecast follows the"
    " calendar as it is now"
)
_TRAIN_LONGER = "Train it with a larger horizon_days to look farther ahead"


def _reach(model: FittedForecaster) -> str:
    first, last = model.ahead[TIME].iloc[0], model.ahead[TIME].iloc[-1]
    return f"{len(model.ahead)} {model.frequency.name} periods from {first} to {last}"


def _moments(asked: pd.DataFrame) -> pd.DatetimeIndex:
    if TIME not in asked:
        raise WrongColumnsError([ColumnProblem(TIME, "is missing")])
    read = pd.to_datetime(asked[TIME], format="ISO8601", errors="coerce")
    if not pd.api.types.is_datetime64_dtype(read.dtype):
        raise WrongColumnsError(
            [ColumnProblem(TIME, "has a time zone; give the shop's clock without one")]
        )
    unread = np.flatnonzero(read.isna().to_numpy())
    if len(unread):
        value = str(asked[TIME].iloc[unread[0]])[:100]
        raise WrongColumnsError(
            [
                ColumnProblem(
                    TIME,
                    f"holds {value!r}, which is no date such as 2026-01-31",
                    value,
                    int(unread[0]) + 1,
                )
            ]
        )
    return pd.DatetimeIndex(read)


def _places(model: FittedForecaster, moments: pd.DatetimeIndex) -> np.ndarray:
    """Where each moment stands in the model's forecast."""
    if len(moments) == 0:
        raise InvalidDataError("There are no rows; give at least one with a ds")
    if moments.has_duplicates:
        twice = moments[moments.duplicated()][0]
        raise InvalidDataError(f"ds {twice} is there more than once; give each period once")
    known = pd.DatetimeIndex(model.ahead[TIME])
    places = known.as_unit("us").get_indexer(moments.as_unit("us"))
    lost = np.flatnonzero(places < 0)
    if len(lost):
        raise InvalidDataError(_why_not(model, moments[lost[0]], int(lost[0]) + 1))
    return places


def _why_not(model: FittedForecaster, moment: pd.Timestamp, row: int) -> str:
    said = f"Row {row}: ds {moment}"
    if moment <= model.last:
        return (
            f"{said} is not after {model.last}, the newest sales that the model knows;"
            f" it forecasts {_reach(model)}"
        )
    if moment > model.ahead[TIME].iloc[-1]:
        return f"{said} is too far ahead: the model forecasts {_reach(model)}. {_TRAIN_LONGER}"
    return f"{said} is none of the model's periods: it forecasts {_reach(model)}"


def _given(model: FittedForecaster, asked: pd.DataFrame) -> dict[str, np.ndarray]:
    """The covariates that the model uses, as far as they are given; missing where they are not."""
    given, problems = {}, []
    for name in model.known:
        if name not in asked:
            continue
        values = pd.to_numeric(asked[name], errors="coerce").to_numpy(np.float64, na_value=np.nan)
        wrong = np.flatnonzero(asked[name].notna().to_numpy() & ~np.isfinite(values))
        if len(wrong):
            value = str(asked[name].iloc[wrong[0]])[:100]
            message = f"holds {value!r}; numbers, true and false are accepted"
            problems.append(ColumnProblem(name, message, value, int(wrong[0]) + 1))
        elif np.isfinite(values).any():
            given[name] = values
    if problems:
        raise WrongColumnsError(problems)
    return given


def _notes(
    model: FittedForecaster,
    asked: pd.DataFrame,
    given: dict[str, np.ndarray],
    newer: dict[str, np.ndarray],
) -> tuple[str, ...]:
    notes = []
    for name in model.known:
        is_missing = ~np.isfinite(given[name]) if name in given else np.ones(len(asked), bool)
        missing = int(is_missing.sum())
        if missing:
            rows = "every period" if missing == len(asked) else f"{missing} of {len(asked)} periods"
            is_new = is_missing & newer.get(name, False)
            notes.append(f"No {name} was given for {rows}: the forecast assumes {_assumed(is_new)}")
    unused = [str(name) for name in asked if name not in (TIME, *model.known)]
    if unused:
        notes.append(f"The model does not use {', '.join(unused[:20])}: it makes no difference")
    return tuple(notes)


def _assumed(is_new: np.ndarray) -> str:
    count = int(is_new.sum())
    if count == 0:
        return "what was known when the model was trained"
    periods = "1 period" if count == 1 else f"{count} periods"
    return f"what is known by now, which is new for {periods}"
