"""From a history to a forecast: validate, test the candidates, choose, refit, forecast."""

import time
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from pipeline.errors import InvalidDataError
from pipeline.forecast.calendar.closed_times import NO_DAYS
from pipeline.forecast.calendar.holiday_calendar import public_holidays, seen_events
from pipeline.forecast.calendar.occasions import Days
from pipeline.forecast.candidates.candidate import (
    FitContext,
    FitFailureError,
    PointForecaster,
)
from pipeline.forecast.candidates.features import feature_names
from pipeline.forecast.candidates.known import BASELINE, CANDIDATES, OWN_TREES
from pipeline.forecast.candidates.tried import candidates_tried
from pipeline.forecast.columns import with_useful_columns
from pipeline.forecast.finished.advice import accuracy_notes
from pipeline.forecast.history.digest import digest
from pipeline.forecast.history.learning import for_learning
from pipeline.forecast.history.learning_notes import level_notes
from pipeline.forecast.history.notes import METHODS, failure_notes, periods
from pipeline.forecast.history.prepared import History, Prepared
from pipeline.forecast.history.preparing import prepare
from pipeline.forecast.history.surroundings import Surroundings
from pipeline.forecast.history.validation import validate
from pipeline.forecast.phases import ForecastPhase, announce
from pipeline.forecast.pooled.candidates import has_unseen_trees
from pipeline.forecast.pooled.retrospect import Retrospect
from pipeline.forecast.report import (
    PROPHET,
    baseline_metrics,
    calibration_before_holdout,
    degraded_reason,
    final_calibration,
    holdout_metrics,
    hyperparameters,
    library_versions,
    scored_rows,
    told,
)
from pipeline.forecast.result import FittedForecaster, ForecastResult
from pipeline.forecast.selection.backtest import Backtest, Forecasts, forecast_window
from pipeline.forecast.selection.choice import Choice, rank
from pipeline.forecast.selection.incumbent import (
    Comparison,
    Incumbent,
    TriedIncumbent,
    compare,
    try_incumbent,
)
from pipeline.forecast.selection.past_errors import past_errors
from pipeline.forecast.selection.race import race
from pipeline.forecast.selection.windows import Window, plan_windows
from pipeline.forecast.shared import SharedProfile
from pipeline.forecast.spec import AUTO, ForecastSpec
from pipeline.progress import ProgressCallback, ignore_progress

YEAR_DAYS = 365


def train_forecast(
    history: pd.DataFrame,
    spec: ForecastSpec,
    *,
    category: str | None = None,
    shared: SharedProfile | None = None,
    observed_until: pd.Timestamp | None = None,
    surroundings: Surroundings | None = None,
    incumbent: Incumbent | None = None,
    on_progress: ProgressCallback = ignore_progress,
) -> ForecastResult:
    """Forecast one product.

    Parameters
    ----------
    history
        Columns ``ds`` (time stamps of the shop's wall clock, hourly to monthly, no duplicates) and
        ``quantity`` (0 or more; missing where not known), in any order; optionally ``price``,
        ``revenue``, ``promotion`` and further numeric covariates. Rows after the last quantity
        state covariates that are known in advance.
    spec
        The settings.
    category
        Which factors of ``shared`` to use.
    shared
        What all products of the shop have in common, from `fit_shared`.
    observed_until
        Last time for which the shop's sales are complete, so that a product without newer rows is
        known to have sold nothing since; by default what ``shared`` says.
    surroundings
        Weather and the like, by day; a column is used only if past forecasts were better with it.
    incumbent
        What is deployed, to be scored on the same windows; it has no part in the choice.
    on_progress
        Called before each fit; what it raises ends the training.

    Returns
    -------
    ForecastResult

    Raises
    ------
    InsufficientDataError
        If the history is too short.
    InvalidDataError
        If the history has values that no sales history can have.
    """
    started = time.perf_counter()
    announce(on_progress, ForecastPhase.VALIDATION, 0, "Checking the sales history")
    clean = validate(history)
    if observed_until is None and shared is not None:
        observed_until = shared.observed_until
    shop_closed = NO_DAYS if shared is None else shared.shop_closed
    prepared = prepare(clean, spec, observed_until, surroundings, shop_closed)
    announce(on_progress, ForecastPhase.FEATURE_ENGINEERING, 0, "Preparing calendar and features")
    windows = plan_windows(prepared.history, len(prepared.future), spec.budget)
    context = _context(prepared, windows, spec, category, shared)
    prepared = with_useful_columns(prepared, windows, context)
    learned = for_learning(prepared.history, context.holidays, spec)
    tests = [(window.origin, window.reach) for window in windows]
    context = replace(context, retrospect=Retrospect(learned.history, prepared.future, tests))
    names, always = _names(prepared.history, context), {spec.algorithm, BASELINE}
    backtest = race(prepared.history, windows, names, context, on_progress, always=always)
    ranked = rank(backtest, spec.algorithm)
    _forecast_holdout(backtest, ranked[0], context, on_progress)
    tried = None
    if incumbent is not None:
        tried = try_incumbent(backtest, incumbent, context, on_progress)
    choice, members = _refit(ranked, learned.history, context, backtest, on_progress)
    used = choice.learned_again(backtest)
    before = calibration_before_holdout(backtest, choice.forecasts, spec)
    chosen = told(choice.forecasts, before)
    metrics = holdout_metrics(backtest, choice.forecasts, before)
    message = f"Forecasting {spec.horizon_days} days with {choice.algorithm}"
    announce(on_progress, ForecastPhase.FORECASTING, 0, message, dict(metrics))
    model = FittedForecaster(
        algorithm=choice.algorithm,
        members=members,
        calibration=final_calibration(backtest, used.forecasts, spec, learned.outliers),
        frequency=prepared.history.frequency,
        last=prepared.history.ds[-1],
        known=prepared.covariates,
        ahead=prepared.future,
        closures=spec.closures,
        weights=used.weights,
        closed_times=prepared.closed_times,
        effects=prepared.effects,
    )
    forecast, quantiles, means = model.predict_in_full(prepared.future)
    result = ForecastResult(
        algorithm=choice.algorithm,
        forecast=forecast,
        metrics=metrics,
        baseline_metrics=baseline_metrics(backtest, spec),
        backtest=backtest.scores({**backtest.forecasts, choice.algorithm: chosen}),
        hyperparameters=hyperparameters(used, learned.history, context),
        features=feature_names(
            (*prepared.history.known, *prepared.history.observed), context.holidays.event_names
        ),
        training_data_points=len(prepared.history),
        validation_data_points=scored_rows(backtest),
        frequency=prepared.history.frequency.name,
        interval_width=spec.interval_width,
        outliers=learned.outliers,
        notes=(
            *prepared.notes,
            *level_notes(learned.shifts, prepared.history.frequency),
            *failure_notes(backtest.failures),
            *accuracy_notes(metrics, prepared.history, outliers=len(learned.outliers)),
        ),
        degraded_reason=degraded_reason(spec.algorithm, choice, backtest),
        data_digest=digest(clean),
        model=model,
        library_versions=library_versions(),
        training_seconds=time.perf_counter() - started,
        comparison=None if tried is None else _comparison(backtest, chosen, choice, tried, spec),
        quantiles=quantiles,
        means=means,
        errors=past_errors(backtest, choice.forecasts),
    )
    announce(on_progress, ForecastPhase.FORECASTING, 1, "The forecast is ready")
    return result


