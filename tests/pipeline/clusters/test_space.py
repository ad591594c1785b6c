"""Rows as points: columns of any kind on one scale."""

import numpy as np
import pandas as pd

from pipeline.clusters.association import LEAST_WEIGHT, MOST_WEIGHT, binned, cramers_v
from pipeline.clusters.gaps import GapFiller
from pipeline.clusters.indicators import Indicators
from pipeline.clusters.layout import Layout
from pipeline.clusters.scaling import NumberScaler
from pipeline.clusters.space import Space
from pipeline.table.columns import plan_columns
from pipeline.table.encoding.encoder import TableEncoder
from tests.pipeline.clusters.rows import mixed_blobs

RANDOM = np.random.default_rng(1)


def test_numbers_of_any_unit_have_one_scale() -> None:
    values = RANDOM.normal(size=(500, 1)) * [1e-6, 1.0, 1e9] + [5.0, 0.0, -1e9]
    scaled = NumberScaler().fit(values).transform(values)
    assert np.allclose(scaled.mean(axis=0), 0.0, atol=0.05)
    assert np.allclose(scaled.std(axis=0), 1.0, atol=0.05)


def test_one_extreme_value_does_not_press_the_others_together() -> None:
    values = RANDOM.normal(size=(500, 1))
    values[0] = 1e12
    scaled = NumberScaler().fit(values).transform(values)
    assert scaled[1:].std() > 0.8
    assert np.abs(scaled).max() <= 4.0


def test_missing_numbers_stay_missing_and_empty_columns_do_no_harm() -> None:
    values = np.array([[1.0, np.nan], [np.nan, np.nan], [3.0, np.nan]])
    scaled = NumberScaler().fit(values).transform(values)
    assert np.isnan(scaled).tolist() == np.isnan(values).tolist()


def test_a_category_weighs_as_much_as_a_number() -> None:
    codes = RANDOM.integers(2, 6, (2_000, 1))
    shown = Indicators().fit(codes).transform(codes)
    assert np.isclose(shown.var(axis=0).sum(), 1.0, atol=0.01)


def test_a_missing_category_is_unknown_and_an_unseen_one_is_another_value() -> None:
    indicators = Indicators().fit(np.array([[2], [3], [2], [3]]))
    missing, unseen = indicators.transform(np.array([[0], [99]]))
    assert np.isnan(missing).all()
    assert not np.isnan(unseen).any()


def test_gaps_are_filled_from_similar_rows_and_by_nothing_else() -> None:
    low, high = RANDOM.normal(-3, 0.1, (50, 3)), RANDOM.normal(3, 0.1, (50, 3))
    filler = GapFiller(np.vstack([low, high]))
    rows = np.array([[-3.0, np.nan, -3.0], [3.0, 3.0, np.nan]])
    filled = filler.fill(rows)
    assert np.allclose(filled, [[-3] * 3, [3] * 3], atol=0.3)
    assert filler.fill(rows[1:]).tolist() == filled[1:].tolist()


def test_columns_that_go_together_are_told_from_chance() -> None:
    first = RANDOM.integers(0, 3, 1_000)
    assert cramers_v(first, first, 0.001) > 0.95
    assert cramers_v(first, RANDOM.permutation(first), 0.001) == 0.0


def test_bins_keep_few_values_and_cut_many() -> None:
    assert binned(np.array([5.0, 7.0, np.nan, 5.0])).tolist() == [0, 1, -1, 0]
    assert len(np.unique(binned(RANDOM.normal(size=500)))) == 6


def test_a_category_that_goes_along_with_nothing_weighs_little() -> None:
    frame, _ = mixed_blobs()
    encoder = TableEncoder(plan_columns(frame))
    encoded = encoder.fit_transform(frame)
    weights = Space(Layout.of(encoder), seed=0).fit(encoded).column_weights
    assert weights["colour"] == LEAST_WEIGHT
    assert weights["town"] == MOST_WEIGHT
    assert weights["income"] == 1.0


def test_a_column_of_many_features_weighs_as_one() -> None:
    days = pd.Timestamp("2020-01-01") + pd.to_timedelta(RANDOM.integers(0, 1_500, 500), "D")
    frame = pd.DataFrame({"day": days, "number": RANDOM.normal(size=500)})
    encoder = TableEncoder(plan_columns(frame))
    encoded = encoder.fit_transform(frame)
    points = Space(Layout.of(encoder), seed=0).fit(encoded).transform(encoded)
    assert points.var(axis=0).sum() < 2.3
