"""The lasso beside a slow one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.forecast.structural.lasso import lasso

Vector = NDArray[np.float64]


def slow_lasso(curvature: Vector, slope: Vector, weight: float) -> Vector:
    """Coordinate descent until nothing moves."""
    x = np.zeros_like(slope)
    for _ in range(20_000):
        before = x.copy()
        for i in range(len(x)):
            rest = slope[i] - curvature[i] @ x + curvature[i, i] * x[i]
            x[i] = np.sign(rest) * max(abs(rest) - weight, 0) / curvature[i, i]
        if np.abs(x - before).max() < 1e-13:
            break
    return x


@given(seed=st.integers(0, 10_000), size=st.integers(1, 12), weight=st.floats(0.01, 5))
def test_lasso_is_exact_from_any_start(seed: int, size: int, weight: float) -> None:
    generator = np.random.default_rng(seed)
    rows = generator.normal(size=(size + 5, size))
    curvature, slope = rows.T @ rows, 3 * generator.normal(size=size)
    expected = slow_lasso(curvature, slope, weight)
    for start in (np.zeros(size), generator.normal(size=size)):
        assert lasso(curvature, slope, weight, start) == pytest.approx(expected, abs=1e-7)


def test_all_zero_where_the_weight_is_larger_than_any_slope() -> None:
    assert not lasso(np.eye(3), np.array([0.5, -0.9, 0.1]), 1.0, np.ones(3)).any()
