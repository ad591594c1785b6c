"""Which origins and periods the trees learn from."""

import numpy as np

from pipeline.forecast.calendar.frequency import Frequency, Unit
from pipeline.forecast.pooled.pace import pace_of
from pipeline.forecast.pooled.pairs import pairs_of

PACE = pace_of(Frequency(Unit.DAY))


def test_products_together_tell_of_all_days() -> None:
    values, count = np.ones(730), 100
    alone = np.unique(pairs_of(values, PACE, 28, count)[1])
    together = [pairs_of(values, PACE, 28, count, number)[1] for number in range(60)]
    assert len(alone) == count
    assert len(np.unique(together)) == 730 - PACE.cycles[0]


def test_every_product_looks_as_far_ahead() -> None:
    values, horizon = np.ones(730), 90
    means = []
    for number in range(20):
        origins, targets = pairs_of(values, PACE, horizon, 400, number)
        steps = targets - origins + 1
        assert steps.min() == 1
        assert steps.max() > 0.95 * horizon
        means.append(steps.mean())
    assert max(means) - min(means) < 2
