"""The story of a forecast of all series in a table."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from pipeline.forecast.report import library_versions as forecast_versions
from pipeline.series.asking import RowReader
from pipeline.series.categories import find_categories
from pipeline.series.clock import Clock, Now
from pipeline.series.columns import SeriesColumns, find_columns
from pipeline.series.comparison import Comparison, compare
from pipeline.series.fitting import Outcome, Planned, finish_series, plan_series
from pipeline.series.haste import forecast_in_haste
from pipeline.series.methods.common import Common
from pipeline.series.methods.method import Past
from pipeline.series.methods.registry import BASELINE, ENGINE, METHODS
from pipeline.series.model import SeriesModel
from pipeline.series.panel import Panel, Series, lay_panel
from pipeline.series.pooling import learn_common
from pipeline.series.reach import covariate_notes, find_horizon, known_ahead, seen_so_far
from pipeline.series.report import (
    SELECTION_METRIC,
    explanation,
    leaderboard,
    main_algorithm,
    summary,
)
from pipeline.series.scores import accuracy, measure
from pipeline.series.signs import may_fall_below_zero
from pipeline.table.phases import PhaseReporter, TablePhase
from pipeline.table.profile import profile_table
from pipeline.table.result import TableResult
from pipeline.table.source import LoadedTable
from pipeline.table.spec import TableSpec, check_model_type
from pipeline.table.versions import library_versions
from pipeline.table.written_amounts import read_amounts

_FINISHED_EARLY = (
    "The training was told to finish early: the series that were left got the quick methods only"
)


_LEARNED_TOGETHER = (
    "The series of the table were learned from together as well, so that each knows the others"
)
_END_OVER_PLANNING = 1.0
"""What comes after the forecasts (those in haste, the model, the evaluation) takes about as long as
finding the seasons of all series took, on the same machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """Everything that the training of one series needs, beside the series."""

    spec: TableSpec
    panel: Panel
    horizon: int
    names: tuple[str, ...]
    clock: Clock
    reporter: PhaseReporter


def forecast_table(
    loaded: LoadedTable,
    spec: TableSpec,
    reporter: PhaseReporter,
    start: float,
    now: Now = time.perf_counter,
) -> TableResult:
    """Forecast every series of a table.

    Parameters
    ----------
    loaded
        One row per series and time, in any order; further number columns are used if rows after
        the last target value tell them ahead.
    spec
        What is asked for; ``time_column``, ``group_column`` and ``horizon`` are found if they are
        not given.
    reporter
        Hears of every step.
    start
        When the run began, as ``now`` told it; the budget counts from there.
    now
        Tells the time.

    Raises
    ------
    PipelineError
        One of its leaves, if the table has no series to forecast or the request does not fit it.
    """
    check_model_type(spec, METHODS)
    loaded, notes = _with_amounts(loaded, spec)
    columns, profile = _analyse(loaded, spec, reporter)
    notes.extend(columns.notes)
    panel = _lay(loaded, columns, reporter)
    notes.extend(panel.notes)
    horizon = find_horizon(panel, spec, notes)
    request = _Request(
        spec=spec,
        panel=panel,
        horizon=horizon,
        names=_names(spec),
        clock=Clock.of(start, spec.time_budget_seconds, now),
        reporter=reporter,
    )
    kinds = find_categories(loaded.frame, columns, spec.exclude_columns)
    planned = _plan_all(kinds, request)
    common = _common(planned, request)
    if common is not None:
        notes.append(_LEARNED_TOGETHER)
    _announce_methods(request)
    outcomes = _train_all([one.knowing(common) for one in planned], request)
    reporter.report(TablePhase.EVALUATION, 0.0, "Judging the forecasts of the newest periods")
    notes.extend(_training_notes(outcomes, columns, request))
    model = SeriesModel.of(
        columns,
        panel.calendar,
        tuple(one.fitted for one in outcomes),
        horizon,
        main_algorithm(outcomes),
    )
    return _result(loaded, columns, profile, model, outcomes, notes, request, start)


def _with_amounts(loaded: LoadedTable, spec: TableSpec) -> tuple[LoadedTable, list[str]]:
    """The table with amounts that are written as text as numbers."""
    target = loaded.frame.get(spec.target)
    if target is None or not isinstance(target.dtype, pd.StringDtype):
        return loaded, []
    amounts = read_amounts(target)
    if amounts.unreadable is not None:
        return loaded, []
    frame = loaded.frame.assign(**{spec.target: amounts.values})
    return replace(loaded, frame=frame), list(amounts.notes)


def _analyse(
    loaded: LoadedTable, spec: TableSpec, reporter: PhaseReporter
) -> tuple[SeriesColumns, dict[str, Any]]:
    phase, count = TablePhase.DATA_ANALYSIS, len(loaded.frame.columns)
    reporter.report(phase, 0.0, "Looking for the time and the series")
    columns = find_columns(loaded.frame, spec)

    def on_column(position: int, name: str) -> None:
        message = f"Analysing column {position + 1} of {count}: {name}"
        reporter.report(phase, 0.2 + 0.8 * position / count, message)

    profile = profile_table(loaded.frame, on_column)
    reporter.report(phase, 1.0, f"Analysed {count:,} columns", logs=columns.notes)
    return columns, profile


