"""New configurations of the leading families, until the time is over or nothing helps."""

import math
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from pipeline.table.learners.learner import Family, Shape
from pipeline.table.search.candidate import Candidate
from pipeline.table.search.problem import Problem
from pipeline.table.search.standings import best_of_each_family
from pipeline.table.search.trials import Trials
from pipeline.table.search.tuner import Tuner

_LEADING_FAMILIES, _LEADING_GAP = 3, 0.15
_STALE_TRIALS = 15
"""After so many configurations in a row that did not come among the best, a family has given what
it can."""


class Tuning:
    """Gives each leading family its share of the time; ``lowest`` are the folds that new
    configurations are judged on first."""

    def __init__(
        self, problem: Problem, trials: Trials, shape: Shape, lowest: tuple[int, ...]
    ) -> None:
        self._problem = problem
        self._trials = trials
        self._shape = shape
        self._lowest = lowest
        self._tuners: dict[str, Tuner] = {}
        self._untunable: set[str] = set()
        self._since_success: Counter[str] = Counter()
        self._counts: Counter[str] = Counter()

    def try_next(
        self, judge: Callable[[Candidate], None], is_success: Callable[[Candidate], bool]
    ) -> bool:
        """Suggest a configuration and have it judged; False if no family promises any more."""
        while (family := self._next_family()) is not None:
            tuner = self._tuners.setdefault(
                family.name, Tuner(family, self._shape, self._problem.spec.seed)
            )
            parameters = tuner.suggest()
            if parameters is None:
                self._untunable.add(family.name)
                continue
            self._counts[family.name] += 1
            candidate = self._tried(family, parameters)
            if candidate is None:
                candidate = self._trials.add(family, parameters)
                judge(candidate)
            loss = self._trials.standings.loss(candidate, self._lowest)
            tuner.tell(loss if loss < math.inf else None)
            is_new = candidate is self._trials.candidates[-1]
            self._since_success[family.name] += 1
            if is_new and is_success(candidate):
                self._since_success[family.name] = 0
            return True
        return False

    def _tried(self, family: Family, parameters: Mapping[str, Any]) -> Candidate | None:
        """The candidate with the very same parameters; small spaces are soon suggested again."""
        return next(
            (
                one
                for one in self._trials.candidates
                if one.family is family and one.parameters == parameters
            ),
            None,
        )

    def revive(self) -> None:
        """Forget that families have given what they can: they are judged anew."""
        self._since_success.clear()

    def _next_family(self) -> Family | None:
        """Of the leading families the one that has had the least of the time so far.

        Where the number of trials is limited, by how often it has been tried: times differ from
        run to run, and such a run is meant to be repeatable.
        """
        able = [
            family
            for family in self._leaders()
            if family.name not in self._untunable
            and self._since_success[family.name] < _STALE_TRIALS
            and self._trials.can_afford(family, self._lowest)
        ]
        if not able:
            return None
        if self._problem.spec.max_trials is not None:
            return min(able, key=lambda family: self._counts[family.name])
        return min(able, key=self._seconds_spent)

    def _leaders(self) -> list[Family]:
        trials = self._trials
        ranked = best_of_each_family(trials.standings.ranked(trials.contenders, self._lowest))
        return [
            one.family
            for place, one in enumerate(ranked)
            if place < _LEADING_FAMILIES
            or trials.standings.gap(one, trials.candidates, self._lowest) <= _LEADING_GAP
        ]

    def _seconds_spent(self, family: Family) -> float:
        return sum(one.seconds for one in self._trials.candidates if one.family is family)
