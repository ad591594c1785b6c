"""Which candidates are worth being judged more thoroughly, on the next rung of the ladder."""

from pipeline.table.search.candidate import Candidate
from pipeline.table.search.pacing import Pacing
from pipeline.table.search.problem import Problem
from pipeline.table.search.standings import best_of_each_family
from pipeline.table.search.trials import Trials

HOPELESS_GAP = 0.5
_MOST_CLIMBERS = 8
_SHARE_TO_LEAVE_SAMPLE, _SHARE_TO_CLIMB = 0.8, 0.5


def climbers(rung: int, trials: Trials, problem: Problem, pacing: Pacing) -> list[Candidate]:
    """The best of each leading family on ``rung``, then the best others, as many as can be paid
    for on the next one."""
    folds = problem.ladder.rungs[rung]
    ranked = [
        one
        for one in trials.standings.ranked(trials.contenders, folds)
        if trials.standings.gap(one, trials.candidates, folds) <= HOPELESS_GAP
    ]
    leaders = best_of_each_family(ranked)
    ordered = [*leaders, *(one for one in ranked if one not in leaders)][:_MOST_CLIMBERS]
    leaves_sample = is_sample(rung, problem)
    left = (_SHARE_TO_LEAVE_SAMPLE if leaves_sample else _SHARE_TO_CLIMB) * pacing.left()
    chosen: list[Candidate] = []
    for candidate in ordered:
        seconds = seconds_to_climb(candidate, rung, trials, problem, pacing)
        if seconds <= left or (leaves_sample and not chosen):
            chosen.append(candidate)
            left -= seconds
    return chosen


def leavers(rung: int, trials: Trials, problem: Problem) -> list[Candidate]:
    """The best of each family that is not far behind on a sample, in the order in which they are
    worth whole folds: the best of all, then boosting, which gains the most from more rows."""
    folds = problem.ladder.rungs[rung]
    ranked = trials.standings.ranked(trials.contenders, folds)
    near = [
        one
        for one in best_of_each_family(ranked)
        if trials.standings.gap(one, trials.candidates, folds) <= HOPELESS_GAP
    ]
    return [*near[:1], *sorted(near[1:], key=lambda one: not one.is_boosting)]


def is_sample(rung: int, problem: Problem) -> bool:
    """Whether fits on ``rung`` are on fewer rows than those above it."""
    rungs, folds = problem.ladder.rungs, problem.ladder.folds
    return len(folds[rungs[rung][0]].fit) < len(folds[rungs[-1][0]].fit)


def seconds_to_climb(
    candidate: Candidate, rung: int, trials: Trials, problem: Problem, pacing: Pacing
) -> float:
    """What it takes to fit ``candidate`` on the folds that it lacks for the next rung."""
    missing = [fold for fold in problem.ladder.rungs[rung + 1] if fold not in candidate.fits]
    if not missing:
        return 0.0
    rows = len(problem.ladder.folds[missing[0]].fit)
    return len(missing) / trials.workers(missing) * pacing.seconds_of(candidate, rows)
