"""Steps of fits in the words and figures that a watcher sees."""

from collections.abc import Mapping

from pipeline.table.algorithms import ALGORITHMS
from pipeline.table.fitting import OnStep, Step
from pipeline.table.phases import PhaseReporter, TablePhase

Figures = Mapping[str, float | int | str | None]


class StepMessages:
    """Tells of one algorithm within a stretch of a phase, from ``start`` and ``length`` long
    (shares of the phase)."""

    def __init__(
        self, reporter: PhaseReporter, phase: TablePhase, name: str, start: float, length: float
    ) -> None:
        self._reporter = reporter
        self._phase = phase
        self._name = name
        self._start = start
        self._length = length

    def tell(
        self,
        share: float,
        message: str,
        *,
        figures: Figures | None = None,
        logs: tuple[str, ...] = (),
    ) -> None:
        """Tell that ``share`` of the stretch is done."""
        metrics = {"current_algorithm": self._name, **(figures or {})}
        at = self._start + self._length * share
        self._reporter.report(self._phase, at, message, metrics=metrics, logs=logs)

    def part(self, position: int, count: int) -> OnStep:
        """What to call at each step of fit number ``position`` (from 0) of ``count``."""

        def on_step(step: Step) -> None:
            share = (position + step.iteration / step.total) / count
            title = ALGORITHMS[self._name].title
            message = f"Training {title} model"
            if step.total > 1:
                message += f" (iteration {step.iteration}/{step.total})"
            self.tell(share, message, figures=_figures(step), logs=_log(step))

        return on_step


def _figures(step: Step) -> Figures:
    figures: dict[str, float | int | str | None] = {}
    if step.total > 1:
        figures |= {"iteration": step.iteration, "total_iterations": step.total}
    if step.train_accuracy is not None:
        figures["train_accuracy"] = round(step.train_accuracy, 4)
    if step.validation_accuracy is not None:
        figures["validation_accuracy"] = round(step.validation_accuracy, 4)
    return figures


def _log(step: Step) -> tuple[str, ...]:
    if step.train_accuracy is None:
        return ()
    text = f"Iteration {step.iteration}: train_acc={step.train_accuracy:.2f}"
    if step.validation_accuracy is not None:
        text += f", val_acc={step.validation_accuracy:.2f}"
    return (text,)
