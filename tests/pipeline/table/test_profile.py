"""The profile of a table, as a page draws it."""

import json

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.table.duplicates import count_duplicates
from pipeline.table.profile import profile_table, profile_target
from tests.pipeline.table.tables import plain_frame, shop_rows


def profiled(frame: pd.DataFrame) -> dict:
    profile = profile_table(plain_frame(frame), lambda position, name: None)
    json.dumps(profile, allow_nan=False)
    return profile


def test_every_column_is_heard_of_and_described():
    heard = []
    frame = plain_frame(shop_rows())
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


@settings(max_examples=40)
@given(st.lists(st.floats(), min_size=1, max_size=30))
def test_any_numbers_give_a_profile_that_is_json(numbers):
    profiled(pd.DataFrame({"x": numbers}))


@settings(max_examples=30)
@given(st.lists(st.datetimes(), min_size=1, max_size=30))
def test_any_dates_give_a_profile_that_is_json(moments):
    profiled(pd.DataFrame({"x": np.array(moments, dtype="datetime64[us]")}))


def test_a_large_table_is_sampled_but_its_extremes_and_gaps_are_exact():
    rows = 120_000
    amounts = np.random.default_rng(0).normal(size=rows)
    amounts[[5, 70_001]] = -1e6, 1e6
    amounts[100:350] = np.nan
    frame = pd.DataFrame(
        {
            "amount": amounts,
            "number": np.arange(rows),
            "grade": np.tile(["a", "a", "b"], rows // 3),
            "name": [f"name {row}" for row in range(rows)],
            "day": np.datetime64("2020-01-01", "s") + np.arange(rows),
        }
    )
    profile = profiled(frame)
    columns = profile["columns"]
    assert (profile["rows"], profile["sampled_rows"]) == (rows, 50_000)
    amount = columns["amount"]
    assert (amount["min"], amount["max"], amount["missing"]) == (-1e6, 1e6, 250)
    assert abs(amount["median"]) < 0.05
    assert columns["grade"]["distinct"] == 2
    assert columns["grade"]["top"][0]["value"] == "a"
    assert [columns[name]["distinct"] for name in ("number", "name", "day")] == [rows] * 3
    assert columns["day"]["max"] == str(frame["day"].iloc[-1])
    assert profile["missing_patterns"] == [{"columns": ["amount"], "rows": 250}]


def test_how_many_values_are_distinct_is_estimated_from_a_sample():
    drawn = np.random.default_rng(1).integers(0, 30_000, 200_000)
    columns = profiled(pd.DataFrame({"code": drawn, "text": drawn.astype(str)}))["columns"]
    for name in ("code", "text"):
        assert 27_000 < columns[name]["distinct"] < 33_000


def test_a_small_table_is_looked_at_whole():
    assert profiled(shop_rows())["sampled_rows"] == 160


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([0.0, -0.0, 1.5, float("nan"), float("inf")]),
            st.sampled_from([0, 1, 2**62]),
            st.sampled_from(["a", "b", None]),
            st.sampled_from([True, False, None]),
            st.sampled_from(["", "a", None]),
        ),
        min_size=1,
        max_size=60,
    ),
    st.sets(st.sampled_from(["x", "n", "t", "b", "u"]), min_size=1),
)
def test_copies_are_those_that_a_comparison_of_all_values_finds(rows, names):
    frame = pd.DataFrame(rows, columns=["x", "n", "t", "b", "u"])[sorted(names)]
    frame = plain_frame(frame)
    assert count_duplicates(frame) == int(frame.duplicated().sum())


def test_copies_among_moments_with_a_place_and_bytes():
    frame = pd.DataFrame(
        {
            "at": pd.to_datetime(["2026-01-01", None, "2026-01-01", None], utc=True),
            "raw": [b"\xff", b"\xfe", b"\xff", None],
        }
    )
    assert profiled(frame)["duplicate_rows"] == 1
    assert profiled(frame)["columns"]["raw"]["distinct"] == 2


def test_moments_around_the_hour_that_clocks_repeat():
    moments = pd.to_datetime(["2025-10-26 00:50", "2025-10-26 01:10"], utc=True)
    frame = pd.DataFrame({"at": moments.tz_convert("Europe/Berlin")})
    histogram = profiled(frame)["columns"]["at"]["histogram"]
    assert sum(histogram["counts"]) == 2


def test_patterns_of_gaps_are_told_apart_in_wide_tables():
    present = np.ones((200, 90))
    present[:30, 3] = np.nan
    present[30:50, [3, 80]] = np.nan
    present[190:, 89] = np.nan
    frame = pd.DataFrame(present, columns=[f"c{place}" for place in range(90)])
    assert profiled(frame)["missing_patterns"] == [
        {"columns": ["c3"], "rows": 30},
        {"columns": ["c3", "c80"], "rows": 20},
        {"columns": ["c89"], "rows": 10},
    ]
