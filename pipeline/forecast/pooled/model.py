"""What was learned from all products of a job, by the frequency of their rows. It can be pickled.

A model of one frequency holds trees that were grown at several times. A test on past sales uses
those that had learned nothing after its origin, a forecast the newest ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pipeline.forecast.calendar.frequency import Frequency
from pipeline.forecast.pooled.beside import Covariate
from pipeline.forecast.pooled.group import Group
from pipeline.forecast.pooled.trees import Trees
from pipeline.forecast.unpickling import set_state


@dataclass(frozen=True, slots=True)
class Grown:
    """Trees, and the newest period that they have learned from."""

    trees: Trees
    learned_until: np.datetime64


@dataclass(frozen=True, slots=True, kw_only=True)
class FrequencyModel:
    """What was learned from the products with rows of one frequency.

    Attributes
    ----------
    grown
        Trees, those that have learned from the fewest rows first.
    names
        The features in their order.
    covariates
        Those of which the trees know.
    observed
        Those of which only the past is known, and of which the trees know.
    shop, categories
        How all of the products sell, and those of each category.
    """

    grown: tuple[Grown, ...]
    names: tuple[str, ...]
    covariates: tuple[Covariate, ...]
    shop: Group
    categories: Mapping[str, Group] = field(default_factory=dict)
    observed: tuple[str, ...] = ()

    def __setstate__(self, values: list[Any]) -> None:
        set_state(self, values)

    def at(self, origin: np.datetime64) -> Grown | None:
        """The newest trees that have learned nothing after the origin."""
        unseen = [one for one in self.grown if one.learned_until <= origin]
        return unseen[-1] if unseen else None

    def groups(self, category: str | None) -> dict[str, Group]:
        """The groups of a product; no feature looks at what they sold after its origin."""
        return {"shop": self.shop, "category": self.categories.get(category or "", self.shop)}


@dataclass(frozen=True, slots=True)
class PooledModel:
    """A model for each frequency in a job."""

    models: Mapping[Frequency, FrequencyModel]

    def at(self, frequency: Frequency, origin: np.datetime64) -> Grown | None:
        """The newest trees for a frequency that have learned nothing after the origin."""
        model = self.models.get(frequency)
        return None if model is None else model.at(origin)
