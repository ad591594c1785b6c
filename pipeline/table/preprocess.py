"""From the columns of a plan to one matrix of floats, learned from training rows only."""

from collections.abc import Hashable
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from pipeline.table import values
from pipeline.table.columns import FEW_VALUES, ColumnPlan

_RARE_SHARE = 0.005
_FREQUENT_VALUES = 20
_FARTHEST = 1e6


class FrequencyEncoder(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # sklearn is untyped
    """Replaces each category by its share of the training rows; 0 for one that was not there."""

    def fit(self, categories: npt.NDArray[np.object_], y: None = None) -> Self:  # noqa: ARG002 - sklearn's signature
        self.shares_: list[dict[Hashable, float]] = [
            pd.Series(column).value_counts(normalize=True).to_dict() for column in categories.T
        ]
        return self

    def transform(self, categories: npt.NDArray[np.object_]) -> npt.NDArray[np.float64]:
        columns = [
            pd.Series(column).map(shares).fillna(0.0).to_numpy(dtype=np.float64)
            for column, shares in zip(categories.T, self.shares_, strict=True)
        ]
        return np.column_stack(columns) if columns else np.empty((len(categories), 0))


def build_preprocessing(plan: ColumnPlan) -> Pipeline:
    """An unfitted transformer from a frame with ``plan.features`` to a matrix of ``float32``.

    Missing numbers and dates become the median with a column that says so, categories become one
    column per value (rare ones together), those with many values also their frequency, and every
    number is scaled. The target takes no part.
    """
    groups = [
        ("numbers", _numeric(values.numbers), plan.numbers),
        ("dates", _numeric(values.date_parts), plan.dates),
        ("categories", _one_hot(FEW_VALUES, _RARE_SHARE), plan.categories),
        ("frequent_values", _one_hot(_FREQUENT_VALUES, None), plan.many_valued),
        ("frequencies", _frequencies(), plan.many_valued),
        ("presence", FunctionTransformer(values.presence), plan.presence),
    ]
    used = [group for group in groups if group[2]]
    return make_pipeline(ColumnTransformer(used), FunctionTransformer(_single_precision))


def _numeric(read: Any) -> Pipeline:
    return make_pipeline(
        FunctionTransformer(read),
        SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True),
        StandardScaler(),
    )


def _one_hot(max_categories: int, rare_share: float | None) -> Pipeline:
    return make_pipeline(
        FunctionTransformer(values.categories),
        OneHotEncoder(
            handle_unknown="infrequent_if_exist",
            max_categories=max_categories,
            min_frequency=rare_share,
            sparse_output=False,
        ),
    )


def _frequencies() -> Pipeline:
    return make_pipeline(
        FunctionTransformer(values.categories), FrequencyEncoder(), StandardScaler()
    )


def _single_precision(matrix: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """As ``float32``; a value to predict that is absurdly far from all training rows is cut."""
    return np.asarray(np.clip(matrix, -_FARTHEST, _FARTHEST), dtype=np.float32)