def _lay(loaded: LoadedTable, columns: SeriesColumns, reporter: PhaseReporter) -> Panel:
    phase = TablePhase.PREPROCESSING
    reporter.report(phase, 0.0, "Laying the rows on a regular calendar")
    panel = lay_panel(loaded.frame, columns)
    count = len(panel.series)
    found = f"{count:,} series" if count > 1 else "one series"
    message = f"Found {found}, {panel.calendar.name}"
    reporter.report(phase, 1.0, message, logs=(message, *panel.notes))
    return panel


def _names(spec: TableSpec) -> tuple[str, ...]:
    """Every method, or the wanted one and what stands in for it."""
    if spec.model_type == "auto":
        return tuple(METHODS)
    return tuple(dict.fromkeys((BASELINE, spec.model_type)))


def _announce_methods(request: _Request) -> None:
    message = f"Comparing {len(request.names)} methods on past periods"
    request.reporter.report(TablePhase.ALGORITHM_SELECTION, 1.0, message)


def _plan_all(kinds: Mapping[tuple[str, ...], str], request: _Request) -> list[Planned]:
    """The time that this takes tells how long it takes this machine, today, to end the work."""
    clock = request.clock
    began = clock.now()
    planned = [_plan(one, kinds.get(one.names), request) for one in request.panel.series]
    clock.keep_back(_END_OVER_PLANNING * (clock.now() - began))
    return planned


def _plan(series: Series, category: str | None, request: _Request) -> Planned:
    known, rows = known_ahead(series, request.horizon), len(series.values)
    past = Past(
        actual=series.values,
        first=series.first,
        calendar=request.panel.calendar,
        season=1,
        signed=may_fall_below_zero(series.values, others_do=request.panel.signed),
        covariates={name: values[:rows] for name, values in known.items()},
        observed=seen_so_far(series, known),
        seed=request.spec.seed,
        horizon=request.horizon,
        category=category,
    )
    ahead = {name: values[rows:] for name, values in known.items()}
    return plan_series(past, series.names, ahead, request.horizon, request.spec.test_size)


def _common(planned: Sequence[Planned], request: _Request) -> Common | None:
    """What all series have in common, if the engine is to be used, which knows what to do with it,
    and there is time for it."""
    if ENGINE not in request.names:
        return None

    def on_step(share: float, message: str) -> None:
        request.reporter.report(TablePhase.ALGORITHM_SELECTION, share, message)

    common = None
    with request.reporter.optional():
        common = learn_common(planned, request.clock, request.spec.threads, on_step)
    if common is not None:
        on_step(0.9, _LEARNED_TOGETHER)
    return common


def _train_all(planned: Sequence[Planned], request: _Request) -> list[Outcome]:
    """One by one as long as there is time, and all that are left at once."""
    outcomes: list[Outcome] = []
    for number, one in enumerate(planned):
        if request.clock.is_over:
            break
        outcomes.append(_train(number, one, request))
    left = planned[len(outcomes) :]
    if left:
        message = f"The time is over: {len(left):,} series get their last season again"
        share = len(outcomes) / len(planned)
        request.reporter.report(TablePhase.TRAINING, share, message, logs=(message,))
        outcomes.extend(forecast_in_haste(left, request.names))
    return outcomes


def _train(number: int, planned: Planned, request: _Request) -> Outcome:
    reporter, count = request.reporter, len(request.panel.series)
    clock, spec = request.clock, request.spec
    clock.begin_series(count - number)
    planned = planned.within(request.names, clock)
    comparison = Comparison(was_scored=bool(planned.plan.selection))
    tried = iter(range(1, len(request.names) + 1))

    def before_fit(name: str) -> None:
        share = (number + next(tried) / (len(request.names) + 1)) / count
        message = f"Testing {METHODS[name].title} on past periods of {planned.label}"
        told: dict[str, float | int | str | None] = {
            "current_algorithm": name,
            "iteration": number + 1,
            "total_iterations": count,
        }
        reporter.report(TablePhase.TRAINING, share, message, metrics=told)

    with reporter.optional():
        names = _quick(request.names) if reporter.finished_early else request.names
        compare(planned.past, planned.plan, names, clock, before_fit, comparison)
    outcome = finish_series(planned, comparison, spec.model_type, clock)
    _tell_series(number, outcome, request)
    return outcome


def _quick(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in names if METHODS[name].seconds == 0)


