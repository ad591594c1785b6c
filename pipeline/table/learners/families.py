"""The families that compete for a table: one dict, in the order in which they are tried.

What is quick comes first, so that little time is enough to have tried every kind.
"""

from pipeline.table.learners.baseline import Baseline
from pipeline.table.learners.boosting_catboost import CatBoost
from pipeline.table.learners.boosting_histogram import HistogramBoosting
from pipeline.table.learners.boosting_lightgbm import LightGBM
from pipeline.table.learners.boosting_xgboost import XGBoost
from pipeline.table.learners.forests import ExtraTrees, RandomForest
from pipeline.table.learners.kernel import Kernel
from pipeline.table.learners.learner import Family
from pipeline.table.learners.linear import Linear
from pipeline.table.learners.neighbours import Neighbours
from pipeline.table.learners.neural_net import NeuralNet
from pipeline.table.learners.registered import registered_families

FAMILIES: dict[str, Family] = {
    family.name: family
    for family in (
        Baseline(),
        Linear(),
        Kernel(),
        ExtraTrees(),
        Neighbours(),
        CatBoost(),
        LightGBM(),
        NeuralNet(),
        XGBoost(),
        RandomForest(),
        HistogramBoosting(),
    )
}


def all_families() -> dict[str, Family]:
    """The families of this project, then those that the operator has added.

    Raises
    ------
    RegisteredEstimatorError
        If an added estimator cannot be used.
    """
    return {**FAMILIES, **registered_families(tuple(FAMILIES))}
