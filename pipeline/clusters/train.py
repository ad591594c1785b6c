"""The story of a clustering: analyse, prepare, compare, fit again on other rows, explain."""

import time

from pipeline.clusters.algorithms import CLUSTERERS
from pipeline.clusters.criteria import METRICS, Judge
from pipeline.clusters.evaluation import Evaluated, Found, evaluate
from pipeline.clusters.finals import STABILITY, Finalist, play
from pipeline.clusters.inputs import Prepared, prepare, read_inputs
from pipeline.clusters.search import Candidate, Search, distinct_rows, sizes_to_try
from pipeline.clusters.stability import Refits
from pipeline.errors import InvalidDataError, InvalidParameterError
from pipeline.table.phases import PhaseReporter, TablePhase
from pipeline.table.result import TableResult
from pipeline.table.search.clock import Clock
from pipeline.table.source import LoadedTable
from pipeline.table.spec import TableSpec, check_model_type
from pipeline.table.versions import library_versions

SELECTION_METRIC = "rank_and_stability"
FINISHED_EARLY = (
    "The training was told to finish early: the clusters are the best of what had been tried until "
    "then"
)
_JUDGED_ROWS = 1_500
_BACKGROUND_ROWS = 100
_FEWEST_DISTINCT = 3
_SPENT_SHARE = 0.9
_SEARCH_SHARE, _FINALS_SHARE = 0.5, 0.6


def cluster_table(
    loaded: LoadedTable, spec: TableSpec, reporter: PhaseReporter, start: float
) -> TableResult:
    """Find the groups of similar rows of a table.

    Parameters
    ----------
    loaded
        The table; a target variable is kept out and only compared with the clusters.
    spec
        ``metric`` may be a criterion (silhouette, calinski_harabasz, davies_bouldin, stability) by
        which alone the clustering is chosen.
    reporter
        Hears of every step.
    start
        When the run began, by ``time.perf_counter``; the time budget counts from there.

    Returns
    -------
    TableResult
        ``test_accuracy`` is the stability: the mean adjusted Rand index between refits on rows that
        neither saw, not below 0; ``train_accuracy`` the same on rows that one of them learned from.

    Raises
    ------
    PipelineError
        One of its leaves, if the table or the request cannot become a clustering.
    """
    check_model_type(spec, CLUSTERERS)
    _check_metric(spec)
    clock = Clock(start, _SPENT_SHARE * spec.time_budget_seconds)
    inputs = read_inputs(loaded.frame, spec, reporter)
    prepared = prepare(inputs, spec, reporter)
    judge = Judge(prepared.points[:_JUDGED_ROWS])
    candidates = _search(prepared, judge, spec, clock, reporter)
    finalists = _finals(prepared, candidates, spec, clock, reporter)
    found = Found(inputs, prepared, judge, tuple(candidates), tuple(finalists))
    return _result(loaded, found, evaluate(found, spec, reporter), spec, reporter, start)


def _search(
    prepared: Prepared, judge: Judge, spec: TableSpec, clock: Clock, reporter: PhaseReporter
) -> list[Candidate]:
    distinct = distinct_rows(judge.points)
    if distinct < _FEWEST_DISTINCT:
        raise InvalidDataError(
            f"The table has {distinct} different rows once they are prepared; a clustering needs "
            f"at least {_FEWEST_DISTINCT}"
        )
    names = tuple(CLUSTERERS) if spec.model_type == "auto" else (spec.model_type,)
    sizes = sizes_to_try(len(prepared.points), distinct)
    message = f"Comparing {len(names)} algorithms with 2 to {sizes[-1]} clusters"
    reporter.report(TablePhase.ALGORITHM_SELECTION, 0.0, message)
    search = Search(
        prepared.points,
        judge,
        names,
        sizes,
        seed=spec.seed,
        seconds=_SEARCH_SHARE * clock.remaining(),
        budget=_SEARCH_SHARE * clock.budget,
    )
    candidates = search.run(spec.metric, reporter)
    best = candidates[0]
    reporter.report(
        TablePhase.ALGORITHM_SELECTION,
        1.0,
        f"Best so far: {best.title}",
        metrics={"current_algorithm": best.algorithm, "clusters": best.clusters},
    )
    return candidates


def _finals(
    prepared: Prepared,
    candidates: list[Candidate],
    spec: TableSpec,
    clock: Clock,
    reporter: PhaseReporter,
) -> list[Finalist]:
    axes = prepared.space.continuous_axes
    refits = Refits(prepared.points, axes, test_size=spec.test_size, seed=spec.seed)
    own_clock = Clock(time.perf_counter(), _FINALS_SHARE * clock.remaining())
    finalists = play(candidates, refits, spec.metric, own_clock, reporter)
    best = finalists[0]
    reporter.report(
        TablePhase.TRAINING,
        1.0,
        f"Selected {best.candidate.title}",
        metrics={
            "current_algorithm": best.candidate.algorithm,
            "train_accuracy": round(best.train_stability, 4),
            "validation_accuracy": round(best.stability, 4),
        },
    )
    return finalists


def _result(
    loaded: LoadedTable,
    found: Found,
    evaluated: Evaluated,
    spec: TableSpec,
    reporter: PhaseReporter,
    start: float,
) -> TableResult:
    prepared = found.prepared
    best = evaluated.chosen.candidate
    metrics = {**evaluated.metrics, "total_time_seconds": round(time.perf_counter() - start, 3)}
    reporter.report(TablePhase.EVALUATION, 1.0, "Described the clusters", metrics=metrics)
    excluded = dict.fromkeys(spec.exclude_columns, "excluded by request")
    early = (FINISHED_EARLY,) if reporter.finished_early else ()
    return TableResult(
        algorithm=best.algorithm,
        ml_task=spec.ml_task,
        target_variable=spec.target_variable or None,
        metrics=metrics,
        selection_metric=spec.metric or SELECTION_METRIC,
        leaderboard=evaluated.leaderboard,
        preprocessing=prepared.encoder,
        model=evaluated.model,
        features=prepared.plan.features,
        classes=evaluated.model.classes_of(),
        profile={**found.inputs.profile, "dropped": {**prepared.plan.dropped, **excluded}},
        hyperparameters={"clusters": best.clusters, **best.fit.parameters},
        notes=(*found.inputs.notes, *prepared.notes, *evaluated.notes, *early),
        training_data_points=len(prepared.points),
        validation_data_points=Refits.judged_rows(len(prepared.points), spec.test_size),
        data_digest=loaded.digest,
        library_versions=library_versions(),
        explanation=evaluated.explanation,
        background=found.inputs.frame.iloc[prepared.rows[:_BACKGROUND_ROWS]],
    )


def _check_metric(spec: TableSpec) -> None:
    accepted = (SELECTION_METRIC, *METRICS, STABILITY)
    if spec.metric is not None and spec.metric not in accepted:
        raise InvalidParameterError(
            f"metric '{spec.metric}' is unknown for clustering; accepted: {', '.join(accepted)}"
        )
