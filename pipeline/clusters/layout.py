"""Which features of encoded rows come from which column of the table."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from pipeline.table.encoding.encoded import Encoded
from pipeline.table.encoding.encoder import TableEncoder
from pipeline.table.encoding.features import Feature


@dataclass(frozen=True, slots=True)
class Layout:
    """The features of ``Encoded`` rows that say something of their own.

    Attributes
    ----------
    number_places, code_places
        Where they are in ``Encoded.numbers`` and ``Encoded.codes``.
    number_sources, code_sources
        The column of the table behind each.
    is_topic
        For each number whether it is a topic of a text: their sizes relative to each other have a
        meaning. Of a text with topics nothing else is used.
    """

    number_places: npt.NDArray[np.int64]
    code_places: npt.NDArray[np.int64]
    number_sources: tuple[str, ...]
    code_sources: tuple[str, ...]
    is_topic: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, encoder: TableEncoder) -> Self:
        """The layout of a fitted encoder, without features that say the same as another."""
        numbers, codes = encoder.layout.numbers, encoder.layout.codes
        number_places, code_places = _own(numbers), _own(codes)
        return cls(
            number_places,
            code_places,
            tuple(numbers[place].source for place in number_places),
            tuple(codes[place].source for place in code_places),
            np.array([numbers[place].topics_of is not None for place in number_places], dtype=bool),
        )

    @property
    def sources(self) -> tuple[str, ...]:
        """Every column once, in the order of its first feature."""
        return tuple(dict.fromkeys((*self.number_sources, *self.code_sources)))

    def select(self, encoded: Encoded) -> Encoded:
        """Only these features of ``encoded``."""
        return Encoded(
            numbers=encoded.numbers[:, self.number_places],
            codes=encoded.codes[:, self.code_places],
        )


def _own(features: tuple[Feature, ...]) -> npt.NDArray[np.int64]:
    with_topics = {feature.source for feature in features if feature.topics_of is not None}
    places = [
        place
        for place, feature in enumerate(features)
        if not feature.is_restated
        and (feature.topics_of is not None or feature.source not in with_topics)
    ]
    return np.array(places, dtype=np.int64)
