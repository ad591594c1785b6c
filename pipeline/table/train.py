"""The story of a training run on a table: load, analyse, prepare, compare, tune, refit, judge."""

import time
from collections.abc import Callable
from typing import BinaryIO

import pandas as pd
from threadpoolctl import threadpool_limits

from pipeline.progress import ProgressCallback, ignore_progress
from pipeline.table.algorithms import ALGORITHMS
from pipeline.table.evaluation import evaluate
from pipeline.table.fitting import Fitter
from pipeline.table.phases import PhaseReporter, TablePhase, never
from pipeline.table.preparation import Analysis, Prepared, analyse, prepare
from pipeline.table.refit import refit
from pipeline.table.result import LeaderboardEntry, TableResult
from pipeline.table.scores import selection_metric
from pipeline.table.selection import choose, compare
from pipeline.table.source import LoadedTable, load_table
from pipeline.table.spec import TableLimits, TableSpec, check_model_type
from pipeline.table.versions import library_versions

_DEFAULT_LIMITS = TableLimits()
FINISHED_EARLY = (
    "The training was told to finish early: the model is the best of what had been tried until then"
)
_REFERENCES = tuple(name for name, algorithm in ALGORITHMS.items() if algorithm.is_reference)


def train_table(
    source: BinaryIO | pd.DataFrame,
    spec: TableSpec,
    *,
    limits: TableLimits = _DEFAULT_LIMITS,
    on_progress: ProgressCallback = ignore_progress,
    should_finish: Callable[[], bool] = never,
) -> TableResult:
    """Make the best model of one column of a table.

    Algorithms are compared by cross-validation within the training rows, the best one is tuned on
    the same folds and fitted again on all training rows; then it meets the test rows, once.

    Parameters
    ----------
    source
        A seekable Parquet file, or a frame.
    spec
        What to learn, and how.
    limits
        The largest table to accept.
    on_progress
        Hears of every step, in the phases of ``TablePhase``; what it raises ends the run at once.
    should_finish
        Asked after every step; once it says so, what could still improve the model is left, the
        best so far is fitted to all training rows and judged, and a note tells of it.

    Returns
    -------
    TableResult
        The fitted model and its measured quality. The same source, request and seed give the same
        result, times excepted.

    Raises
    ------
    PipelineError
        One of its leaves, if the table or the request cannot become a model.
    """
    check_model_type(spec, ALGORITHMS)
    start = time.perf_counter()
    reporter = PhaseReporter(on_progress, should_finish)
    with threadpool_limits(limits=spec.threads):
        loaded = load_table(source, limits, reporter)
        analysis = analyse(loaded.frame, spec, reporter)
        prepared = prepare(analysis, spec, reporter)
        return _learn(loaded, analysis, prepared, spec, reporter, start)


def _learn(
    loaded: LoadedTable,
    analysis: Analysis,
    prepared: Prepared,
    spec: TableSpec,
    reporter: PhaseReporter,
    start: float,
) -> TableResult:
    fitter = Fitter(ml_task=spec.ml_task, seed=spec.seed, threads=spec.threads)
    metric = selection_metric(spec.ml_task, prepared.train.target)
    leaderboard = _compare(prepared, fitter, metric, spec, reporter)
    name = next(entry.algorithm for entry in leaderboard if entry.is_chosen)
    refitted = refit(name, fitter, prepared, metric, reporter)
    measured = evaluate(refitted.model, prepared, spec.ml_task, reporter)
    metrics = {
        "algorithm": name,
        **measured,
        "total_time_seconds": round(time.perf_counter() - start, 3),
    }
    reporter.report(TablePhase.EVALUATION, 1.0, "Evaluated on the test rows", metrics=metrics)
    return TableResult(
        algorithm=name,
        ml_task=spec.ml_task,
        target_variable=spec.target,
        metrics=metrics,
        selection_metric=metric,
        leaderboard=leaderboard,
        preprocessing=prepared.preprocessing,
        model=refitted.model,
        features=prepared.plan.features,
        classes=analysis.target.classes,
        profile={**analysis.profile, "dropped": _dropped(prepared, spec)},
        hyperparameters=refitted.hyperparameters,
        notes=(*analysis.notes, *((FINISHED_EARLY,) if reporter.finished_early else ())),
        training_data_points=len(prepared.train.target),
        validation_data_points=len(prepared.test.target),
        data_digest=loaded.digest,
        library_versions=library_versions(),
    )


def _compare(
    prepared: Prepared, fitter: Fitter, metric: str, spec: TableSpec, reporter: PhaseReporter
) -> tuple[LeaderboardEntry, ...]:
    """All algorithms, or the one that was asked for beside the reference it has to beat."""
    eligible = tuple(ALGORITHMS) if spec.model_type == "auto" else (spec.model_type,)
    names = dict.fromkeys((*_REFERENCES, *eligible))
    rows = len(prepared.train.target)
    leaderboard = compare(tuple(names), fitter, prepared.folds, metric, rows, reporter, eligible)
    chosen = choose(leaderboard, eligible)
    best = next(entry for entry in chosen if entry.is_chosen)
    title = ALGORITHMS[best.algorithm].title
    reporter.report(
        TablePhase.ALGORITHM_SELECTION,
        1.0,
        f"Selected {title}",
        metrics={"current_algorithm": best.algorithm, metric: _rounded(best.score)},
    )
    return chosen


def _dropped(prepared: Prepared, spec: TableSpec) -> dict[str, str]:
    return {**prepared.plan.dropped, **dict.fromkeys(spec.exclude_columns, "excluded by request")}


def _rounded(score: float | None) -> float | None:
    return None if score is None else round(score, 4)
