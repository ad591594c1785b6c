"""All candidates of a search, and how each is fitted and judged."""

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import Any

from pipeline.table.learners.learner import Family, FittedLearner, OnStep
from pipeline.table.messages import FitMessages
from pipeline.table.phases import PhaseReporter, TablePhase
from pipeline.table.search.candidate import Candidate, FoldFit
from pipeline.table.search.failures import FIT_FAILURES, failure_text
from pipeline.table.search.fold_fit import OutOfTimeError, fit_fold
from pipeline.table.search.journal import Memory
from pipeline.table.search.matrices import Matrices
from pipeline.table.search.pacing import Pacing
from pipeline.table.search.problem import Problem
from pipeline.table.search.side_by_side import outcomes
from pipeline.table.search.standings import Standings, best_of_each_family

logger = logging.getLogger(__name__)

TOO_LARGE = "a fit would take about"
_MEGABYTE = 1024**2
_HOPELESS_GAP = 0.5
_FOLDS_TO_JUDGE_BY = 2
_MODELS_KEPT, _FAMILIES_KEPT = 3, 5
_SHARE_OF_FIRST, _SHARE_OF_ONE = 0.5, 0.2


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a search is in the phases of a run; ``share`` tells how much of ``phase`` is done."""

    phase: TablePhase
    share: Callable[[], float]


class Trials:
    """Fits candidates on folds of ``problem`` within the limits of ``pacing``."""

    def __init__(
        self, problem: Problem, pacing: Pacing, reporter: PhaseReporter, memory: Memory
    ) -> None:
        self._problem = problem
        self._pacing = pacing
        self._reporter = reporter
        self._memory = memory
        self.matrices = Matrices(problem)
        self.standings = Standings(problem)
        self.candidates: list[Candidate] = []

    @property
    def contenders(self) -> list[Candidate]:
        """All but the references."""
        return [one for one in self.candidates if not one.family.is_reference]

    @property
    def has_model(self) -> bool:
        """Whether a contender has been fitted."""
        return any(one.fits and not one.failure for one in self.contenders)

    def has_model_of(self, folds: Sequence[int]) -> bool:
        """Whether a contender has been fitted on all of ``folds``."""
        return any(one.covers(folds) and not one.failure for one in self.contenders)

    def add(self, family: Family, parameters: Mapping[str, Any]) -> Candidate:
        """A new candidate with a name of its own."""
        count = sum(one.family.name == family.name for one in self.candidates)
        name = f"{family.name}_{count + 1}" if count else family.name
        candidate = Candidate(name=name, family=family, parameters=parameters)
        self.candidates.append(candidate)
        return candidate

    def workers(self, folds: Sequence[int]) -> int:
        """How many fits run at once."""
        return min(len(folds), self._problem.spec.threads) if self._problem.is_small else 1

    def can_afford(self, family: Family, folds: Sequence[int]) -> bool:
        """Whether the time is likely to suffice for fits of ``family`` on ``folds``."""
        rows = len(self._problem.ladder.folds[folds[0]].fit)
        return self._pacing.can_afford(family.name, rows, len(folds) / self.workers(folds))

    def fit(
        self,
        candidate: Candidate,
        folds: Sequence[int],
        stage: Stage,
        fair: float | None = None,
    ) -> None:
        """Fit on those of ``folds`` that are missing, unless it fails, is hopeless or too slow.

        ``fair`` is the share of the time left that it may take.
        """
        missing = [fold for fold in folds if fold not in candidate.fits]
        if candidate.failure or not missing:
            return
        family = candidate.family
        messages = FitMessages(self._reporter, stage.phase, family.name, family.title)
        candidate.failure = self._reason_against(candidate, missing)
        if candidate.failure is None:
            title = f"Training {family.title} model"
            messages.begin(stage.share(), title, candidate.parameters)
            self._fit_all(candidate, missing, messages, stage, fair)
        self._tell(candidate, messages, stage)

    def drop_models(self, folds: Sequence[int]) -> None:
        """Keep the fitted models of the best on ``folds`` and of the best of each family only; they
        stand in where no time is left to fit again."""
        ranked = self.standings.ranked(self.contenders, folds)
        best = [*ranked[:_MODELS_KEPT], *best_of_each_family(ranked)[:_FAMILIES_KEPT]]
        for candidate in self.candidates:
            if best and candidate not in best:
                candidate.models.clear()

    def _reason_against(self, candidate: Candidate, missing: Sequence[int]) -> str | None:
        rows = len(self._problem.ladder.folds[missing[0]].fit)
        needed = self.matrices.bytes_of(missing[0]) + candidate.family.memory_bytes(
            self._problem.shape(rows), candidate.parameters
        )
        accepted = self._problem.spec.max_memory_bytes
        if accepted is not None and needed * self.workers(missing) > accepted:
            return (
                f"{TOO_LARGE} {needed / _MEGABYTE:,.0f} MB; "
                f"accepted: up to {accepted / _MEGABYTE:,.0f} MB"
            )
        is_needed = candidate.family.is_reference or not self.has_model or candidate.fits
        if is_needed or self.can_afford(candidate.family, missing):
            return None
        return "not tried: it would not have ended within the time budget"

    def _fit_all(
        self,
        candidate: Candidate,
        missing: Sequence[int],
        messages: FitMessages,
        stage: Stage,
        fair: float | None,
    ) -> None:
        workers = self.workers(missing)
        seconds = self._seconds_each(candidate, len(missing) / workers, fair)
        jobs = [partial(self._fit, candidate, fold, seconds, workers) for fold in missing]
        on_step = messages.steps(stage.share())
        with closing(outcomes(jobs, workers, on_step)) as results:
            for position, fold in enumerate(missing):
                if self._should_leave(candidate, missing[:position]):
                    return
                fit = self._outcome(candidate, next(results), seconds, fold)
                if fit is None:
                    return
                self._take(candidate, fold, *fit)
                messages.judged(
                    stage.share(), fit[0].train_accuracy, fit[0].validation_accuracy, fit[0].rounds
                )

    def _seconds_each(self, candidate: Candidate, folds: float, fair: float | None) -> float:
        """The limit of each of ``folds`` fits, done one after the other; who has come further has
        been found worth what it takes."""
        if fair is not None and self.has_model:
            return self._pacing.part_of_left(folds, min(fair, _SHARE_OF_FIRST))
        if candidate.fits:
            return self._pacing.limit(folds, 1.0)
        return self._pacing.limit(folds, _SHARE_OF_ONE if self.has_model else _SHARE_OF_FIRST)

    def _should_leave(self, candidate: Candidate, fitted: Sequence[int]) -> bool:
        """After some folds: whether the time is over or the candidate has no prospect."""
        if not fitted or candidate.family.is_reference:
            return False
        if self._pacing.left() <= 0 and any(
            one.fits for one in self.contenders if one is not candidate
        ):
            return True
        if len(fitted) < _FOLDS_TO_JUDGE_BY:
            return False
        return self.standings.gap(candidate, self.candidates, fitted) > _HOPELESS_GAP

    def _fit(
        self, candidate: Candidate, fold: int, seconds: float, workers: int, on_step: OnStep
    ) -> tuple[FoldFit, FittedLearner | None]:
        known = self._memory.recall(candidate.family.name, candidate.parameters, fold)
        if known is not None:
            return known, None
        return fit_fold(
            candidate,
            fold,
            self._problem,
            self.matrices,
            threads=self._problem.threads_for(workers),
            seconds=seconds,
            on_step=on_step,
        )

    def _outcome(
        self,
        candidate: Candidate,
        result: Callable[[], tuple[FoldFit, FittedLearner | None]],
        seconds: float,
        fold: int,
    ) -> tuple[FoldFit, FittedLearner | None] | None:
        try:
            return result()
        except OutOfTimeError:
            rows = len(self._problem.ladder.folds[fold].fit)
            self._pacing.costs.record(candidate.family.name, rows, 2 * seconds)
            candidate.failure = f"stopped: a fit takes more than {seconds:.1f} s"
        except FIT_FAILURES as error:
            if self._reporter.ordered(error):
                raise
            logger.warning("candidate failed", exc_info=True, extra={"candidate": candidate.name})
            candidate.failure = failure_text(error)
        return None

    def _take(
        self, candidate: Candidate, fold: int, fit: FoldFit, model: FittedLearner | None
    ) -> None:
        candidate.fits[fold] = fit
        if model is not None:
            candidate.models[fold] = model
            self._memory.keep(candidate.family.name, candidate.parameters, fold, fit)
        self._pacing.costs.record(candidate.family.name, fit.rows, fit.seconds)

    def _tell(self, candidate: Candidate, messages: FitMessages, stage: Stage) -> None:
        title, metric = candidate.family.title, self._problem.metric
        if candidate.failure:
            log = f"{candidate.name}: {candidate.failure}"
            messages.end(stage.share(), f"Left out {title}", {}, log)
        elif candidate.fits:
            score = metric.value(self.standings.loss(candidate, tuple(candidate.fits)))
            log = f"{candidate.name}: {metric.name}={score:.4g} in {candidate.seconds:.1f} s"
            figures = {metric.name: round(score, 6), "candidates": len(self.candidates)}
            messages.end(stage.share(), f"Compared {title}", figures, log)
