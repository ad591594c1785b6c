"""Rows that the model had not seen, with what is true and what it said."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.explain.answers import Values, output_values
from pipeline.explain.figures import Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Test rows of a table.

    Attributes
    ----------
    rows
        Their columns as they are in the table.
    target
        The numbers of their classes, or their amounts.
    predicted
        As ``predict_rows`` answers: ``prediction`` and the probabilities, or the bounds.
    classes
        None for a regression.
    """

    rows: pd.DataFrame
    target: Array
    predicted: pd.DataFrame
    classes: tuple[str, ...] | None

    @property
    def values(self) -> Values:
        """Probabilities of the classes, or one column of amounts."""
        return output_values(self.predicted, self.classes)

    @property
    def amounts(self) -> Values:
        """The predictions of a regression."""
        return self.values[:, 0]

    @property
    def decided(self) -> npt.NDArray[np.int64]:
        """The number of the class that was predicted for each row."""
        named = pd.Index(self.predicted["prediction"])
        return np.asarray(pd.Index(self.classes or ()).get_indexer(named), dtype=np.int64)

    def sample(self, most: int, seed: int) -> "Judged":
        """All rows, or ``most`` of them drawn at random, in their order."""
        if len(self.rows) <= most:
            return self
        drawn = np.random.default_rng(seed).choice(len(self.rows), most, replace=False)
        places = np.sort(drawn)
        return Judged(
            rows=self.rows.iloc[places],
            target=self.target[places],
            predicted=self.predicted.iloc[places],
            classes=self.classes,
        )
