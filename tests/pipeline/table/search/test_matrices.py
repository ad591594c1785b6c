import numpy as np

from pipeline.table.columns import plan_columns
from pipeline.table.encoding.encoder import TableEncoder
from pipeline.table.learners.learner import ViewKind
from pipeline.table.scores import METRICS
from pipeline.table.search.ladder import Fold, Ladder
from pipeline.table.search.matrices import Matrices
from pipeline.table.search.problem import Problem
from pipeline.table.spec import TableSpec
from tests.pipeline.table.tables import shop_rows


def problem() -> Problem:
    frame = shop_rows(100)
    inputs = frame.drop(columns=["amount", "level"])
    encoder = TableEncoder(plan_columns(inputs))
    encoded = encoder.fit_transform(inputs)
    rows = np.arange(80)
    folds = (Fold(rows[:60], rows[60:]), Fold(rows[20:], rows[:20]))
    return Problem(
        spec=TableSpec(ml_task="regression", target_variable="amount"),
        classes=0,
        layout=encoder.layout,
        train=encoded.take(rows),
        target=frame["amount"].to_numpy()[:80],
        test=encoded.take(np.arange(80, 100)),
        ladder=Ladder(folds, ((0,), (0, 1))),
        metric=METRICS["regression"]["rmse"],
    )


def test_each_fold_has_its_rows_in_each_view():
    matrices = Matrices(problem())
    for kind in ViewKind:
        made = matrices.get(0, kind)
        assert (len(made.fit.matrix), len(made.judge.matrix), len(made.test)) == (60, 20, 20)
        assert made.fit.matrix.shape[1] == made.judge.matrix.shape[1] == made.test.shape[1]
    np.testing.assert_array_equal(
        matrices.get(1, ViewKind.TREES).judge.target, problem().target[:20]
    )


def test_what_was_used_last_is_kept_as_far_as_memory_goes():
    roomy, narrow = Matrices(problem()), Matrices(problem(), most_bytes=1)
    for matrices, is_kept in ((roomy, True), (narrow, False)):
        first = matrices.get(0, ViewKind.TREES)
        matrices.get(1, ViewKind.TREES)
        again = matrices.get(0, ViewKind.TREES)
        assert (again is first) == is_kept
        np.testing.assert_array_equal(again.fit.matrix, first.fit.matrix)


def test_the_memory_of_a_fold_is_known_before_it_is_made():
    matrices = Matrices(problem())
    made = matrices.get(0, ViewKind.TREES)
    assert made.nbytes <= matrices.bytes_of(0) <= 3 * made.nbytes
