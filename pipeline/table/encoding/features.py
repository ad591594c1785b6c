"""What an encoder makes of a column, and where it lies in the arrays of ``Encoded``."""

from dataclasses import dataclass
from typing import Protocol, Self

from pipeline.table.encoding.encoded import Encoded
from pipeline.table.values import Cells

MISSING_CODE, RARE_CODE, FIRST_CODE = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Feature:
    """One number or one code of each row.

    Attributes
    ----------
    name
        As people read it.
    source
        The column of the table that it comes from.
    codes
        How many codes there may be; 0 for a number.
    is_restated
        Whether it says again, for views without trees, what another feature says already.
    topics_of
        The text that it is a topic of.
    """

    name: str
    source: str
    codes: int = 0
    is_restated: bool = False
    topics_of: str | None = None


class ColumnEncoder(Protocol):
    """Turns one column into numbers and codes; what it knows comes from the rows of ``fit``."""

    def fit(self, cells: Cells) -> Self: ...

    @property
    def numbers(self) -> tuple[Feature, ...]: ...

    @property
    def codes(self) -> tuple[Feature, ...]: ...

    def write(self, cells: Cells, out: Encoded) -> None:
        """Fill ``out``, which is as wide as ``numbers`` and ``codes``, with what ``cells`` hold."""
        ...


@dataclass(frozen=True, slots=True)
class Layout:
    """Which features an ``Encoded`` holds, in order."""

    numbers: tuple[Feature, ...]
    codes: tuple[Feature, ...]

    @property
    def cardinalities(self) -> tuple[int, ...]:
        return tuple(feature.codes for feature in self.codes)

    @property
    def texts(self) -> dict[str, tuple[int, ...]]:
        """Where the topics of each text are among the numbers."""
        found: dict[str, list[int]] = {}
        for place, feature in enumerate(self.numbers):
            if feature.topics_of is not None:
                found.setdefault(feature.topics_of, []).append(place)
        return {name: tuple(places) for name, places in found.items()}
