"""The story of a classification or regression: analyse, prepare, search, refit, judge, explain."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from pipeline.errors import InvalidDataError
from pipeline.explain.explanation import explain, in_words, missed_sections
from pipeline.table.evaluation import evaluate
from pipeline.table.fold_models import of_folds
from pipeline.table.learners.families import all_families
from pipeline.table.learners.learner import Family
from pipeline.table.learning_curve import learning_curve
from pipeline.table.phases import PhaseReporter, TablePhase
from pipeline.table.preparation import Analysis, Prepared, analyse, prepare, suspect_notes
from pipeline.table.refit import Refit, Refitted
from pipeline.table.result import TableResult
from pipeline.table.scores import Metric, metric_named
from pipeline.table.search.candidate import Candidate
from pipeline.table.search.choice import ENSEMBLE, Choice, choose, single_choice
from pipeline.table.search.clock import Clock
from pipeline.table.search.fold_fit import pickled_bytes
from pipeline.table.search.journal import Journal, Memory
from pipeline.table.search.ladder import make_ladder
from pipeline.table.search.leaderboard import leaderboard
from pipeline.table.search.model import TableModel, answer_frame
from pipeline.table.search.pacing import Pacing
from pipeline.table.search.problem import Problem
from pipeline.table.search.search import SEARCH_SHARE, Found, Search
from pipeline.table.search.standings import Standings, best_of_each_family
from pipeline.table.search.trials import Trials
from pipeline.table.source import LoadedTable
from pipeline.table.spec import TableSpec, check_model_type
from pipeline.table.versions import library_versions

FINISHED_EARLY = (
    "The training was told to finish early: the model is the best of what had been tried until then"
)
LEARNED_FROM_ALL = (
    "The final model has learned from all rows, those of the test too; the test figures were "
    "measured before, with models that had not seen these rows"
)
LEARNED_FROM_TRAINING = (
    "The time did not suffice to fit the model again on all rows: it, or a part of it, has learned "
    "from the training rows only"
)
_EXPLAIN_SHARE, _MOST_TO_EXPLAIN = 0.08, 10.0
_CURVE_SHARE = 0.3
_MARGIN_SHARE, _SPARE_SHARE = 0.02, 0.7
_ENCODE_SAFETY = 1.5
_MOST_OTHERS = 4
_HURRIED_SECONDS = 20.0
_BACKGROUND_ROWS = 100
_ONLY_BY_NAME = frozenset({"hist_gradient_boosting"})
"""LightGBM does the same in less time."""


def check_supervised(spec: TableSpec) -> Metric:
    """What can be checked of a request without its data; the metric that it is judged by."""
    check_model_type(spec, all_families())
    return metric_named(spec.ml_task, spec.metric)


def train_supervised(
    loaded: LoadedTable,
    spec: TableSpec,
    reporter: PhaseReporter,
    start: float,
    journal: Journal,
) -> TableResult:
    """The best model of a target, by ``spec.time_budget_seconds`` after ``start``, a moment of
    ``time.perf_counter``."""
    metric = check_supervised(spec)
    clock = Clock(start, spec.time_budget_seconds)
    analysis = analyse(loaded.frame, spec, reporter)
    began = clock.elapsed()
    prepared = prepare(analysis, spec, reporter)
    problem = _problem(prepared, analysis, spec, metric)
    ending = _ENCODE_SAFETY * (clock.elapsed() - began) + _to_explain(spec) + _margin(spec)
    pacing = Pacing(clock, ending, _SPARE_SHARE * _to_explain(spec), problem.all_rows)
    memory = Memory(journal, _search_key(loaded, spec))
    with threadpool_limits(limits=_blas_threads(problem), user_api="blas"):
        made = _make(prepared, problem, pacing, memory, reporter)
    result = _result(loaded, analysis, prepared, problem, made)
    return _judged(result, prepared, problem, made, clock, reporter)


@dataclass(frozen=True, slots=True)
class _Made:
    """What a search has found, what was chosen of it, and the model that was made of that."""

    found: Found
    choice: Choice
    refitted: Refitted
    unseen: TableModel | None
    """What was fitted on folds of the training rows, and so has not seen the test rows."""


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


def _make(
    prepared: Prepared, problem: Problem, pacing: Pacing, memory: Memory, reporter: PhaseReporter
) -> _Made:
    is_auto = problem.spec.model_type == "auto"
    trials = Trials(problem, pacing, reporter, memory)
    found = Search(problem, _families(problem.spec), trials, pacing, reporter).run()
    eligible = found if is_auto else _only(found, problem.spec.model_type)
    found = replace(found, folds=eligible.folds)
    choice = choose(eligible, problem, trials.standings, pacing, may_blend=is_auto)
    reporter.report(TablePhase.TRAINING, SEARCH_SHARE, _told(choice), logs=(_told(choice),))
    others = _others(eligible, choice, trials.standings, problem)
    refit = Refit(prepared, problem, pacing, reporter)
    refitted = refit.run(choice, others, trials.matrices)
    if refitted is None:
        raise InvalidDataError("The chosen model could not be fitted to all rows of the table")
    return _Made(found, choice, refitted, of_folds(choice, problem, trials.matrices))


def _blas_threads(problem: Problem) -> int:
    return 1 if problem.has_few_cells else problem.spec.threads


def _families(spec: TableSpec) -> Sequence[Family]:
    """All that compete, or the one that was asked for beside the reference that it has to beat."""
    known = all_families().values()
    if spec.model_type == "auto":
        return [family for family in known if family.name not in _ONLY_BY_NAME]
    return [family for family in known if family.name == spec.model_type or family.is_reference]


def _only(found: Found, name: str) -> Found:
    candidates = tuple(one for one in found.candidates if one.family.name == name)
    reasons = [one.failure for one in candidates if one.failure]
    if not any(one.fits and not one.failure for one in candidates):
        why = "; ".join(reasons) or "it does not suit a table of this size"
        raise InvalidDataError(f"'{name}' could not learn from the table: {why}")
    return replace(found, candidates=candidates, folds=_folds_of(candidates, found.folds))


def _folds_of(candidates: Sequence[Candidate], folds: tuple[int, ...]) -> tuple[int, ...]:
    """``folds``, or as many of them as one of ``candidates`` was fitted on: one that does worse
    than the reference is not fitted on all."""
    if any(one.covers(folds) for one in candidates if not one.failure):
        return folds
    fitted = [tuple(sorted(one.fits)) for one in candidates if one.fits and not one.failure]
    return max(fitted, key=len)


def _others(found: Found, choice: Choice, standings: Standings, problem: Problem) -> list[Choice]:
    """The best of other families, to be asked for by themselves instead of the choice."""
    ranked = standings.ranked(found.candidates, found.folds)
    contenders = [one for one in ranked if not one.family.is_reference]
    members = choice.members if choice.name == ENSEMBLE else ()
    further = [one for one in best_of_each_family(contenders) if one not in choice.members]
    return [single_choice(one, found, problem) for one in (*members, *further[:_MOST_OTHERS])]


def _told(choice: Choice) -> str:
    if choice.name != ENSEMBLE:
        return f"Selected {choice.members[0].family.title}"
    parts = ", ".join(f"{weight:.0%} {name}" for name, weight in choice.weights.items())
    return f"Selected an ensemble of {parts}"


def _result(
    loaded: LoadedTable, analysis: Analysis, prepared: Prepared, problem: Problem, made: _Made
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


def _judged(
    result: TableResult,
    prepared: Prepared,
    problem: Problem,
    made: _Made,
    clock: Clock,
    reporter: PhaseReporter,
) -> TableResult:
    """With figures, explanation and the notes that only the end can tell (evaluation phase)."""
    phase = TablePhase.EVALUATION
    reporter.report(phase, 0.0, "Evaluating on the test rows")
    model, encoder = made.refitted.model, made.refitted.encoder
    train = encoder.transform(prepared.inputs.iloc[prepared.train_rows])
    learned = train, prepared.train_target
    measured = evaluate(made.choice, model, prepared.test_target, learned)
    reporter.report(phase, 0.3, "Explaining the model")
    explained = result
    if made.unseen is not None:
        explained = replace(result, model=made.unseen, preprocessing=prepared.encoder)
    explanation = _explained(explained, prepared, problem, made.choice, clock, reporter)
    notes = [LEARNED_FROM_ALL if made.refitted.is_whole else LEARNED_FROM_TRAINING]
    if reporter.finished_early:
        notes.append(FINISHED_EARLY)
    if missed := missed_sections(explanation):
        told = ", ".join(map(in_words, missed))
        notes.append(f"The time did not suffice to explain everything; missing is: {told}")
    metrics = {
        "algorithm": result.algorithm,
        **measured,
        "total_time_seconds": round(clock.elapsed(), 3),
    }
    reporter.report(phase, 1.0, "Evaluated on the test rows", metrics=metrics)
    return replace(result, metrics=metrics, explanation=explanation, notes=(*result.notes, *notes))


def _explained(
    result: TableResult,
    prepared: Prepared,
    problem: Problem,
    choice: Choice,
    clock: Clock,
    reporter: PhaseReporter,
) -> Mapping[str, Any]:
    def on_step() -> None:
        reporter.report(TablePhase.EVALUATION, 0.5, "Explaining the model")

    rows = prepared.inputs.iloc[prepared.test_rows]
    spec = problem.spec

    def seconds_left() -> float:
        return max(0.0, min(_MOST_TO_EXPLAIN, clock.remaining() - _margin(spec)))

    curve = learning_curve(
        choice,
        problem,
        prepared.test_target,
        seconds=_CURVE_SHARE * seconds_left(),
        reporter=reporter,
    )
    return explain(
        result,
        rows,
        prepared.test_target,
        ml_task=spec.ml_task,
        classes=result.classes,
        predicted=answer_frame(choice.tested, choice.blend, result.classes, rows.index),
        seconds=seconds_left(),
        metric=problem.metric.name,
        learning_curve=curve,
        seed=spec.seed,
        on_step=on_step,
    )


def _to_explain(spec: TableSpec) -> float:
    """Seconds that are kept for the explanation; of a short budget a larger part."""
    budget = spec.time_budget_seconds
    return min(_MOST_TO_EXPLAIN, max(_EXPLAIN_SHARE * budget, min(2.0, 0.1 * budget)))


def _margin(spec: TableSpec) -> float:
    return _MARGIN_SHARE * spec.time_budget_seconds


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
