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

from pipeline.table.columns import ColumnPlan
from pipeline.table.encoding.recognition import FEW_VALUES

_RARE_SHARE = 0.005
_FREQUENT_VALUES = 20
_FARTHEST = 1e6
MISSING = "(missing)"
_LARGEST = 1e100
_SECONDS_PER_DAY = 86_400


def numbers(frame: pd.DataFrame) -> npt.NDArray[np.float64]:
    """One column of floats each: booleans as 0 and 1, durations in seconds; infinite or unreadable
    values are missing, and beyond ±1e100 they are cut so that squares stay finite."""
    columns = [_number(frame[name]) for name in frame.columns]
    return np.column_stack(columns) if columns else np.empty((len(frame), 0))


def _number(column: pd.Series) -> npt.NDArray[np.float64]:
    if pd.api.types.is_timedelta64_dtype(column.dtype):
        return np.asarray(column.dt.total_seconds(), dtype=np.float64)
    read = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    return np.clip(np.where(np.isfinite(read), read, np.nan), -_LARGEST, _LARGEST)


def categories(frame: pd.DataFrame) -> npt.NDArray[np.object_]:
    """Each value as text, a missing one as a category of its own."""
    columns = [
        frame[name].astype("str").fillna(MISSING).to_numpy(dtype=object) for name in frame.columns
    ]
    return np.column_stack(columns) if columns else np.empty((len(frame), 0), dtype=object)


def date_parts(frame: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Year, month, day, weekday, day of the year, hour and days since 1970 of each column."""
    columns = [part for name in frame.columns for part in _parts(frame[name])]
    return np.column_stack(columns) if columns else np.empty((len(frame), 0))


def _parts(column: pd.Series) -> list[npt.NDArray[np.float64]]:
    dates = _local_dates(column).astype("datetime64[s]")
    parts = (
        dates.dt.year,
        dates.dt.month,
        dates.dt.day,
        dates.dt.day_of_week,
        dates.dt.day_of_year,
        dates.dt.hour + dates.dt.minute / 60,
        dates.astype("int64").where(dates.notna()) / _SECONDS_PER_DAY,
    )
    return [np.asarray(part, dtype=np.float64) for part in parts]


def _local_dates(column: pd.Series) -> pd.Series:
    """Dates as the clock on the wall showed them: weekdays and hours are habits of people."""
    if not pd.api.types.is_datetime64_any_dtype(column.dtype):
        column = pd.to_datetime(column, format="ISO8601", errors="coerce", utc=True)
    return column.dt.tz_localize(None) if column.dt.tz is not None else column


def presence(frame: pd.DataFrame) -> npt.NDArray[np.float64]:
    """1 where a value is filled in, else 0."""
    return frame.notna().to_numpy(dtype=np.float64)


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
        ("numbers", _numeric(numbers), plan.numbers),
        ("dates", _numeric(date_parts), plan.dates),
        ("categories", _one_hot(FEW_VALUES, _RARE_SHARE), plan.categories),
        ("frequencies", _frequencies(), plan.categories),
        ("presence", FunctionTransformer(presence), plan.presence),
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
        FunctionTransformer(categories),
        OneHotEncoder(
            handle_unknown="infrequent_if_exist",
            max_categories=max_categories,
            min_frequency=rare_share,
            sparse_output=False,
        ),
    )


def _frequencies() -> Pipeline:
    return make_pipeline(FunctionTransformer(categories), FrequencyEncoder(), StandardScaler())


def _single_precision(matrix: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """As ``float32``; a value to predict that is absurdly far from all training rows is cut."""
    return np.asarray(np.clip(matrix, -_FARTHEST, _FARTHEST), dtype=np.float32)
