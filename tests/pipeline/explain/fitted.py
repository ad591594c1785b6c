"""Small fitted tables made of real estimators, with the methods that a trained model has."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder


class AsItIs:
    """Preprocessing that leaves the columns to the model."""

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        return frame


@dataclass
class Answering:
    """An estimator of scikit-learn that answers as the final model of a table does."""

    estimator: Any
    interval: float = 0.0

    def answer(self, frame, classes, index, candidate=None):
        if classes is None:
            amounts = self.estimator.predict(frame) if len(frame) else np.empty(0)
            bounds = {"lower": amounts - self.interval, "upper": amounts + self.interval}
            return pd.DataFrame({"prediction": amounts, **bounds}, index=index)
        shares = self.estimator.predict_proba(frame) if len(frame) else np.empty((0, len(classes)))
        labels = np.array(classes, dtype=object)[shares.argmax(axis=1)]
        columns = {f"probability_{name}": shares[:, at] for at, name in enumerate(classes)}
        return pd.DataFrame({"prediction": labels, **columns}, index=index)


@dataclass
class Fitted:
    model: Answering
    features: tuple[str, ...]
    classes: tuple[str, ...] | None = None
    preprocessing: Any = None

    def __post_init__(self):
        self.preprocessing = AsItIs()


def inputs(rows: int = 300, seed: int = 1) -> pd.DataFrame:
    """A number that matters, a category that matters less, a date, and noise."""
    random = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "size": random.normal(50, 10, rows),
            "town": random.choice(["Lyon", "Lille", "Nice"], rows),
            "day": pd.Timestamp("2025-01-01")
            + pd.to_timedelta(random.integers(0, 600, rows), unit="D"),
            "noise": random.normal(0, 1, rows),
        }
    )


def amounts(frame: pd.DataFrame) -> np.ndarray:
    surcharge = frame["town"].map({"Lyon": 0.0, "Lille": 10.0, "Nice": 20.0}).to_numpy(float)
    return 3 * frame["size"].to_numpy() + surcharge


def levels(frame: pd.DataFrame) -> np.ndarray:
    """Numbers of the classes ``low``, ``middle`` and ``high``."""
    return np.digitize(amounts(frame), [140.0, 180.0])


LEVELS = ("low", "middle", "high")
INPUTS = tuple(inputs(1).columns)


def _encoder():
    return make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore", sparse_output=False), ["town"]),
        (FunctionTransformer(_days), ["day"]),
        remainder="passthrough",
    )


def _days(frame):
    return (frame - pd.Timestamp("2025-01-01")) / pd.Timedelta("1D")


@cache
def linear_regressor() -> Fitted:
    frame = inputs()
    estimator = make_pipeline(_encoder(), LinearRegression()).fit(frame, amounts(frame))
    return Fitted(Answering(estimator, interval=1.0), INPUTS)


@cache
def forest_regressor() -> Fitted:
    frame = inputs()
    forest = RandomForestRegressor(n_estimators=20, random_state=0)
    estimator = make_pipeline(_encoder(), forest).fit(frame, amounts(frame))
    return Fitted(Answering(estimator, interval=15.0), INPUTS)


@cache
def forest_classifier() -> Fitted:
    frame = inputs()
    forest = RandomForestClassifier(n_estimators=20, random_state=0)
    estimator = make_pipeline(_encoder(), forest).fit(frame, levels(frame))
    return Fitted(Answering(estimator), INPUTS, LEVELS)
