"""The end of a training: figures on the test rows, the explanation, and notes on both."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pipeline.explain.explanation import explain, in_words, missed_sections
from pipeline.table.evaluation import evaluate
from pipeline.table.learning_curve import learning_curve
from pipeline.table.making import Made
from pipeline.table.phases import PhaseReporter, TablePhase
from pipeline.table.preparation import Prepared
from pipeline.table.result import TableResult
from pipeline.table.search.choice import Choice
from pipeline.table.search.clock import Clock
from pipeline.table.search.model import answer_frame
from pipeline.table.search.problem import Problem
from pipeline.table.spec import TableSpec

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
"""Ten seconds explain all of most tables; a short search keeps the greater part of its time."""
_CURVE_SHARE = 0.3
"""The learning curve fits models again, the other sections only ask one."""
_MARGIN_SHARE = 0.02
"""For what no clock foresees, so that the budget holds."""


def judged(
    result: TableResult,
    prepared: Prepared,
    problem: Problem,
    made: Made,
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
        return max(0.0, min(_MOST_TO_EXPLAIN, clock.remaining() - spare_seconds(spec)))

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


def seconds_to_explain(spec: TableSpec) -> float:
    """Seconds that are kept for the explanation; of a short budget a larger part."""
    budget = spec.time_budget_seconds
    return min(_MOST_TO_EXPLAIN, max(_EXPLAIN_SHARE * budget, min(2.0, 0.1 * budget)))


def spare_seconds(spec: TableSpec) -> float:
    return _MARGIN_SHARE * spec.time_budget_seconds
