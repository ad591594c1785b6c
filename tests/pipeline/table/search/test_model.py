import pickle

import numpy as np
import pandas as pd
import pytest

from pipeline.table.encoding.encoded import Encoded
from pipeline.table.search.interval import Interval
from pipeline.table.search.model import Blend, Part, TableModel


class Column:
    """A view of one column of the numbers."""

    def transform(self, encoded):
        return encoded.numbers[:, :1]


class Times:
    """Learned to multiply."""

    rounds = None

    def __init__(self, factor):
        self.factor = factor

    def predict(self, matrix):
        return matrix[:, 0].astype(np.float64) * self.factor


class Always:
    """Learned the same probabilities for every row."""

    rounds = None

    def __init__(self, *probabilities):
        self.probabilities = probabilities

    def predict(self, matrix):
        return np.tile(self.probabilities, (len(matrix), 1))


def rows(count):
    numbers = np.arange(count, dtype=np.float32)[:, None]
    return Encoded(numbers=numbers, codes=np.empty((count, 0), dtype=np.int32))


def regression():
    interval = Interval(np.array([0.0]), np.array([1.0]), -2.0, 3.0)
    return TableModel(
        classes=0,
        views={"one": Column()},
        members={
            "twice": (Part("one", Times(2.0)),),
            "mean of 3 and 5": (Part("one", Times(3.0)), Part("one", Times(5.0))),
        },
        blends={
            "ensemble": Blend(weights={"twice": 0.25, "mean of 3 and 5": 0.75}, interval=interval),
            "twice": Blend(weights={"twice": 1.0}, interval=interval),
        },
        chosen="ensemble",
    )


def classification(**corrections):
    return TableModel(
        classes=2,
        views={"one": Column()},
        members={"steady": (Part("one", Always(0.8, 0.2)),)},
        blends={"steady": Blend(weights={"steady": 1.0}, **corrections)},
        chosen="steady",
    )


def test_members_are_weighed_and_their_parts_averaged():
    np.testing.assert_allclose(regression().predict(rows(3)), [0.0, 3.5, 7.0])
    np.testing.assert_allclose(regression().predict(rows(3), "twice"), [0.0, 2.0, 4.0])


def test_amounts_come_with_their_interval():
    answer = regression().answer(rows(2), None, pd.Index(["a", "b"]))
    assert answer.loc["b"].tolist() == pytest.approx([3.5, 1.5, 6.5])


def test_factors_change_the_class_that_is_named_but_no_probability():
    plain, weighed = classification(), classification(factors=np.array([0.1, 0.9]))
    assert plain.predict(rows(2)).tolist() == [0, 0]
    assert weighed.predict(rows(2)).tolist() == [1, 1]
    np.testing.assert_array_equal(plain.predict_proba(rows(2)), weighed.predict_proba(rows(2)))


def test_a_temperature_softens_probabilities():
    soft = classification(temperature=2.0).predict_proba(rows(1))[0]
    assert 0.5 < soft[0] < 0.8
    assert soft.sum() == pytest.approx(1.0)


def test_classes_are_named_with_all_probabilities():
    answer = classification().answer(rows(1), ("no", "yes"), pd.RangeIndex(1))
    assert answer.to_dict("records") == [
        {"prediction": "no", "probability_no": 0.8, "probability_yes": 0.2}
    ]


def test_many_rows_are_predicted_in_blocks_and_none_as_none():
    model = regression()
    np.testing.assert_array_equal(model.predict(rows(120_000))[[0, -1]], [0.0, 119_999 * 3.5])
    assert model.predict(rows(0)).shape == (0,)
    assert classification().predict_proba(rows(0)).shape == (0, 2)


def test_a_stored_model_answers_the_same():
    stored = pickle.loads(pickle.dumps(regression()))
    np.testing.assert_array_equal(stored.predict(rows(5)), regression().predict(rows(5)))
    assert stored.candidates == ("ensemble", "twice")
