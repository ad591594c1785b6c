"""Steps of fits in the words and figures that a watcher sees."""

import time
from collections.abc import Mapping
from typing import Any

from pipeline.table.learners.learner import OnStep, Step
from pipeline.table.phases import PhaseReporter, TablePhase

Figures = Mapping[str, float | int | str | None]
_SECONDS_BETWEEN_STEPS = 0.05


class FitMessages:
    """Tells of the fits of one candidate within a phase, of which ``share`` is done.

    ``algorithm`` and ``title`` are the names of its family for programs and for people.
    """

    def __init__(
        self, reporter: PhaseReporter, phase: TablePhase, algorithm: str, title: str
    ) -> None:
        self._reporter = reporter
        self._phase = phase
        self._algorithm = algorithm
        self._title = title
        self._accuracies: dict[str, float] = {}
        self._told_at = 0.0

    def begin(self, share: float, message: str, parameters: Mapping[str, Any]) -> None:
        """Tell that a candidate with ``parameters`` is about to be fitted."""
        self._tell(share, message, logs=(parameters_in_words(parameters),))

    def steps(self, share: float) -> OnStep:
        """What to call at each step of a fit; it passes on as many as a watcher can follow."""

        def on_step(step: Step) -> None:
            now = time.perf_counter()
            if step.iteration < step.total and now - self._told_at < _SECONDS_BETWEEN_STEPS:
                return
            self._told_at = now
            message = f"Training {self._title} model"
            if step.total > 1:
                message += f" (iteration {step.iteration}/{step.total})"
            self._tell(share, message, figures=_figures(step))

        return on_step

    def judged(self, share: float, train: float, validation: float, rounds: int | None) -> None:
        """Tell how a fit did on the rows that it learned from and on those that it did not."""
        self._accuracies = {
            "train_accuracy": round(train, 4),
            "validation_accuracy": round(validation, 4),
        }
        at = f"Iteration {rounds}" if rounds else self._title
        log = f"{at}: train_acc={train:.2f}, val_acc={validation:.2f}"
        at_end = _figures(Step(rounds or 1, rounds or 1))
        self._tell(share, f"Trained {self._title} model", figures=at_end, logs=(log,))

    def end(self, share: float, message: str, figures: Figures, log: str) -> None:
        """Tell what became of the candidate."""
        self._tell(share, message, figures=figures, logs=(log,))

    def _tell(
        self,
        share: float,
        message: str,
        *,
        figures: Figures | None = None,
        logs: tuple[str, ...] = (),
    ) -> None:
        metrics = {"current_algorithm": self._algorithm, **self._accuracies, **(figures or {})}
        self._reporter.report(self._phase, share, message, metrics=metrics, logs=logs)


def parameters_in_words(parameters: Mapping[str, Any]) -> str:
    """Parameters as people read them: "Learning rate: 0.01, max depth: 6"."""
    if not parameters:
        return "Usual parameters"
    told = (f"{name.replace('_', ' ')}: {_short(value)}" for name, value in parameters.items())
    return ", ".join(told).capitalize()


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _figures(step: Step) -> Figures:
    return {"iteration": step.iteration, "total_iterations": step.total}
