"""The algorithms that are compared for a table: one dict, each with a recipe per task."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from xgboost import XGBClassifier, XGBRegressor

Parameters = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to make an estimator, and which of its parameters are worth trying."""

    estimator: Callable[..., Any]
    fixed: Parameters = field(default_factory=dict)
    space: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    is_parallel: bool = False

    def build(self, chosen: Parameters, *, seed: int, threads: int) -> Any:
        """An unfitted estimator with the fixed and the chosen parameters and the seed."""
        model = self.estimator(**{**self.fixed, **chosen})
        if "random_state" in model.get_params():
            model.set_params(random_state=seed)
        if self.is_parallel:
            model.set_params(n_jobs=threads)
        return model


@dataclass(frozen=True, slots=True, kw_only=True)
class Algorithm:
    """One entry of the comparison.

    ``grows_by`` names the parameter by which a fit can be done in steps, so that it can be watched
    and stopped; ``max_rows`` is where the algorithm stops being practical; a reference is what the
    others have to beat.
    """

    title: str
    classifier: Recipe
    regressor: Recipe
    grows_by: str | None = None
    max_rows: int | None = None
    is_reference: bool = False

    def recipe(self, ml_task: str) -> Recipe:
        return self.classifier if ml_task == "classification" else self.regressor


_FOREST_SPACE: Mapping[str, Sequence[Any]] = {
    "max_features": ["sqrt", 0.3, 0.5, 0.8, 1.0],
    "min_samples_leaf": [1, 2, 3, 5, 10],
    "max_depth": [None, 8, 16],
}
_FOREST = {"n_estimators": 100}
_HISTOGRAM_SPACE: Mapping[str, Sequence[Any]] = {
    "learning_rate": [0.03, 0.06, 0.1, 0.2],
    "max_iter": [100, 200, 300],
    "max_leaf_nodes": [7, 15, 31, 63],
    "min_samples_leaf": [5, 10, 20, 40],
    "l2_regularization": [0.0, 0.1, 1.0, 10.0],
}
_HISTOGRAM = {"max_iter": 100, "early_stopping": False}
_XGBOOST_SPACE: Mapping[str, Sequence[Any]] = {
    "learning_rate": [0.03, 0.05, 0.1, 0.2],
    "max_depth": [2, 3, 4, 6, 8],
    "min_child_weight": [1, 3, 5, 10],
    "subsample": [0.7, 0.85, 1.0],
    "colsample_bytree": [0.6, 0.8, 1.0],
    "reg_lambda": [0.5, 1.0, 5.0],
}
_XGBOOST = {"n_estimators": 100, "learning_rate": 0.1, "max_depth": 6, "tree_method": "hist"}
_NEIGHBOURS_SPACE: Mapping[str, Sequence[Any]] = {
    "n_neighbors": [3, 5, 9, 15, 25],
    "weights": ["uniform", "distance"],
    "p": [1, 2],
}

ALGORITHMS: dict[str, Algorithm] = {
    "baseline": Algorithm(
        title="baseline",
        classifier=Recipe(DummyClassifier, {"strategy": "prior"}),
        regressor=Recipe(DummyRegressor, {"strategy": "mean"}),
        is_reference=True,
    ),
    "linear": Algorithm(
        title="linear",
        classifier=Recipe(
            LogisticRegression, {"max_iter": 500}, {"C": [0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0]}
        ),
        regressor=Recipe(Ridge, {}, {"alpha": [0.01, 0.1, 1.0, 10.0, 100.0, 1000.0]}),
    ),
    "random_forest": Algorithm(
        title="random forest",
        classifier=Recipe(RandomForestClassifier, _FOREST, _FOREST_SPACE, is_parallel=True),
        regressor=Recipe(RandomForestRegressor, _FOREST, _FOREST_SPACE, is_parallel=True),
        grows_by="n_estimators",
    ),
    "extra_trees": Algorithm(
        title="extra trees",
        classifier=Recipe(ExtraTreesClassifier, _FOREST, _FOREST_SPACE, is_parallel=True),
        regressor=Recipe(ExtraTreesRegressor, _FOREST, _FOREST_SPACE, is_parallel=True),
        grows_by="n_estimators",
    ),
    "hist_gradient_boosting": Algorithm(
        title="histogram gradient boosting",
        classifier=Recipe(HistGradientBoostingClassifier, _HISTOGRAM, _HISTOGRAM_SPACE),
        regressor=Recipe(HistGradientBoostingRegressor, _HISTOGRAM, _HISTOGRAM_SPACE),
        grows_by="max_iter",
    ),
    "xgboost": Algorithm(
        title="XGBoost",
        classifier=Recipe(XGBClassifier, _XGBOOST, _XGBOOST_SPACE, is_parallel=True),
        regressor=Recipe(XGBRegressor, _XGBOOST, _XGBOOST_SPACE, is_parallel=True),
    ),
    "knn": Algorithm(
        title="nearest neighbours",
        classifier=Recipe(KNeighborsClassifier, {}, _NEIGHBOURS_SPACE, is_parallel=True),
        regressor=Recipe(KNeighborsRegressor, {}, _NEIGHBOURS_SPACE, is_parallel=True),
        max_rows=100_000,
    ),
}
