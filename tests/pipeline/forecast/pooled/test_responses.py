"""How sales respond to covariates is learned from the rows before an origin alone."""

import numpy as np
import pytest

from pipeline.forecast.pooled.responses import Responses

EVERY = 28


def sold(rows: int = 560) -> tuple[np.ndarray, np.ndarray]:
    """Promotions that sell by half as much again, prices with an elasticity of minus two."""
    rng = np.random.default_rng(0)
    table = np.column_stack([rng.random(rows) < 0.3, rng.normal(0, 0.1, rows)]).astype(float)
    logs = table @ np.array([np.log(1.5), -2.0]) + rng.normal(0, 0.05, rows)
    return table, np.exp(logs)


def test_each_covariate_has_its_effect() -> None:
    table, ratios = sold()

    effects = Responses(table, ratios, EVERY).effects(np.array([560]), np.array([[1.0, 0.1]]))

    assert effects[0, 0] == pytest.approx(np.log(1.5), abs=0.05)
    assert effects[0, 1] == pytest.approx(-0.2, abs=0.1)


def test_nothing_after_an_origin_changes_an_effect() -> None:
    table, ratios = sold()
    other = ratios.copy()
    other[280:] = 5.0
    origins, rows = np.full(3, 280), table[300:303]

    before, after = (Responses(table, one, EVERY).effects(origins, rows) for one in (ratios, other))

    assert np.array_equal(before, after)


def test_before_anything_was_seen_there_is_no_effect() -> None:
    table, ratios = sold()

    assert (Responses(table, ratios, EVERY).effects(np.array([5]), table[:1]) == 0).all()


def test_unknown_rows_teach_nothing() -> None:
    table, ratios = sold()
    gaps = ratios.copy()
    gaps[::5] = np.nan
    wild = np.where(np.isnan(gaps)[:, None], 1.0, table)

    kept, changed = (
        Responses(each, gaps, EVERY).effects(np.array([560]), np.ones((1, 2)))
        for each in (table, wild)
    )

    assert np.array_equal(kept, changed)
