"""What a row becomes depends on nothing but the row."""

import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from pipeline.errors import PipelineError
from pipeline.table.columns import plan_columns
from pipeline.table.encoding.encoded import Encoded
from pipeline.table.encoding.encoder import TableEncoder
from pipeline.table.encoding.views import make_view
from pipeline.table.learners.learner import ViewKind
from tests.pipeline.table.tables import plain_frame

ROWS = 300
WORDS = ["crisp", "soft", "warm", "stale", "sweet", "salty", "fresh", "burnt"]


def mixed_rows(rows: int = ROWS, seed: int = 0) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    came = pd.Timestamp("2024-01-01") + pd.to_timedelta(random.integers(0, 9_000, rows), unit="h")
    frame = pd.DataFrame(
        {
            "amount": random.normal(size=rows),
            "stars": random.integers(1, 6, rows),
            "is_open": random.random(rows) < 0.5,
            "second": 1.7e9 + random.integers(0, 5_000, rows),
            "town": random.choice(["Lyon", "Nice", "Lille"], rows),
            "shop": [f"s{x}" for x in random.integers(0, 70, rows)],
            "price": [f"${x:,.2f}" for x in random.lognormal(7, 1, rows)],
            "came": came,
            "left": came + pd.to_timedelta(random.integers(1, 90, rows), unit="m"),
            "zoned": came.tz_localize("Europe/Paris", ambiguous=True, nonexistent="shift_forward"),
            "written": came.strftime("%d.%m.%Y %H:%M"),
            "remark": [" ".join(random.choice(WORDS, 12)) for _ in range(rows)],
            "berth": [f"{'ABC'[x % 3]}/{x}/S" for x in random.permutation(rows)],
        }
    )
    gaps = random.random(frame.shape) < 0.1
    return plain_frame(frame.convert_dtypes().mask(gaps))


FRAME = mixed_rows()
ENCODER = TableEncoder(plan_columns(FRAME))
ENCODED = ENCODER.fit_transform(FRAME)
TARGET = np.random.default_rng(1).integers(0, 3, ROWS)
VIEWS = {kind: make_view(kind, ENCODER.layout, classes=3, seed=0) for kind in ViewKind}
for view in VIEWS.values():
    view.fit_transform(ENCODED, TARGET)


def assert_same(found: Encoded, expected: Encoded) -> None:
    np.testing.assert_array_equal(found.numbers, expected.numbers)
    np.testing.assert_array_equal(found.codes, expected.codes)
    for kind, view in VIEWS.items():
        shown = view.transform(found)
        np.testing.assert_array_equal(shown, view.transform(expected), err_msg=kind)
        assert shown.dtype == np.float32
        assert shown.flags["C_CONTIGUOUS"]


def test_every_kind_of_column_is_in_the_test():
    assert set(plan_columns(FRAME).kinds.values()) >= {
        "numbers",
        "categories",
        "dates",
        "texts",
        "parts",
    }
    assert "remark" in ENCODER.layout.texts


@settings(max_examples=30)
@given(st.lists(st.integers(0, ROWS - 1), min_size=1, max_size=90))
def test_rows_in_any_order_and_number_become_the_same(rows):
    assert_same(ENCODER.transform(FRAME.iloc[rows]), ENCODED.take(np.array(rows)))


def test_further_columns_and_their_order_change_nothing():
    changed = FRAME.assign(further=1)[["further", *reversed(FRAME.columns)]]
    assert_same(ENCODER.transform(changed), ENCODED)
    assert_same(ENCODER.transform(changed.iloc[:5]), ENCODED.take(slice(0, 5)))


def test_a_stored_encoder_is_small_and_the_same():
    stored = pickle.dumps(ENCODER)
    assert stored == pickle.dumps(TableEncoder(plan_columns(FRAME)).fit(FRAME))
    assert len(stored) < 200_000
    assert_same(pickle.loads(stored).transform(FRAME), ENCODED)
    for kind, view in VIEWS.items():
        shown = pickle.loads(pickle.dumps(view)).transform(ENCODED)
        np.testing.assert_array_equal(shown, view.transform(ENCODED), err_msg=kind)


