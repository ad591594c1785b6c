import math

import numpy as np
import pandas as pd
import pytest

from pipeline.explain.answers import Answers, OutOfTimeError, Steps, rows_per_call


def asking(calls, **options):
    def predict(frame):
        calls.append(len(frame))
        return pd.DataFrame({"prediction": frame["a"] * 2.0})

    return Answers(predict, None, **options)


def frame(rows):
    return pd.DataFrame({"a": np.arange(rows, dtype=float)})


def test_many_rows_are_few_calls_of_bounded_size():
    calls = []
    values = asking(calls).values(frame(50_000))
    assert calls == [20_000, 20_000, 10_000]
    assert values[:, 0].tolist() == (frame(50_000)["a"] * 2).tolist()


def test_wide_tables_are_asked_for_fewer_rows_at_once():
    assert rows_per_call(10) == 20_000
    assert rows_per_call(2_000) == 1_000
    assert rows_per_call(10**7) == 1


def test_no_rows_have_values_of_the_right_shape():
    calls = []
    assert asking(calls).values(frame(0)).shape == (0, 1)
    assert calls == []


def test_when_the_time_is_over_the_model_is_asked_no_more():
    calls = []
    answers = asking(calls, seconds=0.0)
    answers.warm_up(frame(10))
    assert answers.affordable_rows(1.0) == 0.0
    with pytest.raises(OutOfTimeError):
        answers.values(frame(10))
    assert calls == []


def test_without_a_limit_everything_is_affordable():
    calls = []
    answers = asking(calls)
    assert answers.affordable_rows(0.1) == math.inf
    answers.warm_up(frame(10))
    assert answers.affordable_rows(0.1) == math.inf
    assert calls[0] == 100


def test_a_share_of_the_time_affords_that_share_of_the_rows():
    answers = asking([], seconds=1_000.0)
    answers.warm_up(frame(10))
    half, quarter = answers.affordable_rows(0.5), answers.affordable_rows(0.25)
    assert half == pytest.approx(2 * quarter, rel=0.01)


def test_an_order_to_stop_is_told_from_a_failure():
    order = KeyError("stop")

    def on_step():
        raise order

    steps = Steps(on_step)
    with pytest.raises(KeyError):
        steps()
    assert steps.ordered(order)
    assert not steps.ordered(KeyError("stop"))
