"""How far behind a candidate is, on many rows and on few."""

import numpy as np
import pytest

from pipeline.table.encoding.encoded import Encoded
from pipeline.table.encoding.features import Layout
from pipeline.table.learners.families import FAMILIES
from pipeline.table.scores import METRICS
from pipeline.table.search.candidate import Candidate, FoldFit
from pipeline.table.search.ladder import Fold, Ladder
from pipeline.table.search.problem import Problem
from pipeline.table.search.standings import Standings
from pipeline.table.spec import TableSpec


def standings(rows):
    """Of ``rows`` amounts that are 1 or -1 by turns, all of which judge."""
    nothing = Encoded(numbers=np.empty((rows, 0), np.float32), codes=np.empty((rows, 0), np.int32))
    everything = np.arange(rows)
    return Standings(
        Problem(
            spec=TableSpec(ml_task="regression", target_variable="y"),
            classes=0,
            layout=Layout((), ()),
            train=nothing,
            target=np.resize([1.0, -1.0], rows),
            test=nothing,
            ladder=Ladder((Fold(everything, everything),), ((0,),)),
            metric=METRICS["regression"]["rmse"],
        )
    )


def candidate(family, rows, rmse):
    """One that is always wrong by ``rmse``."""
    fit = FoldFit(
        judged=np.resize([1.0, -1.0], rows) * (1 - rmse),
        tested=np.empty(0),
        rows=rows,
        seconds=1.0,
        rounds=None,
        predict_ms=1.0,
        size_bytes=1,
        train_accuracy=1.0,
        validation_accuracy=1.0,
    )
    return Candidate(name=family, family=FAMILIES[family], parameters={}, fits={0: fit})


def gap_of_the_middle_one(rows):
    some = [("baseline", 1.0), ("linear", 0.96), ("knn", 0.92)]
    told = [candidate(family, rows, rmse) for family, rmse in some]
    return standings(rows).gap(told[1], told, (0,))


def test_on_many_rows_the_gap_is_the_place_between_the_best_and_the_reference():
    assert gap_of_the_middle_one(100_000) == pytest.approx(0.5)


def test_on_few_rows_small_differences_count_little():
    assert gap_of_the_middle_one(100) == pytest.approx(0.04 / 0.2)


def test_where_the_reference_is_the_best_others_are_not_infinitely_behind():
    told = [candidate("baseline", 100, 1.0), candidate("linear", 100, 1.05)]
    assert standings(100).gap(told[1], told, (0,)) == pytest.approx(0.25)
