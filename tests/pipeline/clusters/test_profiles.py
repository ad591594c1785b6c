"""Clusters in words and figures."""

import numpy as np
import pandas as pd

from pipeline.clusters.agreement import agreement_with
from pipeline.clusters.profiles import CategoryProfile, NumberProfile, profile_columns
from pipeline.clusters.words import amount, in_words, percent

LABELS = np.array([0] * 6 + [1] * 4)
FRAME = pd.DataFrame(
    {
        "price": [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 11.0, 11.0, 11.0, 11.0],
        "town": ["Lyon"] * 6 + ["Nice"] * 4,
        "flat": [3.0, 4.0, 3.0, 4.0, 3.0, 4.0, 3.0, 4.0, 3.0, 4.0],
        "day": pd.to_datetime(["2024-01-01"] * 6 + ["2025-01-01"] * 4),
    }
)
KINDS = {"price": "numbers", "town": "categories", "flat": "numbers", "day": "dates"}


def test_columns_that_separate_come_first() -> None:
    profiles = profile_columns(FRAME, KINDS, LABELS, 2)
    assert [round(one.strength, 9) for one in profiles] == [1.0, 1.0, 1.0, 0.0]
    assert profiles[-1].column == "flat"


def test_a_cluster_in_words() -> None:
    profiles = profile_columns(FRAME, KINDS, LABELS, 2)
    words = in_words(1, 4, 0.4, profiles)
    assert words.startswith("4 rows (40 %): ")
    assert "high price (11.0 against 5.00 on average)" in words
    assert "town nearly always Nice (100 % against 40 %)" in words
    assert "later day (2025-01-01 against 2024-05-26 on average)" in words
    assert "flat" not in words


def test_a_cluster_like_all_others_says_so() -> None:
    flat = profile_columns(FRAME[["flat"]], {"flat": "numbers"}, LABELS, 2)
    assert in_words(0, 1, 0.6, flat) == "1 row (60 %): close to the average in every column"


def test_missing_values_take_no_part() -> None:
    frame = pd.DataFrame({"a": [1.0, np.nan, 3.0], "b": ["x", None, "y"]})
    numbers, categories = profile_columns(
        frame, {"a": "numbers", "b": "categories"}, np.array([0, 0, 1]), 2
    )
    assert isinstance(numbers, NumberProfile)
    assert isinstance(categories, CategoryProfile)
    assert numbers.means == (1.0, 3.0)
    assert categories.shares.tolist() == [[1.0, 0.0], [0.0, 1.0]]


def test_amounts_and_shares_read_well() -> None:
    assert [amount(value) for value in (215.4, 48_312.0, 18.36, 0.5, 1e12)] == [
        "215",
        "48,312",
        "18.4",
        "0.50",
        "1e+12",
    ]
    assert [percent(share) for share in (0.0, 0.001, 0.24, 0.999, 1.0)] == [
        "0 %",
        "under 1 %",
        "24 %",
        "over 99 %",
        "100 %",
    ]


def test_agreement_with_a_column() -> None:
    same = agreement_with(pd.Series(["a"] * 6 + ["b"] * 4), LABELS)
    assert set(same.values()) == {1.0}
    assert agreement_with(pd.Series(["a"] * 10), LABELS) == {}
    many = agreement_with(pd.Series(np.arange(100.0)), np.repeat([0, 1], 50))
    assert 0.1 < many["target_mutual_information"] < 1.0


def test_numbers_that_are_written_as_text_are_described_as_numbers() -> None:
    written = pd.DataFrame({"price": [f"€ {price * 1000:,.2f}" for price in FRAME["price"]]})
    (profile,) = profile_columns(written, {"price": "numbers"}, LABELS, 2)
    assert isinstance(profile, NumberProfile)
    assert profile.means == (1000.0, 11_000.0)