def test_names_match_what_they_name():
    assert len(ENCODER.number_names) == ENCODED.numbers.shape[1]
    assert len(ENCODER.code_names) == ENCODED.codes.shape[1] == len(ENCODER.cardinalities)
    assert (ENCODED.codes.max(axis=0) < ENCODER.cardinalities).all()
    assert set(ENCODER.sources.values()) == set(FRAME.columns)
    for view in VIEWS.values():
        shown = view.transform(ENCODED).shape[1]
        assert len(view.feature_names) == len(view.sources) == shown
        assert set(view.sources) <= set(FRAME.columns)


ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.dates().map(pd.Timestamp),
    st.datetimes(timezones=st.timezones()),
    st.timedeltas(),
    st.times(),
    st.decimals(),
    st.binary(max_size=5),
    st.lists(st.integers(), max_size=2),
    st.sampled_from([pd.NA, pd.NaT, np.float32(1), np.int8(3), np.datetime64("NaT")]),
)


@settings(max_examples=60)
@given(st.data())
def test_any_value_in_any_column_is_encoded_in_a_small_and_a_large_frame_alike(data):
    row = {name: data.draw(ANYTHING, label=name) for name in FRAME.columns}
    one = pd.DataFrame({name: pd.Series([value], dtype=object) for name, value in row.items()})
    many = pd.concat([one] * 70, ignore_index=True)
    found = ENCODER.transform(one)
    assert not np.isinf(found.numbers).any()
    assert_same(ENCODER.transform(many).take(slice(69, 70)), found)
    for kind in (ViewKind.DENSE, ViewKind.SMOOTH):
        assert np.isfinite(VIEWS[kind].transform(found)).all()


def test_a_value_counts_however_it_is_written():
    row = FRAME.dropna().iloc[[0]]
    written = row.astype(dict.fromkeys(["amount", "stars", "came", "left"], "str"))
    assert_same(ENCODER.transform(written), ENCODER.transform(row))


def test_a_moment_of_another_zone_is_the_same_moment():
    row = FRAME.dropna().iloc[[0]]
    elsewhere = row.assign(zoned=row["zoned"].dt.tz_convert("Asia/Tokyo"))
    written = row.assign(zoned=[row["zoned"].iloc[0].tz_convert("UTC").isoformat()])
    assert_same(ENCODER.transform(elsewhere), ENCODER.transform(row))
    assert_same(ENCODER.transform(written), ENCODER.transform(row))


def test_unseen_missing_and_rare_categories():
    frame = plain_frame(
        pd.DataFrame({"town": ["Lyon"] * 30 + ["Nice"] * 20 + ["Metz"] + [None] * 3})
    )
    encoder = TableEncoder(plan_columns(frame)).fit(frame)
    new = pd.DataFrame({"town": ["Nice", "Lyon", "Metz", "Paris", None, ""]})
    assert encoder.transform(new).codes[:, 0].tolist() == [3, 2, 1, 1, 0, 0]


def test_moments_that_lie_close_together_stay_apart():
    place = ENCODER.number_names.index("second")
    seconds = ENCODED.numbers[:, place]
    assert len(np.unique(seconds[~np.isnan(seconds)])) == FRAME["second"].nunique()


def test_parts_of_dates_and_the_days_between_them():
    frame = pd.DataFrame(
        {
            "came": pd.to_datetime(
                ["2024-02-28 06:00", "2023-12-31 18:00", "2024-03-02 12:00"] * 9
            ),
            "left": pd.to_datetime(
                ["2024-03-01 06:00", "2024-01-01 06:00", "2024-03-02 12:00"] * 9
            ),
        }
    )
    encoder = TableEncoder(plan_columns(frame))
    found = dict(
        zip(encoder.fit(frame).number_names, encoder.transform(frame).numbers.T, strict=True)
    )
    assert found["came: year"][:3].tolist() == [2024, 2023, 2024]
    assert found["came: month"][:3].tolist() == [2, 12, 3]
    assert found["came: day"][:3].tolist() == [28, 31, 2]
    assert found["came: weekday"][:3].tolist() == [2, 6, 5]
    assert found["came: day of year"][:3].tolist() == [59, 365, 62]
    assert found["came: hour"][:3].tolist() == [6, 18, 12]
    assert found["days from came to left"][:3].tolist() == [2, 0.5, 0]


