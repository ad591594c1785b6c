"""The statistical methods as candidates."""

import numpy as np

from pipeline.forecast.calendar.frequency import Unit
from pipeline.forecast.candidates.candidate import (
    ONLY_BEST,
    UNHURRIED,
    Candidate,
    FitContext,
)
from pipeline.forecast.history.prepared import History
from pipeline.forecast.statistical.arima import fit_arima
from pipeline.forecast.statistical.autoregression import fit_autoregression
from pipeline.forecast.statistical.ces import fit_ces
from pipeline.forecast.statistical.ets import fit_ets, go_on_with_ets
from pipeline.forecast.statistical.history_fit import (
    fit_all_seasons_to_history,
    fit_rate_to_history,
    fit_to_history,
    go_on_with_all_seasons,
    go_on_with_one_season,
)
from pipeline.forecast.statistical.intermittent import fit_adida, fit_croston_tsb, is_rare
from pipeline.forecast.statistical.mstl import fit_mstl, go_on_with_mstl
from pipeline.forecast.statistical.theta import fit_theta, go_on_with_theta

_FAILURES = (np.linalg.LinAlgError,)


def _is_rare(history: History, _context: FitContext) -> bool:
    return is_rare(history.filled)


def _is_finer_than_days(history: History, _context: FitContext) -> bool:
    return history.frequency.unit is Unit.HOUR


STATISTICAL: dict[str, Candidate] = {
    "mstl": Candidate(
        fit=fit_all_seasons_to_history(fit_mstl),
        go_on=go_on_with_all_seasons(go_on_with_mstl),
        minimum_rows=14,
        is_simple=False,
        smooths=True,
        failures=_FAILURES,
        cost=7.0,
        family="mstl",
    ),
    "autoregression": Candidate(
        fit=fit_all_seasons_to_history(fit_autoregression),
        minimum_rows=28,
        is_simple=False,
        smooths=True,
        is_applicable=_is_finer_than_days,
        failures=_FAILURES,
        cost=3.0,
        family="autoregression",
    ),
    "ets": Candidate(
        fit=fit_to_history(fit_ets),
        go_on=go_on_with_one_season(go_on_with_ets),
        minimum_rows=14,
        is_simple=False,
        smooths=True,
        failures=_FAILURES,
        budgets=UNHURRIED,
        cost=8.0,
        family="ets",
    ),
    "theta": Candidate(
        fit=fit_to_history(fit_theta),
        go_on=go_on_with_one_season(go_on_with_theta),
        minimum_rows=14,
        is_simple=False,
        smooths=True,
        failures=_FAILURES,
        budgets=UNHURRIED,
        cost=6.0,
        family="theta",
    ),
    "ces": Candidate(
        fit=fit_to_history(fit_ces),
        minimum_rows=28,
        is_simple=False,
        smooths=True,
        failures=_FAILURES,
        budgets=ONLY_BEST,
        cost=14.0,
        family="ces",
    ),
    "arima": Candidate(
        fit=fit_to_history(fit_arima),
        minimum_rows=28,
        is_simple=False,
        smooths=True,
        failures=_FAILURES,
        budgets=ONLY_BEST,
        cost=25.0,
        family="arima",
    ),
    "croston_tsb": Candidate(
        fit=fit_rate_to_history(fit_croston_tsb),
        minimum_rows=1,
        is_simple=True,
        is_applicable=_is_rare,
        cost=0.5,
        family="rare",
    ),
    "adida": Candidate(
        fit=fit_rate_to_history(fit_adida),
        minimum_rows=1,
        is_simple=True,
        is_applicable=_is_rare,
        cost=0.5,
        family="rare",
    ),
}
