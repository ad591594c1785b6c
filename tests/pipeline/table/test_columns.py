"""How columns are recognised, by their values only."""

import numpy as np
import pandas as pd
import pytest

from pipeline.table.columns import plan_columns
from pipeline.table.encoding.encoder import TableEncoder
from tests.pipeline.table.tables import plain_frame

ROWS = 400
RANDOM = np.random.default_rng(0)
MOMENTS = pd.date_range("2023-01-01", periods=ROWS, freq="31h")
AMOUNTS = RANDOM.lognormal(7, 1, ROWS)
WORDS = ["fresh", "bread", "warm", "soft", "dark", "sweet", "rye", "oat", "wheat", "seed"]


def plain(**columns: object) -> pd.DataFrame:
    return plain_frame(pd.DataFrame({name: pd.Series(v) for name, v in columns.items()}))


def german(amount: float) -> str:
    return f"{amount:,.2f}".translate(str.maketrans(",.", ".,")) + " €"


KINDS = {
    "amount": ("numbers", AMOUNTS),
    "count": ("numbers", RANDOM.integers(0, 9, ROWS)),
    "switch": ("numbers", RANDOM.random(ROWS) < 0.5),
    "duration": ("numbers", pd.to_timedelta(RANDOM.integers(1, 900, ROWS), unit="s")),
    "number as text": ("numbers", [f"{x:.2f}" for x in AMOUNTS]),
    "dollars": ("numbers", [f"${x:,.2f}" for x in AMOUNTS]),
    "euros": ("numbers", [german(x) for x in AMOUNTS]),
    "percent": ("numbers", [f"{x:.0f}%" for x in RANDOM.random(ROWS) * 100]),
    "kilometres": ("numbers", [f"{x:.1f} km" for x in AMOUNTS]),
    "time of day": (
        "numbers",
        [f"{m.hour}:{m.minute + i % 60:02d}" for i, m in enumerate(MOMENTS)],
    ),
    "postcode": ("categories", [f"0{x}" for x in RANDOM.integers(1000, 1060, ROWS)]),
    "town": ("categories", RANDOM.choice(["Lyon", "Nice"], ROWS)),
    "product": ("categories", [f"sku-{x}" for x in RANDOM.integers(0, 60, ROWS)]),
    "day": ("dates", MOMENTS.normalize()),
    "moment": ("dates", MOMENTS.tz_localize("UTC")),
    "ISO day": ("dates", MOMENTS.strftime("%Y-%m-%d")),
    "ISO moment": ("dates", MOMENTS.strftime("%Y-%m-%dT%H:%M:%SZ")),
    "day first": ("dates", MOMENTS.strftime("%d/%m/%Y")),
    "month first": ("dates", MOMENTS.strftime("%m/%d/%Y %H:%M")),
    "dots": ("dates", MOMENTS.strftime("%d.%m.%Y")),
    "name of the month": ("dates", MOMENTS.strftime("%b %d, %Y")),
    "eight digits": ("dates", MOMENTS.strftime("%Y%m%d").astype(int)),
    "prose": ("texts", [" ".join(RANDOM.choice(WORDS, 7)) for _ in range(ROWS)]),
    "parts": ("parts", [f"{'ABC'[i % 3]}/{x}/S" for i, x in enumerate(RANDOM.permutation(ROWS))]),
    "prefix": ("parts", [f"{'ABC'[i % 3]}{x}" for i, x in enumerate(RANDOM.permutation(ROWS))]),
    "remark": ("presence", [f"text {i}" if i % 3 else None for i in range(ROWS)]),
}


@pytest.mark.parametrize(("kind", "values"), KINDS.values(), ids=KINDS.keys())
def test_each_kind_of_column_is_recognised(kind, values):
    frame = plain(x=values)
    plan = plan_columns(frame)
    assert plan.kinds == {"x": kind}
    encoded = TableEncoder(plan).fit_transform(frame)
    assert encoded.numbers.shape[1] + encoded.codes.shape[1] > 0
    assert np.isfinite(encoded.numbers[1:3]).all()


DROPPED = {
    "empty": ([None] * ROWS, "all values are missing"),
    "blank": ([" ", ""] * (ROWS // 2), "all values are missing or empty"),
    "constant": ([7] * ROWS, "same value in every row"),
    "identifier": ([f"{x:032x}" for x in range(10**30, 10**30 + ROWS)], "like an identifier"),
    "numbered": ([f"id-{i}" for i in range(ROWS)], "400 different values, like an identifier"),
    "running number": (list(range(5, ROWS + 5)), "running number"),
    "running number in words": ([f"{i} Rue de la Paix" for i in range(ROWS)], "running number"),
    "bytes": ([b"\xff", b"\xfe"] * (ROWS // 2), "raw bytes"),
}


def test_numbers_that_are_named_like_an_identifier_and_hardly_repeat_are_dropped():
    keys = RANDOM.permutation(10**6)[:ROWS]
    names = ("customer_id", "orderId", "Unnamed: 0", "rownames", "KEY")
    frame = plain(**dict.fromkeys(names, keys), amount=keys, paid=keys, shop_id=keys % 40)
    plan = plan_columns(frame)
    assert plan.features == ("amount", "paid", "shop_id")
    assert "named like an identifier" in plan.dropped["customer_id"]


def test_running_numbers_that_tell_a_time_or_a_rank_are_learned_from():
    runs = RANDOM.permutation(ROWS)
    frame = plain(founded=1700 + runs, week=runs, ordinal_date=runs, rank=runs, number=runs)
    assert plan_columns(frame).features == ("founded", "week", "ordinal_date", "rank")


@pytest.mark.parametrize(("values", "reason"), DROPPED.values(), ids=DROPPED.keys())
def test_nothing_to_learn_from_is_dropped_with_a_reason(values, reason):
    plan = plan_columns(plain(x=values))
    assert plan.features == ()
    assert reason in plan.dropped["x"]


def test_a_column_that_is_only_filled_in_or_not_says_why():
    plan = plan_columns(plain(x=KINDS["remark"][1]))
    assert "only whether it is filled in is learned from" in plan.dropped["x"]


def test_days_and_months_that_could_change_places_are_no_dates():
    days = pd.date_range("2023-01-01", periods=12, freq="MS").strftime("%m/%d/%Y")
    assert plan_columns(plain(x=list(days) * 40)).dates == []


def test_whole_numbers_that_repeat_like_names_get_codes_too():
    shops = RANDOM.choice(RANDOM.integers(10_000, 99_000, 40), ROWS)
    few, many = (
        TableEncoder(plan_columns(plain(x=RANDOM.integers(0, 5, ROWS), y=shops)))
        .fit(plain(x=RANDOM.integers(0, 5, ROWS), y=shops))
        .layout.codes
    )
    assert (few.name, few.is_restated) == ("x", True)
    assert (many.name, many.is_restated) == ("y", False)


def test_units_that_differ_are_codes_beside_the_number():
    frame = plain(x=[f"{i % 37}.5 {'kmpl' if i % 3 else 'km/kg'}" for i in range(ROWS)])
    encoder = TableEncoder(plan_columns(frame)).fit(frame)
    assert encoder.number_names[0] == "x"
    assert encoder.code_names[0] == "x: unit"


def test_words_among_numbers_do_not_make_text_of_them():
    frame = plain(x=[f"{i % 97}M" if i % 5 else "varies" for i in range(ROWS)])
    encoder = TableEncoder(plan_columns(frame)).fit(frame)
    assert plan_columns(frame).numbers == ["x"]
    assert np.isnan(encoder.transform(frame).numbers[0, 0])
    assert encoder.code_names[0] == "x: unit"
