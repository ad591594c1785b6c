"""Who answers together."""

import numpy as np
import pytest

from pipeline.table.encoding.encoded import Encoded
from pipeline.table.encoding.features import Layout
from pipeline.table.learners.families import FAMILIES
from pipeline.table.scores import METRICS
from pipeline.table.search.candidate import Candidate, FoldFit
from pipeline.table.search.choice import choose
from pipeline.table.search.clock import Clock
from pipeline.table.search.ladder import Fold, Ladder
from pipeline.table.search.pacing import Pacing
from pipeline.table.search.problem import Problem
from pipeline.table.search.search import Found
from pipeline.table.search.standings import Standings
from pipeline.table.spec import TableSpec

ROWS = 100
TARGET = np.arange(ROWS) % 2


def problem():
    nothing = Encoded(numbers=np.empty((ROWS, 0), np.float32), codes=np.empty((ROWS, 0), np.int32))
    everything = np.arange(ROWS)
    return Problem(
        spec=TableSpec(ml_task="classification", target_variable="y"),
        classes=2,
        layout=Layout((), ()),
        train=nothing,
        target=TARGET,
        test=nothing,
        ladder=Ladder((Fold(everything, everything),), ((0,),)),
        metric=METRICS["classification"]["log_loss"],
    )


def candidate(family, sureness):
    """One that gives the class of every row the probability ``sureness``."""
    told = np.where(np.eye(2)[TARGET] > 0, sureness, 1 - sureness)
    fit = FoldFit(
        judged=told,
        tested=np.empty((0, 2)),
        rows=ROWS,
        seconds=1.0,
        rounds=None,
        predict_ms=1.0,
        size_bytes=1,
        train_accuracy=1.0,
        validation_accuracy=1.0,
    )
    return Candidate(name=family, family=FAMILIES[family], parameters={}, fits={0: fit})


def chosen(*sureness):
    """The names of those who answer, where nobody brings what another lacks."""
    families = ("baseline", "linear", "kernel")
    told = [candidate(name, sure) for name, sure in zip(families, (0.5, *sureness), strict=True)]
    asked = problem()
    pacing = Pacing(Clock(0.0, 100.0, now=float), ending=0.0, spare=0.0, all_rows=ROWS)
    found = Found(tuple(told), (0,))
    choice = choose(found, asked, Standings(asked), pacing, may_blend=True)
    return set(choice.weights)


def test_on_few_rows_those_that_are_nearly_as_good_answer_together():
    assert chosen(0.80, 0.79) == {"linear", "kernel"}


@pytest.mark.parametrize("sureness", [0.95, 0.96])
def test_on_few_rows_a_nearly_perfect_model_does_not_answer_alone(sureness):
    assert chosen(0.99, sureness) == {"linear", "kernel"}


def test_who_is_far_behind_has_no_part():
    assert chosen(0.95, 0.70) == {"linear"}
