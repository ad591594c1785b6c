"""Predictions of a trained table model for new rows."""

from typing import Any, Protocol

import numpy as np
import pandas as pd

from pipeline.errors import InvalidDataError
from pipeline.table.arrow import name_columns


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


def predict_rows(fitted: FittedTable, frame: pd.DataFrame) -> pd.DataFrame:
    """Predict each row of ``frame``.

    Missing values and categories that were not in the training rows are allowed; further columns
    are ignored.

    Returns
    -------
    pandas.DataFrame
        With the index of ``frame``: ``prediction``, and for a classification
        ``probability_<class>`` for each class.

    Raises
    ------
    InvalidDataError
        If columns that the model was trained on are not there; the message names each.
    """
    columns = [str(name) for name in frame.columns]
    missing = [name for name in fitted.features if name not in columns]
    if missing:
        raise InvalidDataError(
            f"Columns that the model needs are missing: {name_columns(missing)}. "
            "Send them, with empty values where the value is unknown"
        )
    if len(frame) == 0:
        return _predictions(fitted, None, frame.index)
    matrix = fitted.preprocessing.transform(frame.set_axis(columns, axis=1)[list(fitted.features)])
    return _predictions(fitted, matrix, frame.index)


def _predictions(fitted: FittedTable, matrix: Any, index: pd.Index) -> pd.DataFrame:
    if fitted.classes is None:
        amounts = np.empty(0) if matrix is None else fitted.model.predict(matrix)
        return pd.DataFrame({"prediction": amounts}, index=index, dtype=float)
    labels = np.array(fitted.classes, dtype=object)
    shares = np.empty((0, len(labels))) if matrix is None else fitted.model.predict_proba(matrix)
    predictions = pd.DataFrame({"prediction": labels[shares.argmax(axis=1)]}, index=index)
    for position, label in enumerate(fitted.classes):
        predictions[f"probability_{label}"] = shares[:, position].astype(float)
    return predictions
