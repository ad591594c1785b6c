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

    trees = packed(grown.dump_model())
    parts = trees.contributions(table, np.array([0, 1, 1, 2]), 3)

    assert trees.predict(table) == pytest.approx(grown.predict(table), abs=1e-4)
    assert parts.sum(axis=1) == pytest.approx(trees.predict(table), abs=1e-4)
    assert np.ptp(parts[:, 0]) == 0