def _comparison(
    backtest: Backtest, chosen: Forecasts, choice: Choice, tried: TriedIncumbent, spec: ForecastSpec
) -> Comparison:
    """What both tell, each by its own past errors."""
    if tried.forecasts:
        before = calibration_before_holdout(backtest, tried.forecasts, spec)
        tried = replace(tried, forecasts=told(tried.forecasts, before))
    return compare(backtest, replace(choice, forecasts=chosen), tried)


def _context(
    prepared: Prepared,
    windows: tuple[Window, ...],
    spec: ForecastSpec,
    category: str | None,
    shared: SharedProfile | None,
) -> FitContext:
    history, events = prepared.history, dict[str, Days]()
    if spec.events:
        events = seen_events(spec.events, history.ds, history.frequency.ends(history.ds))
    years = history.ds[0].year, prepared.future["ds"].iloc[-1].year
    return FitContext(
        spec=spec,
        holidays=replace(
            public_holidays(spec.country, spec.subdivision, spec.holidays, *years),
            events=events,
        ),
        models_year=history.frequency.days(windows[0].origin) >= YEAR_DAYS,
        category=category,
        shared=shared,
    )


def _names(history: History, context: FitContext) -> list[str]:
    """What to test: what budget and rows are worth, or the wanted candidate and those beside it.

    Only trees look back at covariates; where a product has none that it shares, it grows its own.
    Who wants Prophet to be fitted by Stan wants Prophet, whatever the budget.
    """
    spec = context.spec
    beside = {PROPHET} if spec.engine == "stan" else set()
    if history.observed and not has_unseen_trees(history, context):
        beside.add(OWN_TREES)
    if spec.algorithm == AUTO:
        tried = {*candidates_tried(spec.budget, history.frequency), *beside}
        return [name for name in CANDIDATES if name in tried]
    return [name for name, one in CANDIDATES.items() if name == spec.algorithm or one.is_simple]


def _refit(
    ranked: Sequence[Choice],
    history: History,
    context: FitContext,
    backtest: Backtest,
    on_progress: ProgressCallback,
) -> tuple[Choice, tuple[PointForecaster, ...]]:
    """The best choice that can forecast the holdout and be fitted to all rows."""
    for position, choice in enumerate(ranked):
        _forecast_holdout(backtest, choice, context, ignore_progress)
        if any(name in backtest.failures for name in choice.members):
            continue
        models: list[PointForecaster] = []
        try:
            for number, name in enumerate(choice.members):
                share = (position + number / len(choice.members)) / len(ranked)
                learned = periods(len(history), history.frequency)
                message = f"Teaching {METHODS[name]} all {learned} of sales"
                announce(on_progress, ForecastPhase.TRAINING, share, message)
                models.append(backtest.fits.fit(name, history, context))
        except FitFailureError as failure:
            backtest.failures[choice.algorithm] = f"with all rows, {failure}"
            continue
        return choice.on_all_windows(backtest), tuple(models)
    raise InvalidDataError("No candidate can be fitted to this history")


def _forecast_holdout(
    backtest: Backtest, choice: Choice, context: FitContext, on_progress: ProgressCallback
) -> None:
    """Let the members of the choice, and the reference, forecast the newest window."""
    worth = 1 / len(backtest.windows)
    names = (*choice.members, BASELINE)
    forecast_window(backtest, backtest.holdout, names, context, on_progress, (1 - worth, worth))
