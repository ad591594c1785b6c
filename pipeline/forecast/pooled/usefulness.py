"""Which covariates are worth looking back at: those without which past forecasts were worse.

Trees that learned from the first two thirds of what was known are judged by what came after.
"""

from collections.abc import Callable, Sequence

import numpy as np

from pipeline.forecast.pooled.examples import Examples
from pipeline.forecast.pooled.running import Values
from pipeline.forecast.pooled.trees import Trees

LEARNED_SHARE = 2 / 3
LEAST_JUDGED = 50
"""Fewer examples say nothing about anything."""
LEAST_GAIN = 0.01
"""Of the error: less is not worth a second look at a column."""
STRETCHES = 10
LEAST_EVIDENCE = 2.5
"""Gain by stretch of time over its standard error: 1 in 60 columns of chance has that."""

Grower = Callable[[Examples], Trees]


def useful_to_observe(examples: Examples, names: Sequence[str], grow: Grower) -> tuple[str, ...]:
    """The covariates that each make forecasts better by more than chance, beside those before;
    several are looked at one by one only where forecasts with all of them are better at all.

    Parameters
    ----------
    examples
        What was known before the newest test, with the features of all of the covariates.
    names
        The covariates in the order in which they are tried.
    grow
        Makes trees of examples.
    """
    if not names or not len(examples):
        return ()
    split = np.sort(examples.stamps)[int(LEARNED_SHARE * (len(examples) - 1))]
    learned, judged = examples.until(split), examples.after(split)
    if len(judged) < LEAST_JUDGED:
        return ()

    def misses(used: Sequence[str]) -> Values:
        unused = [name for name in names if name not in used]
        asked = judged.without(unused)
        factors = np.exp(asked.expected + grow(learned.without(unused)).predict(asked.table))
        return np.asarray(asked.weights * np.abs(asked.targets - factors))

    useful: tuple[str, ...] = ()
    before = misses(useful)
    if len(names) > 1 and misses(names).mean() >= before.mean():
        return ()
    for name in names:
        after = misses((*useful, name))
        if _is_better(before, after, judged):
            useful, before = (*useful, name), after
    return useful


def _is_better(before: Values, after: Values, judged: Examples) -> bool:
    """What products of one week have in common is one proof, not many."""
    gains = (before - after)[np.argsort(judged.stamps, kind="stable")]
    means = np.array([stretch.mean() for stretch in np.array_split(gains, STRETCHES)])
    chance = means.std(ddof=1) / np.sqrt(STRETCHES)
    return bool(
        means.mean() >= LEAST_GAIN * before.mean() and means.mean() >= LEAST_EVIDENCE * chance
    )
