"""Predictions of a trained table model for new rows."""

from typing import Any, Protocol

import pandas as pd

from pipeline.errors import InvalidDataError
from pipeline.table.arrow import name_columns
from pipeline.table.search.interval import INTERVAL_LEVEL

__all__ = ["INTERVAL_LEVEL", "FittedTable", "predict_rows"]


class FittedTable(Protocol):
    """What is needed to predict: a ``TableResult``, or its parts as they were stored."""

    @property
    def preprocessing(self) -> Any: ...
    @property
    def model(self) -> Any: ...
    @property
    def features(self) -> tuple[str, ...]: ...
    @property
    def classes(self) -> tuple[str, ...] | None: ...


def predict_rows(
    fitted: FittedTable, frame: pd.DataFrame, candidate: str | None = None
) -> pd.DataFrame:
    """Predict each row of ``frame``, by the chosen model or by one ``candidate`` that it holds.

    Missing values and categories that were not in the training rows are allowed; further columns
    are ignored.

    Returns
    -------
    pandas.DataFrame
        With the index of ``frame``: ``prediction``; for a classification also
        ``probability_<class>`` for each class; for a regression ``lower`` and ``upper``, between
        which the actual amount is expected with the probability ``INTERVAL_LEVEL``.

    Raises
    ------
    InvalidDataError
        If columns that the model was trained on are not there; the message names each.
    InvalidParameterError
        If the model does not hold ``candidate``.
    """
    features = list(fitted.features)
    columns = [str(name) for name in frame.columns]
    missing = [name for name in features if name not in columns]
    if missing:
        raise InvalidDataError(
            f"Columns that the model needs are missing: {name_columns(missing)}. "
            "Send them, with empty values where the value is unknown"
        )
    named = frame if columns == list(frame.columns) else frame.set_axis(columns, axis=1)
    prepared = fitted.preprocessing.transform(named)
    answer: pd.DataFrame = fitted.model.answer(prepared, fitted.classes, frame.index, candidate)
    return answer
