"""How a table gets its model: the search, the choice among what it found, the fit on all rows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.errors import InvalidDataError
from pipeline.table.fold_models import of_folds
from pipeline.table.learners.families import all_families
from pipeline.table.learners.learner import Family
from pipeline.table.phases import PhaseReporter, TablePhase
from pipeline.table.preparation import Prepared
from pipeline.table.refit import Refit, Refitted
from pipeline.table.search.candidate import Candidate
from pipeline.table.search.choice import ENSEMBLE, Choice, choose, single_choice
from pipeline.table.search.journal import Memory
from pipeline.table.search.model import TableModel
from pipeline.table.search.pacing import Pacing
from pipeline.table.search.problem import Problem
from pipeline.table.search.search import SEARCH_SHARE, Found, Search
from pipeline.table.search.standings import Standings, best_of_each_family
from pipeline.table.search.trials import Trials
from pipeline.table.spec import TableSpec

_MOST_OTHERS = 4
"""Each is fitted once more and stored; who asks for another one by name looks among the best."""
_ONLY_BY_NAME = frozenset({"hist_gradient_boosting"})
"""LightGBM does the same in less time."""


@dataclass(frozen=True, slots=True)
class Made:
    """What a search has found, what was chosen of it, and the model that was made of that."""

    found: Found
    choice: Choice
    refitted: Refitted
    unseen: TableModel | None
    """What was fitted on folds of the training rows, and so has not seen the test rows."""


def make_model(
    prepared: Prepared, problem: Problem, pacing: Pacing, memory: Memory, reporter: PhaseReporter
) -> Made:
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
    return Made(found, choice, refitted, of_folds(choice, problem, trials.matrices))


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
