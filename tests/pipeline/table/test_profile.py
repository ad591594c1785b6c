"""The profile of a table, as a page draws it."""

import json

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.table.load import plain_frame
from pipeline.table.profile import profile_table, profile_target
from tests.pipeline.table.tables import LIMITS, shop_rows


def profiled(frame: pd.DataFrame) -> dict:
    profile = profile_table(plain_frame(frame, LIMITS), lambda position, name: None)
    json.dumps(profile, allow_nan=False)
    return profile


def test_every_column_is_heard_of_and_described():
    heard = []
    frame = plain_frame(shop_rows(), LIMITS)
    profile = profile_table(frame, lambda position, name: heard.append((position, name)))
    assert heard == list(enumerate(frame.columns))
    assert list(profile["columns"]) == list(frame.columns)
    assert profile["columns"]["size"]["missing"] == 12
    assert profile["columns"]["size"]["missing_share"] == 0.075
    assert profile["columns"]["town"]["type"] == "text"
    assert profile["columns"]["day"]["type"] == "date"
    assert profile["columns"]["empty"]["distinct"] == 0


def test_histograms_count_every_row():
    columns = profiled(shop_rows())["columns"]
    for name in ("size", "visits", "amount", "day"):
        histogram = columns[name]["histogram"]
        assert sum(histogram["counts"]) == 160 - columns[name]["missing"]
        assert len(histogram["edges"]) == len(histogram["counts"]) + 1
    assert columns["day"]["histogram"]["edges"][0] == columns["day"]["min"][:10]


def test_the_most_frequent_texts_and_the_rest():
    described = profiled(pd.DataFrame({"x": ["a"] * 5 + [f"b{i}" for i in range(20)]}))["columns"][
        "x"
    ]
    assert described["top"][0] == {"value": "a", "count": 5}
    assert sum(one["count"] for one in described["top"]) + described["other"] == 25
    assert described["characters"]["max"] == 3


def test_columns_that_are_missing_together_and_move_together():
    size = np.arange(100.0)
    frame = pd.DataFrame({"size": size, "weight": size**3, "noise": np.tile([1.0, -1.0], 50)})
    frame.loc[:9, ["size", "weight"]] = np.nan
    profile = profiled(frame)
    assert profile["missing_patterns"] == [{"columns": ["size", "weight"], "rows": 10}]
    assert profile["correlations"] == [{"columns": ["size", "weight"], "correlation": 1.0}]


def test_copies_of_rows_are_counted():
    assert profiled(pd.concat([shop_rows(), shop_rows().head(7)]))["duplicate_rows"] == 7


def test_uneven_classes():
    target = profile_target(pd.Series([0] * 90 + [1] * 10), ("no", "yes"))
    assert target == {"classes": {"no": 90, "yes": 10}, "largest_to_smallest_class": 9.0}
    assert profile_target(pd.Series([1.0, 2.0, 4.0]), None)["median"] == 2.0


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(), min_size=1, max_size=30))
def test_any_numbers_give_a_profile_that_is_json(numbers):
    profiled(pd.DataFrame({"x": numbers}))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.datetimes(), min_size=1, max_size=30))
def test_any_dates_give_a_profile_that_is_json(moments):
    profiled(pd.DataFrame({"x": np.array(moments, dtype="datetime64[us]")}))
