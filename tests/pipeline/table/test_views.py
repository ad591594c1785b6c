"""The matrices that families learn from."""

import numpy as np
import pandas as pd
import pytest

from pipeline.table.columns import plan_columns
from pipeline.table.encoding.encoded import Encoded
from pipeline.table.encoding.encoder import TableEncoder
from pipeline.table.encoding.features import Feature, Layout
from pipeline.table.encoding.target_means import TargetMeans, outcomes, random_folds
from pipeline.table.encoding.views import make_view
from pipeline.table.learners.learner import ViewKind
from tests.pipeline.table.tables import plain_frame, shop_rows

ROWS = 600
RANDOM = np.random.default_rng(0)
SHOPS = 200


def many_shops(rows: int = ROWS) -> tuple[Encoded, Layout]:
    """A number with gaps, and a category of about three rows per value, which mean nothing."""
    numbers = RANDOM.normal(size=(rows, 1)).astype(np.float32)
    numbers[::7] = np.nan
    codes = RANDOM.integers(2, SHOPS, (rows, 1)).astype(np.int32)
    layout = Layout((Feature("size", "size"),), (Feature("shop", "shop", SHOPS),))
    return Encoded(numbers=numbers, codes=codes), layout


@pytest.mark.parametrize("kind", ViewKind)
@pytest.mark.parametrize("classes", [0, 2, 3, 12])
def test_a_target_of_chance_is_not_seen_through_its_own_rows(kind, classes):
    encoded, layout = many_shops()
    target = RANDOM.normal(size=ROWS) if classes == 0 else RANDOM.integers(0, classes, ROWS)
    matrix = make_view(kind, layout, classes=classes, seed=0).fit_transform(encoded, target)
    shown = np.nan_to_num(matrix)
    related = [np.corrcoef(column, target)[0, 1] for column in shown.T if column.std() > 0]
    assert np.abs(related).max() < 0.2


def test_averages_that_saw_their_own_rows_would_be_found_out():
    encoded, _ = many_shops()
    target = RANDOM.normal(size=ROWS)
    codes = encoded.codes[:, 0]
    means = TargetMeans(SHOPS)
    means.fit(codes, outcomes(target, 0))
    fitted = np.bincount(codes, target, SHOPS)[codes] / np.bincount(codes, minlength=SHOPS)[codes]
    assert np.corrcoef(fitted, target)[0, 1] > 0.4
    assert np.ptp(means.transform(codes)) < np.ptp(fitted) / 3


def test_a_category_of_many_values_that_decides_is_learned():
    codes = RANDOM.integers(2, 60, 2_000).astype(np.int32)
    worth = RANDOM.normal(size=60)
    target = worth[codes] + 0.1 * RANDOM.normal(size=2_000)
    fold = random_folds(2_000, seed=0)
    means = TargetMeans(60)
    crossed = means.fit_transform(codes, outcomes(target, 0), fold)
    assert np.corrcoef(crossed[:, 0], target)[0, 1] > 0.98
    np.testing.assert_allclose(means.transform(np.arange(2, 60))[:, 0], worth[2:], atol=0.15)


def test_means_of_classes_are_shares_that_sum_to_one():
    codes = RANDOM.integers(0, 9, 500).astype(np.int32)
    means = TargetMeans(12)
    means.fit(codes, outcomes(RANDOM.integers(0, 4, 500), 4))
    shares = means.transform(np.arange(12))
    assert (shares > 0).all()
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=0.05)
    np.testing.assert_allclose(shares[9], shares[10])


def test_native_says_which_columns_hold_codes():
    encoded, layout = many_shops()
    view = make_view(ViewKind.NATIVE, layout, classes=2, seed=0)
    matrix = view.fit_transform(encoded, RANDOM.integers(0, 2, ROWS))
    assert view.categories == {1: SHOPS}
    np.testing.assert_array_equal(matrix[:, 1], encoded.codes[:, 0])
    np.testing.assert_array_equal(np.isnan(matrix[:, 0]), np.isnan(encoded.numbers[:, 0]))


@pytest.mark.parametrize("kind", [ViewKind.DENSE, ViewKind.SMOOTH])
def test_dense_views_are_filled_scaled_and_flagged(kind):
    frame = plain_frame(shop_rows(500))
    target = frame["amount"].to_numpy()
    frame = frame.drop(columns=["amount", "level"])
    encoder = TableEncoder(plan_columns(frame))
    encoded = encoder.fit_transform(frame)
    view = make_view(kind, encoder.layout, classes=0, seed=0)
    matrix = view.fit_transform(encoded, target)
    assert np.isfinite(matrix).all()
    assert np.abs(matrix).max() <= 10
    size = view.feature_names.index("size")
    assert abs(matrix[:, size].mean()) < 0.1
    assert abs(matrix[:, size].std() - 1) < 0.1
    flag = matrix[:, view.feature_names.index("size is missing")]
    np.testing.assert_array_equal(flag, frame["size"].isna())
    towns = [place for place, name in enumerate(view.feature_names) if name.startswith("town: ")]
    np.testing.assert_array_equal(matrix[:, towns].sum(axis=1), 1)


def test_extreme_values_stay_within_reach():
    frame = plain_frame(pd.DataFrame({"x": [1.0, 2.0, 3.0, 4.0] * 10}))
    encoder = TableEncoder(plan_columns(frame))
    encoded = encoder.fit_transform(frame)
    for kind in (ViewKind.DENSE, ViewKind.SMOOTH):
        view = make_view(kind, encoder.layout, classes=0, seed=0)
        view.fit_transform(encoded, np.arange(40.0))
        far = encoder.transform(pd.DataFrame({"x": [1e300, -1e300, np.inf]}))
        assert np.abs(view.transform(far)).max() <= 10


def test_columns_that_are_missing_together_share_a_flag():
    gaps = np.arange(60) % 5 == 0
    first, second = np.where(gaps, np.nan, RANDOM.normal(size=(2, 60)))
    frame = pd.DataFrame({"first": first, "second": second, "third": RANDOM.normal(size=60)})
    encoder = TableEncoder(plan_columns(frame))
    encoded = encoder.fit_transform(frame)
    view = make_view(ViewKind.DENSE, encoder.layout, classes=0, seed=0)
    view.fit_transform(encoded, np.arange(60.0))
    assert [name for name in view.feature_names if "missing" in name] == ["first is missing"]


def one_hot_widths(rows: int, codes: list[int]) -> list[int]:
    """How many columns each feature of that many codes is shown by."""
    layout = Layout(
        (), tuple(Feature(f"c{place}", f"c{place}", n) for place, n in enumerate(codes))
    )
    drawn = np.stack([np.arange(rows, dtype=np.int32) % n for n in codes], axis=1)
    encoded = Encoded(numbers=np.empty((rows, 0), dtype=np.float32), codes=drawn)
    view = make_view(ViewKind.DENSE, layout, classes=0, seed=0)
    matrix = view.fit_transform(encoded, np.arange(float(rows)))
    assert matrix.size <= 100_000_000
    names = [name for name in view.feature_names if "value" in name]
    return [sum(name.startswith(f"c{place}:") for name in names) for place in range(len(codes))]


def test_many_categories_share_the_columns_that_there_are():
    assert one_hot_widths(1_000, [3, 32, 50]) == [3, 32, 20]
    assert one_hot_widths(1_000, [3, *[32] * 20]) == [3, *[19] * 3, *[20] * 17]


def test_long_tables_show_fewer_categories():
    assert one_hot_widths(4_000_000, [2, 30]) == [2, 23]
