"""The story of a classification or regression: analyse, prepare, search, refit, judge, explain."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from pipeline.table.judging import judged, seconds_to_explain, spare_seconds
from pipeline.table.learners.families import all_families
from pipeline.table.making import Made, make_model
from pipeline.table.phases import PhaseReporter
from pipeline.table.preparation import Analysis, Prepared, analyse, prepare, suspect_notes
from pipeline.table.result import TableResult
from pipeline.table.scores import Metric, metric_named
from pipeline.table.search.choice import ENSEMBLE, Choice
from pipeline.table.search.clock import Clock
from pipeline.table.search.fold_fit import pickled_bytes
from pipeline.table.search.journal import Journal, Memory
from pipeline.table.search.ladder import make_ladder
from pipeline.table.search.leaderboard import leaderboard
from pipeline.table.search.pacing import Pacing
from pipeline.table.search.problem import Problem
from pipeline.table.source import LoadedTable
from pipeline.table.spec import TableSpec, check_model_type
from pipeline.table.versions import library_versions

_ENCODE_SAFETY = 1.5
"""At the end all rows are encoded, which takes longer than preparing the training rows did."""
_SPARE_SHARE = 0.7
"""Of the time for the explanation, which is shorter where the fit on all rows needs it."""
_HURRIED_SECONDS = 20.0
"""Below it, a small table too is judged on two folds before it is on all."""
_BACKGROUND_ROWS = 100
"""From as many usual cases single predictions are explained."""


def check_supervised(spec: TableSpec) -> None:
    """What can be checked of a request without its data."""
    check_model_type(spec, all_families())
    metric_named(spec.ml_task, spec.metric)


def train_supervised(
    loaded: LoadedTable,
    spec: TableSpec,
    reporter: PhaseReporter,
    start: float,
    journal: Journal,
) -> TableResult:
    """The best model of a target, by ``spec.time_budget_seconds`` after ``start``, a moment of
    ``time.perf_counter``."""
    metric = metric_named(spec.ml_task, spec.metric)
    clock = Clock(start, spec.time_budget_seconds)
    analysis = analyse(loaded.frame, spec, reporter)
    began = clock.elapsed()
    prepared = prepare(analysis, spec, reporter)
    problem = _problem(prepared, analysis, spec, metric)
    encoding, explaining = _ENCODE_SAFETY * (clock.elapsed() - began), seconds_to_explain(spec)
    ending = encoding + explaining + spare_seconds(spec)
    pacing = Pacing(clock, ending, _SPARE_SHARE * explaining, problem.all_rows)
    memory = Memory(journal, _search_key(loaded, spec))
    with threadpool_limits(limits=_blas_threads(problem), user_api="blas"):
        made = make_model(prepared, problem, pacing, memory, reporter)
    result = _result(loaded, analysis, prepared, problem, made)
    return judged(result, prepared, problem, made, clock, reporter)


def _problem(prepared: Prepared, analysis: Analysis, spec: TableSpec, metric: Metric) -> Problem:
    def folds(count: int, repetition: int) -> Any:
        return prepared.folds(count, repetition, spec)

    return Problem(
        spec=spec,
        classes=len(analysis.target.classes or ()),
        layout=prepared.encoder.layout,
        train=prepared.train,
        target=prepared.train_target,
        test=prepared.test,
        ladder=make_ladder(
            len(prepared.train),
            folds,
            spec.seed,
            is_hurried=spec.time_budget_seconds < _HURRIED_SECONDS,
        ),
        metric=metric,
    )


def _blas_threads(problem: Problem) -> int:
    return 1 if problem.has_few_cells else problem.spec.threads


def _result(
    loaded: LoadedTable, analysis: Analysis, prepared: Prepared, problem: Problem, made: Made
) -> TableResult:
    spec, choice, refitted = problem.spec, made.choice, made.refitted
    sizes = {name: pickled_bytes(parts) for name, parts in refitted.model.members.items()}
    available = {name: sizes[name] for name in refitted.model.candidates if name in sizes}
    suspects = prepared.suspects
    return TableResult(
        algorithm=_algorithm(choice),
        ml_task=spec.ml_task,
        target_variable=spec.target,
        metrics={},
        selection_metric=problem.metric.name,
        leaderboard=leaderboard(made.found, choice, problem, available),
        preprocessing=refitted.encoder,
        model=refitted.model,
        features=prepared.plan.features,
        classes=analysis.target.classes,
        profile={
            **analysis.profile,
            "columns": _with_associations(analysis.profile["columns"], prepared.associations),
            "dropped": {
                **prepared.plan.dropped,
                **dict.fromkeys(spec.exclude_columns, "excluded by request"),
            },
            "leakage_suspects": dict(suspects),
        },
        hyperparameters=_hyperparameters(choice, len(prepared.all_target)),
        notes=(*analysis.notes, *suspect_notes(suspects)),
        training_data_points=len(prepared.train_rows),
        validation_data_points=len(prepared.test_rows),
        data_digest=loaded.digest,
        library_versions=library_versions(),
        background=_background(prepared, spec),
    )


def _with_associations(
    columns: Mapping[str, Mapping[str, Any]], associations: Mapping[str, float]
) -> dict[str, Any]:
    """The columns as they were described, and how much of the target each explains by itself."""
    return {
        name: {**one, "association": round(associations[name], 4)} if name in associations else one
        for name, one in columns.items()
    }


def _algorithm(choice: Choice) -> str:
    return choice.name if choice.name == ENSEMBLE else choice.members[0].family.name


def _hyperparameters(choice: Choice, rows: int) -> Mapping[str, Any]:
    """Of the one that was chosen, or of each member by its name."""
    of_each = {one.name: one.without_validation(rows) for one in choice.members}
    return of_each if choice.name == ENSEMBLE else next(iter(of_each.values()))


def _search_key(loaded: LoadedTable, spec: TableSpec) -> str:
    """Of all that decides what a search tries, so that fits of another one are never taken."""
    told = f"{loaded.digest} {replace(spec, task_name=None)!r}"
    return hashlib.sha256(told.encode()).hexdigest()


def _background(prepared: Prepared, spec: TableSpec) -> pd.DataFrame:
    """A few training rows with the columns that are learned from."""
    random = np.random.default_rng(spec.seed)
    rows = prepared.train_rows
    drawn = np.sort(random.permutation(rows)[:_BACKGROUND_ROWS])
    chosen = prepared.inputs.iloc[drawn][list(prepared.plan.features)]
    return chosen.reset_index(drop=True)
