import pytest

from pipeline.table.learners.rounds import for_classes, patience

SLOW = {"rounds": 1_000, "learning_rate": 0.03}


@pytest.mark.parametrize("classes", [0, 2, 3])
def test_few_classes_change_nothing(classes):
    assert list(for_classes([SLOW], classes)) == [SLOW]


def test_many_classes_take_larger_steps_and_so_fewer():
    (found,) = for_classes([SLOW], 10)
    assert found["rounds"] < SLOW["rounds"]
    assert found["rounds"] * found["learning_rate"] == pytest.approx(30)


def test_small_steps_are_waited_for_longer():
    assert patience({"learning_rate": 0.01}) > patience({"learning_rate": 0.1})
