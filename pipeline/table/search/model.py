"""The final model of a classification or regression: its members, and how they answer together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipeline.errors import InvalidParameterError
from pipeline.table.encoding.encoded import Encoded
from pipeline.table.learners.learner import FittedLearner
from pipeline.table.scores import Array
from pipeline.table.search.calibration import tempered
from pipeline.table.search.interval import Interval

Classes = Sequence[str] | None
_BLOCK_ROWS = 50_000


@dataclass(frozen=True, slots=True)
class Part:
    """A fitted learner and the key of the view that it works on."""

    view: str
    learner: FittedLearner


@dataclass(frozen=True, slots=True, kw_only=True)
class Blend:
    """How an answer is made of members: a weighted mean of their predictions.

    ``temperature`` then makes probabilities softer or sharper, ``factors`` count when a class is
    named, and ``interval`` puts ends around an amount.
    """

    weights: Mapping[str, float]
    temperature: float = 1.0
    factors: Array | None = None
    interval: Interval | None = None


class TableModel:
    """Predicts rows as :class:`~pipeline.table.encoding.encoded.Encoded`.

    Parameters
    ----------
    classes
        The number of classes; 0 for a regression.
    views
        Fitted views by key; members share them.
    members
        The parts of each candidate; what they predict is averaged.
    blends
        The answers that can be asked for, by the name of the candidate.
    chosen
        The one of ``blends`` that answers unless another is asked for.
    """

    def __init__(
        self,
        *,
        classes: int,
        views: Mapping[str, Any],
        members: Mapping[str, tuple[Part, ...]],
        blends: Mapping[str, Blend],
        chosen: str,
    ) -> None:
        self.classes = classes
        self.views = dict(views)
        self.members = dict(members)
        self.blends = dict(blends)
        self.chosen = chosen

    @property
    def candidates(self) -> tuple[str, ...]:
        """What can be asked for."""
        return tuple(self.blends)

    def predict(self, encoded: Encoded, candidate: str | None = None) -> Array:
        """Amounts, or the numbers of the classes that are named; shape (rows,)."""
        predicted = self.predictions(encoded, candidate)
        return decide(predicted, self._blend(candidate)) if self.classes else predicted

    def predict_proba(self, encoded: Encoded, candidate: str | None = None) -> Array:
        """The probability of each class; shape (rows, classes)."""
        return self.predictions(encoded, candidate)

    def predictions(self, encoded: Encoded, candidate: str | None = None) -> Array:
        """Amounts, shape (rows,), or probabilities, shape (rows, classes).

        Raises
        ------
        InvalidParameterError
            If the model holds no such candidate.
        """
        blend = self._blend(candidate)
        blocks = [
            self._predict_block(encoded.take(slice(first, first + _BLOCK_ROWS)), blend)
            for first in range(0, max(1, len(encoded)), _BLOCK_ROWS)
        ]
        return blocks[0] if len(blocks) == 1 else np.concatenate(blocks)

    def answer(
        self, encoded: Encoded, classes: Classes, index: pd.Index, candidate: str | None = None
    ) -> pd.DataFrame:
        """Predictions as people read them: see :func:`pipeline.table.predict.predict_rows`."""
        predicted = self.predictions(encoded, candidate)
        return answer_frame(predicted, self._blend(candidate), classes, index)

    def _blend(self, candidate: str | None) -> Blend:
        name = self.chosen if candidate is None else candidate
        if name not in self.blends:
            raise InvalidParameterError(
                f"candidate '{name}' is not in the model; accepted: {', '.join(self.blends)}"
            )
        return self.blends[name]

    def _predict_block(self, encoded: Encoded, blend: Blend) -> Array:
        if len(encoded) == 0:
            return np.empty((0, self.classes) if self.classes else 0)
        matrices: dict[str, Array] = {}
        total = np.zeros((len(encoded), self.classes) if self.classes else len(encoded))
        for name, weight in blend.weights.items():
            parts = self.members[name]
            for part in parts:
                if part.view not in matrices:
                    matrices[part.view] = self.views[part.view].transform(encoded)
                total += weight / len(parts) * part.learner.predict(matrices[part.view])
        return tempered(total, blend.temperature) if self.classes else total


def decide(probabilities: Array, blend: Blend) -> Array:
    """The number of the class that is named for each row."""
    weighed = probabilities if blend.factors is None else probabilities * blend.factors
    return np.asarray(weighed.argmax(axis=1))


def answer_frame(predicted: Array, blend: Blend, classes: Classes, index: pd.Index) -> pd.DataFrame:
    """Amounts with their intervals, or the class that is named and all probabilities."""
    if classes is None:
        return pd.DataFrame(_amounts(predicted, blend), index=index)
    labels = np.array(classes, dtype=object)
    shares = {f"probability_{name}": predicted[:, at] for at, name in enumerate(classes)}
    return pd.DataFrame({"prediction": labels[decide(predicted, blend)], **shares}, index=index)


def _amounts(predicted: Array, blend: Blend) -> dict[str, Array]:
    if blend.interval is None:
        return {"prediction": predicted}
    lower, upper = blend.interval.around(predicted)
    return {"prediction": predicted, "lower": lower, "upper": upper}