def test_the_first_and_the_last_day_of_the_calendar():
    days = np.array(["0001-01-01", "9999-12-31"] * 20, dtype="datetime64[s]")
    frame = plain_frame(pd.DataFrame({"x": days}))
    assert np.isfinite(TableEncoder(plan_columns(frame)).fit_transform(frame).numbers).all()


@pytest.mark.parametrize("rows", [1, 2, 5])
def test_a_handful_of_rows_is_enough_to_learn_from(rows):
    frame = FRAME.iloc[:rows]
    encoder = TableEncoder(plan_columns(frame))
    assert len(encoder.fit_transform(frame)) == rows
    assert len(encoder.transform(FRAME)) == ROWS


def test_no_rows_are_encoded_as_none():
    assert ENCODER.transform(FRAME.head(0)).numbers.shape == (0, ENCODED.numbers.shape[1])


COLUMN = st.one_of(
    st.lists(values, min_size=25, max_size=25)
    for values in (
        st.none() | st.booleans(),
        st.none() | st.integers(-(2**63), 2**63 - 1),
        st.integers(0, 3),
        st.integers(20_230_101, 20_230_131),
        st.floats(),
        st.none() | st.text(max_size=30),
        st.none() | st.sampled_from(["a b", "c d", "e"]),
        st.from_regex(r"[A-C]/[0-9]{1,3}", fullmatch=True),
        st.from_regex(r"[$€]?[0-9]{1,3}(,[0-9]{3}){0,2}(\.[0-9]{2})? ?(%|km|k|M)?", fullmatch=True),
        st.from_regex(r"[0-3][0-9]/[0-1][0-9]/20[0-2][0-9]", fullmatch=True),
        st.none() | st.dates(),
        st.datetimes(),
        st.timedeltas(),
        st.none() | st.times(),
        st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-1e9, max_value=1e9),
        st.binary(max_size=4),
    )
)


@settings(max_examples=150)
@given(st.lists(COLUMN, min_size=1, max_size=5), st.sampled_from([0, 2, 4]))
def test_any_frame_is_encoded_and_shown_in_every_view(columns, classes):
    frame = pd.DataFrame({f"ü {i}": pd.Series(one, dtype=object) for i, one in enumerate(columns)})
    try:
        frame = plain_frame(frame)
    except PipelineError:
        reject()
    encoder = TableEncoder(plan_columns(frame))
    encoded = encoder.fit_transform(frame)
    target = np.arange(25) % classes if classes else np.arange(25.0)
    for kind in ViewKind:
        view = make_view(kind, encoder.layout, classes=classes, seed=0)
        matrix = view.fit_transform(encoded, target)
        assert matrix.shape == (25, len(view.feature_names))
        assert not np.isinf(matrix).any()
        one = view.transform(encoder.transform(frame.iloc[[3]]))
        np.testing.assert_array_equal(one, view.transform(encoded)[[3]])


def test_texts_that_repeat_are_encoded_as_each_would_be_alone():
    random = np.random.default_rng(0)
    rows = 2_000
    nouns = ["roof", "door", "wall", "lamp", "table", "garden"]
    remarks = [" ".join(random.choice(nouns, 6)) + f" {number}" for number in range(200)]
    frame = pd.DataFrame(
        {
            "remark": random.choice([*remarks, None], rows),
            "seat": random.choice([f"{deck}/{row}" for deck in "ABC" for row in range(60)], rows),
            "price": random.choice([f"{amount} EUR" for amount in range(90)] + [None], rows),
            "town": random.choice(["Lyon", "Nice", None, ""], rows),
            "day": random.choice(pd.date_range("2025-01-01", periods=300).astype(str), rows),
        }
    )
    frame = plain_frame(frame)
    encoder = TableEncoder(plan_columns(frame))
    whole = encoder.fit_transform(frame)
    parts = [encoder.transform(frame.iloc[start : start + 50]) for start in range(0, rows, 50)]
    np.testing.assert_array_equal(whole.codes, np.concatenate([part.codes for part in parts]))
    np.testing.assert_allclose(
        whole.numbers, np.concatenate([part.numbers for part in parts]), atol=1e-6
    )
    np.testing.assert_array_equal(encoder.transform(frame).numbers, whole.numbers)
