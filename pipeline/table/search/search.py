"""The search for good candidates: proven configurations first, then new ones where they pay.

All candidates are judged on the lowest rung of the ladder; the best climb to the next rungs as
far as the time allows, and from then on new configurations that look promising follow them. A
rung of samples serves to compare the families only: what suits few rows best may not suit many.
"""

import math
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest
from typing import Any

from pipeline.errors import InvalidDataError, ResourceLimitError
from pipeline.table.learners.learner import Family
from pipeline.table.phases import PhaseReporter, TablePhase
from pipeline.table.search.candidate import Candidate
from pipeline.table.search.climbing import (
    HOPELESS_GAP,
    climbers,
    is_sample,
    leavers,
    seconds_to_climb,
)
from pipeline.table.search.pacing import MEMBERS_EXPECTED, Pacing
from pipeline.table.search.problem import Problem
from pipeline.table.search.standings import best_of_each_family
from pipeline.table.search.trials import TOO_LARGE, Stage, Trials
from pipeline.table.search.tuning import Tuning

SEARCH_SHARE = 0.75
"""How much of the training phase the search is; the rest is fitting on all rows."""

_FIRST_ROUND_SHARE = 1.0
"""How much of what is left the families that are still to be tried first may take together."""
_FEWEST_CLIMBERS, _FEWEST_OF_SAMPLE = 4, 2
_PROMISING_RANK = 5
_SAMPLE_SHARE = 0.25
_SHARE_OF_EACH_FAMILY = 0.33
"""A third, so that a fit on all rows, which takes nearly twice as long, has its time as well."""
_SHARE_OF_BOOSTING, _SHARE_OF_OTHERS = 2.5, 0.3
"""Of the time that is left, how much a fit on whole folds may seem to take; for boosting more than
all of it, because that grows less with the rows than it looks from a sample."""

Configurations = Sequence[Mapping[str, Any] | None]
"""One for each family; None where it has no more."""


@dataclass(frozen=True, slots=True)
class Found:
    """All candidates, and the folds on which the best of them can be compared."""

    candidates: tuple[Candidate, ...]
    folds: tuple[int, ...]


