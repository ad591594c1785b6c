"""Which series may fall below zero."""

import numpy as np
import pandas as pd
import pytest

from pipeline.series.signs import may_fall_below_zero
from tests.pipeline.series.tables import daily, forecast


@pytest.mark.parametrize(
    ("values", "others_do", "expected"),
    [
        ([3.0, -1.0, 2.0], False, True),
        ([0.5, 9.0, 4.0], False, False),
        ([0.5, 9.0, 4.0], True, True),
        ([0.0, 9.0, 0.0], True, False),
        ([90.0, 99.0, 95.0], True, False),
        ([np.nan, 7.0, 7.0], True, False),
    ],
)
def test_what_came_near_zero_may_fall_below_it_where_others_do(
    values: list[float], others_do: bool, expected: bool
) -> None:
    assert may_fall_below_zero(np.array(values), others_do=others_do) is expected


def test_one_series_below_zero_does_not_let_amounts_fall_there() -> None:
    random = np.random.default_rng(0)
    rare = daily(120).assign(sales=random.poisson(0.5, 120).astype(float), store="rare")
    loss = daily(120).assign(sales=random.normal(0, 5, 120), store="loss")
    result = forecast(pd.concat([rare, loss]), "sales")
    ahead = result.model.forecast().groupby("store")["lower"].min()
    assert ahead["rare"] == 0
    assert ahead["loss"] < 0
