"""The tables that are learned: shipped by scikit-learn, stored beside this file, or generated."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn import datasets
from sklearn.model_selection import train_test_split

DATA = Path(__file__).parents[1] / "data"


@dataclass(frozen=True, slots=True)
class Problem:
    """A table, the column to predict, and whether that is a class or an amount."""

    name: str
    frame: pd.DataFrame
    target: str
    ml_task: str

    def split(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """80 % to learn from and 20 % to judge by, stratified by class, the same for everybody."""
        is_classes = self.ml_task == "classification"
        stratify = self.frame[self.target] if is_classes else None
        train, test = train_test_split(
            self.frame, test_size=0.2, random_state=42, stratify=stratify
        )
        return train.reset_index(drop=True), test.reset_index(drop=True)


def problems(names: list[str] | None = None, directory: Path | None = None) -> Iterator[Problem]:
    """The sets called ``names``, by default all, and every Parquet file of ``directory``.

    A file is called ``<target>.<c or r>.<name>.parquet``: the column to predict, and whether it is
    a classification or a regression.
    """
    for name, make in MAKERS.items():
        if names is None or name in names:
            yield make(name)
    for path in sorted(directory.glob("*.parquet")) if directory else ():
        target, kind, name, _ = path.name.split(".", 3)
        if names is None or name in names:
            ml_task = "classification" if kind == "c" else "regression"
            yield Problem(name, pd.read_parquet(path), target, ml_task)


def _shipped(load: Callable[..., Any], ml_task: str) -> Callable[[str], Problem]:
    def make(name: str) -> Problem:
        return Problem(name, load(as_frame=True).frame, "target", ml_task)

    return make


def _diamonds(name: str) -> Problem:
    return Problem(name, pd.read_parquet(DATA / "diamonds.parquet"), "price", "regression")


def _hourly_counts(name: str) -> Problem:
    """Rentals an hour, which depend on hour, weekday, season and weather, by a time stamp."""
    draw = np.random.default_rng(5)
    when = pd.date_range("2024-01-01", periods=8_000, freq="h")
    rush = np.exp(-((when.hour - 8) ** 2) / 6) + 1.3 * np.exp(-((when.hour - 18) ** 2) / 8)
    leisure = np.exp(-((when.hour - 14) ** 2) / 30)
    weekend = when.dayofweek >= 5
    season = 1 + 0.5 * np.sin(2 * np.pi * (when.dayofyear - 100) / 365)
    warmth = 12 * season + draw.normal(0, 4, len(when))
    rain = draw.random(len(when)) < 0.15
    mean = (20 + 220 * np.where(weekend, leisure, rush)) * season * np.where(rain, 0.5, 1.0)
    frame = pd.DataFrame(
        {
            "time": when,
            "temperature": np.where(draw.random(len(when)) < 0.05, np.nan, warmth),
            "weather": np.where(rain, "rain", draw.choice(["clear", "cloudy"], len(when))),
            "count": draw.poisson(mean * np.clip(1 + (warmth - 12) / 60, 0.2, 2)),
        }
    )
    return Problem(name, frame.sample(frac=1, random_state=1), "count", "regression")


def _complaints(name: str) -> Problem:
    """Whether a complaint is escalated: by the shop (300 of them), the product and a sentence."""
    draw = np.random.default_rng(9)
    rows = 6_000
    shops = draw.normal(0, 1.2, 300)
    shop = draw.zipf(1.3, rows) % 300
    words = {"refund": 1.5, "broken": 1.0, "late": 0.4, "rude": 0.8, "thanks": -1.5, "ok": -0.8}
    fill = ["the", "order", "was", "and", "my", "delivery", "again", "today", "bread", "shop"]
    texts, weights = [], []
    for _ in range(rows):
        chosen = draw.choice(list(words), draw.integers(0, 3), replace=False)
        sentence = [*chosen, *draw.choice(fill, draw.integers(4, 12))]
        draw.shuffle(sentence)
        texts.append(" ".join(sentence))
        weights.append(sum(words[word] for word in chosen))
    logit = np.array(weights) + shops[shop] + draw.normal(0, 0.5, rows) - 0.5
    frame = pd.DataFrame(
        {
            "shop": [f"S{number:03d}" for number in shop],
            "text": texts,
            "amount": draw.lognormal(2, 1, rows).round(2),
            "escalated": np.where(draw.random(rows) < 1 / (1 + np.exp(-logit)), "yes", "no"),
        }
    )
    return Problem(name, frame, "escalated", "classification")


MAKERS: dict[str, Callable[[str], Problem]] = {
    "iris": _shipped(datasets.load_iris, "classification"),
    "wine": _shipped(datasets.load_wine, "classification"),
    "breast_cancer": _shipped(datasets.load_breast_cancer, "classification"),
    "digits": _shipped(datasets.load_digits, "classification"),
    "diabetes": _shipped(datasets.load_diabetes, "regression"),
    "diamonds": _diamonds,
    "hourly_counts": _hourly_counts,
    "complaints": _complaints,
}