class Search:
    """Tries configurations of ``families`` while ``pacing`` has time."""

    def __init__(
        self,
        problem: Problem,
        families: Sequence[Family],
        trials: Trials,
        pacing: Pacing,
        reporter: PhaseReporter,
    ) -> None:
        self._problem = problem
        self._families = families
        self._trials = trials
        self._pacing = pacing
        self._reporter = reporter
        self._lowest_rung = self._rung = 0
        self._stage = Stage(TablePhase.TRAINING, lambda: SEARCH_SHARE * pacing.share())

    def run(self) -> Found:
        """Search until the time is over or nothing better comes up any more.

        Raises
        ------
        InvalidDataError
            If no candidate could learn from the table.
        ResourceLimitError
            If none fits in the memory.
        """
        shape = self._problem.shape(self._problem.ladder.most_rows)
        portfolios = [list(family.portfolio(shape)) for family in self._families]
        rounds = list(zip_longest(*portfolios))
        self._compare_families(rounds[0])
        with self._reporter.optional():
            if is_sample(self._rung, self._problem):
                self._leave_sample()
            else:
                self._climb(to=self._problem.ladder.first_fair)
            for configurations in rounds[1:]:
                self._try_further(configurations)
            self._climb()
            self._tune(Tuning(self._problem, self._trials, shape, self._lowest))
        return Found(tuple(self._trials.candidates), self._folds)

    @property
    def _lowest(self) -> tuple[int, ...]:
        """The folds on which new candidates are judged first."""
        return self._problem.ladder.rungs[self._lowest_rung]

    @property
    def _folds(self) -> tuple[int, ...]:
        return self._problem.ladder.rungs[self._rung]

    def _compare_families(self, configurations: Configurations) -> None:
        """The best bet of each family, all optional once there is a model."""
        to_leave = (1 - self._first_share()) * self._pacing.left()
        for position, (family, parameters) in enumerate(
            zip(self._families, configurations, strict=True)
        ):
            if parameters is None:
                continue
            if self._has_tried_enough():
                break
            share = position / len(self._families)
            stage = Stage(TablePhase.ALGORITHM_SELECTION, partial(float, share))
            waiting = sum(one is not None for one in configurations[position:])
            fair = self._pacing.fair_share(waiting, to_leave)
            with self._optional_once_there_is_a_model():
                self._fit(self._trials.add(family, parameters), self._lowest, stage, fair)
        self._check_any()

    def _first_share(self) -> float:
        return _SAMPLE_SHARE if is_sample(0, self._problem) else _FIRST_ROUND_SHARE

    def _optional_once_there_is_a_model(self) -> AbstractContextManager[None]:
        return self._reporter.optional() if self._trials.has_model else nullcontext()

    def _try_further(self, configurations: Configurations) -> None:
        waiting = list(zip(self._families, configurations, strict=True))
        if self._lowest_rung:  # fits on many rows: the time may not suffice for all
            waiting.sort(key=lambda one: self._family_gap(one[0]))
        for family, parameters in waiting:
            if (
                parameters is None
                or self._is_over()
                or not self._trials.can_afford(family, self._lowest)
            ):
                continue
            if self._family_gap(family) <= HOPELESS_GAP:
                self._judge(self._trials.add(family, parameters))

    def _judge(self, candidate: Candidate) -> None:
        """Judge on the lowest rung, and further up if it keeps up with those that are there."""
        self._fit(candidate, self._lowest, self._stage)
        if self._rung > self._lowest_rung and self._is_promising(candidate):
            self._fit(candidate, self._folds, self._stage)

    def _fit(
        self,
        candidate: Candidate,
        folds: Sequence[int],
        stage: Stage,
        fair: float | None = None,
    ) -> None:
        self._trials.fit(candidate, folds, stage, fair)
        self._trials.drop_models(self._folds)
        if not is_sample(self._rung, self._problem):  # what a sample costs says little of all rows
            self._keep_for_refit(self._folds)

    def _keep_for_refit(self, folds: Sequence[int]) -> None:
        ranked = self._trials.standings.ranked(self._trials.contenders, folds)
        self._pacing.keep_for_refit(best_of_each_family(ranked)[:MEMBERS_EXPECTED])

    def _is_promising(self, candidate: Candidate) -> bool:
        standings = self._trials.standings
        climbed = [one for one in self._trials.contenders if one.covers(self._folds)]
        ranked = standings.ranked(climbed, self._lowest)[:_PROMISING_RANK]
        bar = standings.loss(ranked[-1], self._lowest) if ranked else math.inf
        return standings.loss(candidate, self._lowest) <= bar < math.inf

    def _leave_sample(self) -> None:
        """Fit the best of each family on whole folds, each within a good part of the time that is
        then left: one model of many rows is worth more than many of a sample."""
        target = self._problem.ladder.rungs[self._rung + 1]
        standings = self._trials.standings
        ranked = standings.ranked(self._trials.contenders, self._folds)
        references = [one for one in self._trials.candidates if one.family.is_reference]
        for candidate in (*references, *leavers(self._rung, self._trials, self._problem)):
            if not self._trials.has_model_of(target) or self._can_leave(candidate):
                self._trials.fit(candidate, target, self._stage, fair=_SHARE_OF_EACH_FAMILY)
                self._keep_for_refit(target)
        arrived = [one for one in ranked if one.covers(target)]
        best = min((standings.loss(one, target) for one in arrived), default=math.inf)
        if ranked and best < standings.loss(ranked[0], self._folds):  # judged by the same rows
            self._rung += 1
            self._lowest_rung = self._rung

    def _can_leave(self, candidate: Candidate) -> bool:
        """Whether fits of ``candidate`` on whole folds are worth their time: boosting is if it is
        likely to come far, the others if much is left for further configurations of boosting."""
        needed = seconds_to_climb(candidate, self._rung, self._trials, self._problem, self._pacing)
        share = _SHARE_OF_BOOSTING if candidate.is_boosting else _SHARE_OF_OTHERS
        return needed <= share * self._pacing.left()

    def _climb(self, to: int | None = None) -> None:
        """Take the best candidates up as many rungs as the time allows, at most up ``to`` one."""
        highest = self._problem.ladder.top if to is None else to
        while self._rung < highest and not self._is_over():
            chosen = climbers(self._rung, self._trials, self._problem, self._pacing)
            if not self._is_worth_climbing(chosen):
                return
            target = self._problem.ladder.rungs[self._rung + 1]
            references = [one for one in self._trials.candidates if one.family.is_reference]
            for candidate in (*references, *chosen):
                self._fit(candidate, target, self._stage)
            if not any(one.covers(target) for one in chosen):
                return
            self._rung += 1

    def _is_worth_climbing(self, chosen: Sequence[Candidate]) -> bool:
        """Whether the best and enough of the families would be there: only who climbs can be in the
        model."""
        fewest = _FEWEST_OF_SAMPLE if is_sample(self._rung, self._problem) else _FEWEST_CLIMBERS
        ranked = self._trials.standings.ranked(self._trials.contenders, self._folds)
        return bool(ranked) and ranked[0] in chosen and len(chosen) >= min(fewest, len(ranked))

    def _tune(self, tuning: Tuning) -> None:
        while not self._is_over():
            if tuning.try_next(self._judge, self._is_among_best):
                continue
            before = self._rung
            self._climb()
            if self._rung == before:
                return
            tuning.revive()

    def _is_among_best(self, candidate: Candidate) -> bool:
        ranked = self._trials.standings.ranked(self._trials.contenders, self._folds)
        return candidate in ranked[:_PROMISING_RANK]

    def _is_over(self) -> bool:
        return self._pacing.left() <= 0 or self._has_tried_enough()

    def _has_tried_enough(self) -> bool:
        limit = self._problem.spec.max_trials
        return limit is not None and len(self._trials.contenders) >= limit

    def _family_gap(self, family: Family) -> float:
        everyone = self._trials.candidates
        own = [one for one in everyone if one.family is family and one.fits]
        gaps = [self._trials.standings.gap(one, everyone, self._lowest) for one in own]
        return min(gaps, default=math.inf)

    def _check_any(self) -> None:
        everyone = self._trials.candidates
        if any(one.fits and not one.failure for one in everyone):
            return
        reasons = "; ".join(f"{one.name}: {one.failure}" for one in everyone)
        if all((one.failure or "").startswith(TOO_LARGE) for one in everyone):
            raise ResourceLimitError(f"No algorithm fits in the memory ({reasons})")
        raise InvalidDataError(f"No algorithm could learn from the table ({reasons})")
