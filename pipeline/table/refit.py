"""The final model: the chosen candidates fitted once more, on every row that there is."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.table.encoding.encoder import TableEncoder
from pipeline.table.encoding.views import View, make_view
from pipeline.table.learners.learner import FittedLearner
from pipeline.table.learners.learner import Part as Rows
from pipeline.table.messages import FitMessages
from pipeline.table.phases import PhaseReporter, TablePhase
from pipeline.table.preparation import Prepared
from pipeline.table.scores import Array
from pipeline.table.search.candidate import Candidate
from pipeline.table.search.choice import USUAL_PREDICT_MS, Choice
from pipeline.table.search.failures import FIT_FAILURES
from pipeline.table.search.matrices import Matrices
from pipeline.table.search.model import Blend, Part, TableModel
from pipeline.table.search.pacing import Pacing
from pipeline.table.search.problem import Problem
from pipeline.table.search.search import SEARCH_SHARE

logger = logging.getLogger(__name__)

_SMALL_TABLE = 5_000
_MOST_SEEDS = 3
_SEED_STEP = 1_009
_ROWS_COMPARED = 50
_SHARE_FOR_OTHERS = 0.6
_LEAST_SECONDS = 0.1
_ENOUGH_ROUNDS = 0.7


@dataclass(frozen=True, slots=True)
class Refitted:
    """The model with the encoder that prepares its rows; ``is_whole`` if it knows all rows."""

    encoder: TableEncoder
    model: TableModel
    is_whole: bool


class Refit:
    """Fits chosen candidates on all rows of ``prepared`` while ``pacing`` has time."""

    def __init__(
        self, prepared: Prepared, problem: Problem, pacing: Pacing, reporter: PhaseReporter
    ) -> None:
        self._prepared = prepared
        self._problem = problem
        self._pacing = pacing
        self._reporter = reporter
        self._target = prepared.all_target
        self._encoder = TableEncoder(prepared.plan)
        self._encoded = self._encoder.fit_transform(prepared.inputs)
        self._views: dict[str, View] = {}
        self._matrices: dict[str, Array] = {}
        self._members: dict[str, tuple[Part, ...]] = {}
        self._cut_short: dict[str, tuple[Part, ...]] = {}

    def run(self, choice: Choice, others: Sequence[Choice], matrices: Matrices) -> Refitted | None:
        """The final model of ``choice``, in which ``others`` can be asked for by themselves.

        What does not fit in the time any more is left out, the lightest first. If that is
        everything, models of folds answer, or as a last resort those that the time cut short.
        """
        for place, candidate in enumerate(choice.members):
            if not place or self._has_time_for(candidate, 1.0):
                self._fit(candidate, place / len(choice.members))
        if not self._members:
            made = of_folds(choice, self._prepared, self._problem, matrices)
            if made is not None or not self._cut_short:
                return made
            self._members = self._cut_short
        with self._reporter.optional():
            self._fit_other_seeds(choice)
            for other in others:
                if self._has_time_for(other.members[0], _SHARE_FOR_OTHERS):
                    self._fit(other.members[0], 1.0)
        model = TableModel(
            classes=self._problem.classes,
            views=self._views,
            members=self._members,
            blends=self._blends(choice, others),
            chosen=choice.name,
        )
        return Refitted(self._encoder, model, is_whole=True)

    def _has_time_for(self, candidate: Candidate, share: float) -> bool:
        left = share * self._pacing.left_for_refit()
        return candidate.name not in self._members and self._pacing.refit_seconds(candidate) < left

    def _fit(self, candidate: Candidate, share: float) -> None:
        try:
            part = self._fitted(candidate, self._problem.spec.seed, share)
        except FIT_FAILURES as error:
            if self._reporter.ordered(error):
                raise
            logger.warning("refit failed", exc_info=True, extra={"candidate": candidate.name})
        else:
            if _was_cut_short(part.learner, candidate, len(self._target)):
                self._cut_short[candidate.name] = (part,)
            else:
                self._members[candidate.name] = (part,)

    def _fitted(self, candidate: Candidate, seed: int, share: float) -> Part:
        family = candidate.family
        messages = FitMessages(self._reporter, TablePhase.TRAINING, family.name, family.title)
        parameters = candidate.without_validation(len(self._target))
        at = SEARCH_SHARE + (1 - SEARCH_SHARE) * share
        messages.begin(at, f"Fitting {family.title} on all rows", parameters)
        view, matrix = self._view(candidate)
        seconds = max(_LEAST_SECONDS, self._pacing.left_for_refit())
        learner = family.fit(
            parameters,
            Rows(matrix, self._target),
            self._problem.order(view.categories, seed, seconds, self._problem.spec.threads),
            messages.steps(at),
        )
        return Part(str(candidate.view), learner)

    def _view(self, candidate: Candidate) -> tuple[View, Array]:
        key = str(candidate.view)
        if key not in self._views:
            self._views[key] = make_view(
                candidate.view,
                self._encoder.layout,
                classes=self._problem.classes,
                seed=self._problem.spec.seed,
            )
            self._matrices[key] = self._views[key].fit_transform(self._encoded, self._target)
        return self._views[key], self._matrices[key]

    def _fit_other_seeds(self, choice: Choice) -> None:
        """On few rows chance has a large part in a fit: the mean over seeds has less of it."""
        if len(self._target) > _SMALL_TABLE:
            return
        steady: set[str] = set()
        for extra in range(1, _MOST_SEEDS):
            for candidate in choice.members:
                if candidate.name in steady or not self._may_repeat(candidate, choice):
                    continue
                seed = (self._problem.spec.seed + extra * _SEED_STEP) % 2**32
                part = self._fitted(candidate, seed, 1.0)
                if self._is_same(part, self._members[candidate.name][0]):
                    steady.add(candidate.name)
                else:
                    self._members[candidate.name] += (part,)

    def _may_repeat(self, candidate: Candidate, choice: Choice) -> bool:
        if candidate.name not in self._members:
            return False
        limit = self._problem.spec.max_predict_ms or USUAL_PREDICT_MS
        spent = sum(one.predict_ms * len(self._members.get(one.name, ())) for one in choice.members)
        seconds = self._pacing.refit_seconds(candidate)
        return spent + candidate.predict_ms <= limit and seconds < self._pacing.left_for_refit()

    def _is_same(self, one: Part, other: Part) -> bool:
        rows = self._matrices[one.view][:_ROWS_COMPARED]
        return np.array_equal(one.learner.predict(rows), other.learner.predict(rows))

    def _blends(self, choice: Choice, others: Sequence[Choice]) -> dict[str, Blend]:
        """Of all that was fitted; the weights of members that were not are shared out."""
        fitted = {name: w for name, w in choice.weights.items() if name in self._members}
        total = sum(fitted.values())
        shared = {name: weight / total for name, weight in fitted.items()}
        alone = {one.name: one.blend for one in others if one.name in self._members}
        return {**alone, choice.name: replace(choice.blend, weights=shared)}


def of_folds(
    choice: Choice, prepared: Prepared, problem: Problem, matrices: Matrices
) -> Refitted | None:
    """A model of what was fitted on folds, for want of time or success on all rows.

    The mean of the models of the first member that has some; None if none has.
    """
    for candidate in choice.members:
        if candidate.models:
            parts = []
            views = {}
            for fold, learner in candidate.models.items():
                key = f"{candidate.view}/{fold}"
                views[key] = matrices.get(fold, candidate.view).view
                parts.append(Part(key, learner))
            model = TableModel(
                classes=problem.classes,
                views=views,
                members={candidate.name: tuple(parts)},
                blends={choice.name: replace(choice.blend, weights={candidate.name: 1.0})},
                chosen=choice.name,
            )
            return Refitted(prepared.encoder, model, is_whole=False)
    return None


def _was_cut_short(learner: FittedLearner, candidate: Candidate, rows: int) -> bool:
    """Whether the time did not suffice for most of the rounds that the folds found."""
    wanted = candidate.without_validation(rows).get("rounds")
    if wanted is None or learner.rounds is None:
        return False
    return bool(learner.rounds < _ENOUGH_ROUNDS * wanted)