def _tell_series(number: int, outcome: Outcome, request: _Request) -> None:
    count = len(request.panel.series)
    learned, judged = (accuracy(measure([one])) for one in (outcome.training, outcome.test))
    algorithm = outcome.fitted.algorithm
    figures: dict[str, float | int | str | None] = {
        "current_algorithm": algorithm,
        "iteration": number + 1,
        "total_iterations": count,
    }
    if learned is not None:
        figures["train_accuracy"] = round(learned, 4)
    if judged is not None:
        figures["validation_accuracy"] = round(judged, 4)
    label = " / ".join(outcome.fitted.names) or "The series"
    told = "" if judged is None else f", test accuracy {judged:.2f}"
    message = f"{label}: {algorithm.replace('_', ' ')}{told}"
    request.reporter.report(
        TablePhase.TRAINING, (number + 1) / count, message, metrics=figures, logs=(message,)
    )


def _training_notes(
    outcomes: Sequence[Outcome], columns: SeriesColumns, request: _Request
) -> list[str]:
    used = columns.columns_of({name for one in outcomes for name in one.fitted.covariates})
    looked_back = _looked_back(outcomes, columns)
    notes = covariate_notes(columns.columns_of(columns.covariates), set(used), looked_back)
    left = sum(not one.comparison.forecasts for one in outcomes)
    if left:
        notes.append(
            f"For {left:,} of {len(outcomes):,} series there was no time at all: their last season"
            " is repeated, and that was not judged; a larger time_budget_seconds gives better"
            " forecasts"
        )
    short = sum(one.test.is_empty and not one.comparison.short_of_time for one in outcomes)
    if short:
        notes.append(
            f"{short:,} of {len(outcomes):,} series are too short to set a part aside: their"
            " forecasts are simple and were not judged"
        )
    hurried = sum(bool(one.comparison.short_of_time) for one in outcomes) - left
    if hurried:
        notes.append(
            f"For {hurried:,} of {len(outcomes):,} series the time allowed only a part of the"
            " methods; a larger time_budget_seconds may give better forecasts"
        )
    wanted = request.spec.model_type
    other = sum(wanted not in ("auto", one.fitted.algorithm) for one in outcomes)
    if other:
        notes.append(
            f"{METHODS[wanted].title[:1].upper()}{METHODS[wanted].title[1:]} could not be used for"
            f" {other:,} of {len(outcomes):,} series; a simpler method takes its place there"
        )
    if request.reporter.finished_early:
        notes.append(_FINISHED_EARLY)
    notes.append(
        "The final forecasts learn from all periods; test figures are of the same choice without"
        " the tested ones"
    )
    return notes


def _looked_back(outcomes: Sequence[Outcome], columns: SeriesColumns) -> tuple[str, ...]:
    return columns.columns_of({name for one in outcomes for name in one.fitted.looked_back})


def _result(
    loaded: LoadedTable,
    columns: SeriesColumns,
    profile: dict[str, Any],
    model: SeriesModel,
    outcomes: Sequence[Outcome],
    notes: Sequence[str],
    request: _Request,
    start: float,
) -> TableResult:
    metrics = {
        "algorithm": model.algorithm,
        **summary(outcomes),
        "series": len(outcomes),
        "horizon": model.horizon,
        "total_time_seconds": round(request.clock.now() - start, 3),
    }
    request.reporter.report(
        TablePhase.EVALUATION, 1.0, "Evaluated on the newest periods", metrics=metrics
    )
    known = columns.columns_of({name for one in outcomes for name in one.fitted.covariates})
    used = (*known, *_looked_back(outcomes, columns))
    return TableResult(
        algorithm=model.algorithm,
        ml_task=request.spec.ml_task,
        target_variable=columns.target,
        metrics=metrics,
        selection_metric=SELECTION_METRIC,
        leaderboard=leaderboard(outcomes, model),
        preprocessing=RowReader(
            columns=columns,
            calendar=model.calendar,
            known=known,
            numbers_of={one.names: number for number, one in enumerate(model.series)},
        ),
        model=model,
        features=(*columns.groups, *columns.times, *known),
        classes=None,
        profile={**profile, "dropped": _dropped(profile, columns, used, request.spec)},
        hyperparameters={
            "horizon": model.horizon,
            "frequency": model.calendar.name,
            "time_column": columns.time,
            "group_columns": list(columns.groups),
            **_time_parts(columns),
        },
        notes=tuple(notes),
        training_data_points=int(sum(np.isfinite(one.past.actual).sum() for one in outcomes)),
        validation_data_points=sum(len(one.test.actual) for one in outcomes),
        data_digest=loaded.digest,
        library_versions={**library_versions(), **forecast_versions()},
        explanation=explanation(outcomes, model),
    )


def _time_parts(columns: SeriesColumns) -> dict[str, Any]:
    return {"time_parts": list(columns.times[1:])} if columns.parts else {}


def _dropped(
    profile: dict[str, Any], columns: SeriesColumns, used: tuple[str, ...], spec: TableSpec
) -> dict[str, str]:
    kept = {*columns.times, columns.target, *columns.groups, *used}
    names = profile["columns"]
    dropped = {str(name): "its values ahead are not known" for name in names if name not in kept}
    return {**dropped, **dict.fromkeys(spec.exclude_columns, "excluded by request")}
