"""Trees as arrays predict what LightGBM predicts, and their parts add up."""

import lightgbm
import numpy as np
import pytest

from pipeline.forecast.pooled.trees import packed


def test_packed_trees_predict_what_lightgbm_predicts() -> None:
    random = np.random.default_rng(0)
    table = random.normal(size=(600, 4)).astype(np.float32)
    table[random.random(table.shape) < 0.1] = np.nan
    table[:, 3] = np.where(table[:, 3] > 0.5, np.nan, 1.0)
    values = np.nan_to_num(table[:, 0]) + np.where(table[:, 1] > 0.3, 1.0, 0.0)
    settings = {"verbosity": -1, "num_threads": 1, "objective": "regression", "num_leaves": 15}
    grown = lightgbm.train(settings, lightgbm.Dataset(table, values), num_boost_round=40)

    trees = packed(grown.model_to_string())
    parts = trees.contributions(table, np.array([0, 1, 1, 2]), 3)

    assert trees.predict(table) == pytest.approx(grown.predict(table), abs=1e-4)
    assert parts.sum(axis=1) == pytest.approx(trees.predict(table), abs=1e-4)
    assert np.ptp(parts[:, 0]) == 0


def test_trees_that_ask_nothing_predict_the_mean() -> None:
    table, values = np.ones((60, 2), dtype=np.float32), np.arange(60.0)
    settings = {"verbosity": -1, "num_threads": 1, "objective": "regression"}
    grown = lightgbm.train(settings, lightgbm.Dataset(table, values), num_boost_round=3)

    trees = packed(grown.model_to_string())

    assert trees.depth == 0
    assert trees.predict(table) == pytest.approx(grown.predict(table), abs=1e-4)
