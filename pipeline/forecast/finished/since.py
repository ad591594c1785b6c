"""What became known of the days ahead since a model was trained."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.forecast.calendar.occasions import Closure, closed_rows
from pipeline.forecast.history.surroundings import Surroundings, values_on
from pipeline.forecast.history.validation import TIME
from pipeline.forecast.result import FittedForecaster


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSince:
    """Everything that is known now, new or not.

    Attributes
    ----------
    rows
        Column ``ds`` and covariates, of rows after the last one of training.
    closures
        All closures of the shop.
    surroundings
        What the services of weather and traffic told last.
    """

    rows: pd.DataFrame
    closures: Sequence[Closure] = ()
    surroundings: Surroundings | None = None


@dataclass(frozen=True, slots=True)
class Updated:
    """A model that assumes what is known now; by covariate, of which of its periods that is new.
    ``reopened`` tells in which periods the shop is closed now and was not, or the other way round.
    """

    model: FittedForecaster
    newer: dict[str, NDArray[np.bool_]] = field(default_factory=dict)
    reopened: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, dtype=np.bool_))


def updated(model: FittedForecaster, since: KnownSince) -> Updated:
    """The model with newer values of its covariates, and with the closures of today."""
    ahead, newer = model.ahead.copy(), {}
    periods = pd.DatetimeIndex(ahead[TIME])
    for name, values in _values(since, model, periods).items():
        before = ahead[name].to_numpy(dtype=np.float64)
        newer[name] = np.isfinite(values) & ~np.isclose(values, before, rtol=1e-9)
        ahead[name] = np.where(newer[name], values, before)
    closures = tuple(since.closures)
    was, is_now = (
        closed_rows(spans, periods, model.frequency) for spans in (model.closures, closures)
    )
    return Updated(replace(model, ahead=ahead, closures=closures), newer, was != is_now)


def _values(
    since: KnownSince, model: FittedForecaster, periods: pd.DatetimeIndex
) -> dict[str, NDArray[np.float64]]:
    """What is known of each covariate of the model, missing where nothing is."""
    told = {}
    if since.surroundings is not None:
        told = values_on(since.surroundings, periods, model.frequency)
    table = since.rows.set_index(pd.DatetimeIndex(since.rows[TIME]).as_unit("ns"))
    stated = {
        str(name): table[name].reindex(periods.as_unit("ns")).to_numpy(np.float64, na_value=np.nan)
        for name in table
        if name != TIME
    }
    return {name: values for name, values in (told | stated).items() if name in model.known}
