"""What trees see of the periods that they forecast."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from pipeline.forecast.pooled.running import Rows, Values
from pipeline.forecast.pooled.table import Table, View


@dataclass(frozen=True, slots=True)
class Seen:
    """One entry per period of each array.

    Attributes
    ----------
    names, table
        The features, a column each.
    expected
        The logarithm of what is usual relative to the scale.
    scale
        The level of the product at the origin; 0 where nothing was sold before.
    responses
        How sales respond to each covariate, as the logarithm of a factor.
    """

    names: tuple[str, ...]
    table: Table
    expected: Values
    scale: Values
    responses: Mapping[str, Values]

    def at(self, rows: slice) -> "Seen":
        """Some of the periods."""
        responses = {name: values[rows] for name, values in self.responses.items()}
        return Seen(self.names, self.table[rows], self.expected[rows], self.scale[rows], responses)


def seen_from(view: View, origins: Rows, targets: Rows, known: Rows) -> Seen:
    """What is seen of each target from its origin, where covariates are known of as many rows."""
    names, table = view.table(origins, targets, known=known)
    scale = view.past.scale(origins)
    expected = view.past.expected(origins, targets, scale)
    responses = dict(zip(view.responding, view.responses(origins, targets).T, strict=True))
    return Seen(names, table, expected, np.nan_to_num(scale), responses)


def seen_ahead(view: View, origin: int, steps: Rows) -> Seen:
    """What is seen from one origin of the periods some steps ahead, up to the farthest of which
    covariates are known."""
    targets = origin - 1 + steps
    seen = seen_from(view, np.array([origin]), targets, np.array([targets.max(initial=0) + 1]))
    return replace(seen, scale=np.broadcast_to(seen.scale, len(steps)))
