"""The final model: the chosen candidates fitted once more, on every row that there is."""

import logging
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from pipeline.table.encoding.encoder import TableEncoder
from pipeline.table.encoding.views import View, make_view
from pipeline.table.fold_models import by_folds, of_folds
from pipeline.table.learners.learner import FittedLearner, OnStep
from pipeline.table.learners.learner import Part as Rows
from pipeline.table.messages import FitMessages
from pipeline.table.phases import PhaseReporter, TablePhase
from pipeline.table.preparation import Prepared
from pipeline.table.scores import Array
from pipeline.table.search.candidate import Candidate
from pipeline.table.search.choice import Choice
from pipeline.table.search.failures import FIT_FAILURES
from pipeline.table.search.matrices import Matrices
from pipeline.table.search.model import Blend, Part, TableModel
from pipeline.table.search.pacing import Pacing
from pipeline.table.search.problem import Problem
from pipeline.table.search.search import SEARCH_SHARE
from pipeline.table.search.side_by_side import outcomes

logger = logging.getLogger(__name__)

_SMALL_TABLE = 5_000
_MOST_SEEDS = 3
_SEED_STEP = 1_009
_SEEDS_PREDICT_MS = 3.0
"""Further seeds gain too little to be waited for longer than that at every prediction."""
_ROWS_COMPARED = 50
_SHARE_FOR_SEEDS = 0.6
_SHARE_FOR_OTHERS = 0.6
_LEAST_SECONDS = 0.1
_ENOUGH_ROUNDS = 0.7
_WEIGHT_TO_MISS = 0.25


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
        self._workers = problem.spec.threads if problem.is_small else 1
        self._encoder = prepared.encoder
        self._encoded = prepared.train
        self._views: dict[str, View] = {}
        self._matrices: dict[str, Array] = {}
        self._members: dict[str, tuple[Part, ...]] = {}
        self._cut_short: dict[str, tuple[Part, ...]] = {}

    def run(self, choice: Choice, others: Sequence[Choice], matrices: Matrices) -> Refitted | None:
        """The final model of ``choice``, in which ``others`` can be asked for by themselves.

        Models of folds stand in for members for which there is no time any more.
        """
        again, stand_ins = self._planned(choice)
        self._encode(for_folds=bool(stand_ins))
        self._fit_members(again)
        if self._missed(choice, stand_ins) > _WEIGHT_TO_MISS:
            model = of_folds(choice, self._problem, matrices)
            if model is not None:
                return Refitted(self._prepared.encoder, model, is_whole=False)
        for candidate in stand_ins:
            views, parts = by_folds(candidate, choice, self._problem, matrices)
            self._views.update(views)
            self._members[candidate.name] = parts
        if not self._members:
            self._members = self._cut_short
        if not self._members:
            return None
        with self._reporter.optional():
            self._fit_other_seeds([one for one in again if one.name in self._members])
            for other in others:
                if self._has_time_for(other.members[0]):
                    self._fit_members(other.members[:1])
        model = TableModel(
            classes=self._problem.classes,
            views=self._views,
            members=self._members,
            blends=self._blends(choice, others),
            chosen=choice.name,
        )
        return Refitted(self._encoder, model, is_whole=not stand_ins)

    def _planned(self, choice: Choice) -> tuple[list[Candidate], list[Candidate]]:
        """The members to fit again, and those that models of folds stand in for; the greatest
        weight first. What there is neither time nor a model for is left out."""
        again: list[Candidate] = []
        stand_ins: list[Candidate] = []
        each = self._pacing.left_for_refit()
        total = each * min(self._workers, len(choice.members))
        for candidate in choice.members:
            seconds = self._pacing.refit_seconds(candidate)
            if seconds <= min(each, total):
                again.append(candidate)
                total -= seconds
            elif candidate.whole_models():
                stand_ins.append(candidate)
        if not again and not stand_ins:
            again = [min(choice.members, key=self._pacing.refit_seconds)]
        return again, stand_ins

    def _encode(self, *, for_folds: bool) -> None:
        """Models of folds know the encoder that they learned with only."""
        inputs = self._prepared.inputs
        if for_folds:
            self._encoded = self._encoder.transform(inputs)
        else:
            self._encoder = TableEncoder(self._prepared.plan)
            self._encoded = self._encoder.fit_transform(inputs)

    def _missed(self, choice: Choice, stand_ins: Sequence[Candidate]) -> float:
        """The weight of the members that are not there."""
        there = {*self._members, *(one.name for one in stand_ins)}
        return sum(weight for name, weight in choice.weights.items() if name not in there)

    def _has_time_for(self, candidate: Candidate) -> bool:
        left = _SHARE_FOR_OTHERS * self._pacing.left_for_refit()
        return candidate.name not in self._members and self._pacing.refit_seconds(candidate) < left

    def _fit_members(self, candidates: Sequence[Candidate]) -> None:
        wanted = [(candidate, self._problem.spec.seed) for candidate in candidates]
        for candidate, part in zip(candidates, self._fitted(wanted), strict=True):
            if part is None:
                continue
            if _was_cut_short(part.learner, candidate, len(self._target)):
                self._cut_short[candidate.name] = (part,)
            else:
                self._members[candidate.name] = (part,)

    def _fitted(self, wanted: Sequence[tuple[Candidate, int]]) -> list[Part | None]:
        """A part for each candidate and seed; None where the fit failed."""
        if not wanted:
            return []
        family = wanted[0][0].family
        messages = FitMessages(self._reporter, TablePhase.TRAINING, family.name, family.title)
        messages.begin(
            SEARCH_SHARE,
            "Fitting the model on all rows",
            wanted[0][0].without_validation(len(self._target)),
        )
        workers = min(self._workers, len(wanted))
        limit = max(_LEAST_SECONDS, self._pacing.left_for_refit())
        jobs = [
            partial(self._fit, candidate, seed, self._view(candidate), limit)
            for candidate, seed in wanted
        ]
        parts: list[Part | None] = []
        with closing(outcomes(jobs, workers, messages.steps(SEARCH_SHARE))) as results:
            for (candidate, _), result in zip(wanted, results, strict=True):
                try:
                    parts.append(result())
                except FIT_FAILURES as error:
                    if self._reporter.ordered(error):
                        raise
                    extra = {"candidate": candidate.name}
                    logger.warning("refit failed", exc_info=True, extra=extra)
                    parts.append(None)
        return parts

    def _fit(
        self,
        candidate: Candidate,
        seed: int,
        shown: tuple[View, Array],
        limit: float,
        on_step: OnStep,
    ) -> Part:
        view, matrix = shown
        seconds = min(limit, max(_LEAST_SECONDS, self._pacing.left_for_refit()))
        learner = candidate.family.fit(
            candidate.without_validation(len(self._target)),
            Rows(matrix, self._target),
            self._problem.order(
                view.categories, seed, seconds, self._problem.threads_for(self._workers)
            ),
            on_step,
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

    def _fit_other_seeds(self, members: Sequence[Candidate]) -> None:
        """On few rows chance has a large part in a fit: the mean over seeds has less of it."""
        if len(self._target) > _SMALL_TABLE:
            return
        steady: set[str] = set()
        for extra in range(1, _MOST_SEEDS):
            seed = (self._problem.spec.seed + extra * _SEED_STEP) % 2**32
            wanted = self._repeatable([one for one in members if one.name not in steady])
            parts = self._fitted([(candidate, seed) for candidate in wanted])
            for candidate, part in zip(wanted, parts, strict=True):
                if part is None or self._is_same(part, self._members[candidate.name][0]):
                    steady.add(candidate.name)
                elif not _was_cut_short(part.learner, candidate, len(self._target)):
                    self._members[candidate.name] += (part,)

    def _repeatable(self, members: Sequence[Candidate]) -> list[Candidate]:
        """Those of ``members`` for which there is time, to fit and later to predict."""
        milliseconds = self._problem.spec.max_predict_ms or _SEEDS_PREDICT_MS
        milliseconds -= sum(one.predict_ms * len(self._members[one.name]) for one in members)
        each = _SHARE_FOR_SEEDS * self._pacing.left_for_refit()
        total = each * self._workers
        chosen = []
        for candidate in members:
            seconds = self._pacing.refit_seconds(candidate)
            if seconds < min(each, total) and candidate.predict_ms <= milliseconds:
                chosen.append(candidate)
                total -= seconds
                milliseconds -= candidate.predict_ms
        return chosen

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


def _was_cut_short(learner: FittedLearner, candidate: Candidate, rows: int) -> bool:
    """Whether the time did not suffice for most of the rounds that the folds found."""
    wanted = candidate.without_validation(rows).get("rounds")
    if wanted is None or learner.rounds is None:
        return False
    return bool(learner.rounds < _ENOUGH_ROUNDS * wanted)
