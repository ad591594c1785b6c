"""Metrics against slow obvious versions, and on zeros."""

import math

import numpy as np
import pytest

from pipeline.forecast.selection.metrics import naive_scale, score, score_each

NAMES = {
    "mae", "rmse", "r2_score", "mape", "accuracy", "wape", "smape", "mase", "coverage",
}  # fmt: skip
ACTUAL = [3.0, 0.0, 5.0, 8.0]
PREDICTED = [2.0, 1.0, 5.0, 10.0]


def test_metrics_equal_their_definitions() -> None:
    made = score(np.array(ACTUAL), np.array(PREDICTED), scale=2.0)

    pairs = list(zip(ACTUAL, PREDICTED, strict=True))
    errors = [abs(y - f) for y, f in pairs]
    mean = sum(ACTUAL) / 4
    mape = 100 * sum(abs(y - f) / y for y, f in pairs if y) / 3
    assert made["mae"] == pytest.approx(sum(errors) / 4)
    assert made["rmse"] == pytest.approx(math.sqrt(sum(e * e for e in errors) / 4))
    assert made["r2_score"] == pytest.approx(
        1 - sum(e * e for e in errors) / sum((y - mean) ** 2 for y in ACTUAL)
    )
    assert made["mape"] == pytest.approx(mape)
    assert made["accuracy"] == pytest.approx(100 - mape)
    assert made["wape"] == pytest.approx(sum(errors) / sum(ACTUAL))
    assert made["smape"] == pytest.approx(sum(2 * abs(y - f) / (y + f) for y, f in pairs) / 4)
    assert made["mase"] == pytest.approx(sum(errors) / 4 / 2)
    assert made["coverage"] is None
    assert set(made) == NAMES


def test_coverage_counts_values_on_the_bounds() -> None:
    actual, bound = np.array([1.0, 2.0, 3.0, 9.0]), np.array([1.0, 2.0, 2.0, 2.0])

    made = score(actual, bound, np.zeros(4), np.full(4, 3.0), scale=1.0)

    assert made["coverage"] == 0.75


@pytest.mark.parametrize(
    ("actual", "predicted"),
    [([0, 0], [0, 0]), ([0, 0], [1, 2]), ([4, 4], [4, 4]), ([math.nan, 1], [1, 1]), ([1e12], [0])],
)
@pytest.mark.parametrize("scale", [0.0, 1.0])
def test_every_metric_is_finite_or_none(
    actual: list[float], predicted: list[float], scale: float
) -> None:
    made = score(np.array(actual, float), np.array(predicted, float), scale=scale)

    assert set(made) == NAMES
    assert all(value is None or math.isfinite(value) for value in made.values())


def test_a_perfect_forecast_of_nothing_has_no_error() -> None:
    made = score(np.zeros(3), np.zeros(3), scale=0.0)

    assert (made["mae"], made["wape"], made["smape"], made["mase"]) == (0, 0, 0, 0)
    assert (made["mape"], made["accuracy"], made["r2_score"]) == (None, None, None)


def test_a_window_without_known_values_has_no_metrics() -> None:
    made = score(np.full(3, np.nan), np.zeros(3), scale=1.0)

    assert made["mae"] is None
    assert made["mase"] is None


@pytest.mark.parametrize("missing", [(), (1, 4), tuple(range(12))])
@pytest.mark.parametrize("scale", [0.0, 2.0])
def test_several_forecasts_of_a_window_are_scored_as_each_alone(
    missing: tuple[int, ...], scale: float
) -> None:
    generator = np.random.default_rng(1)
    actual = generator.poisson(2.0, 12).astype(float)
    actual[list(missing)] = np.nan
    predicted = np.vstack([generator.gamma(2.0, size=(4, 12)), actual[None]])

    each = score_each(actual, predicted, scale=scale)

    assert each == [score(actual, one, scale=scale) for one in predicted]
    assert score_each(actual, predicted[:0], scale=scale) == []


def test_accuracy_is_never_negative() -> None:
    assert score(np.ones(2), np.full(2, 9.0), scale=1.0)["accuracy"] == 0.0


def test_naive_scale_is_the_mean_step_between_seasons() -> None:
    values = np.array([1.0, 2.0, 4.0, 2.0, np.nan, 7.0])

    assert naive_scale(values, 2) == pytest.approx((3 + 0 + 5) / 3)
    assert naive_scale(np.array([1.0]), 7) == 0.0
