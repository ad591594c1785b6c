"""Nothing missing, everything on one scale, a column per category: for linear models, neighbours,
kernels and neural nets."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
from scipy.special import logit

from pipeline.table.encoding.encoded import Encoded
from pipeline.table.encoding.features import Feature, Layout
from pipeline.table.encoding.scaling import NormalScaling, StandardScaling
from pipeline.table.encoding.target_features import TargetFeatures

_FEW_CODES = 32
_FREQUENT_CODES = 20
_MOST_CODE_COLUMNS = 400
_MOST_CELLS = 100_000_000
_LEAST_SHARE = 1e-4


class DenseView:
    """Numbers scaled, with a flag where one was missing; categories as one column per value, of
    many-valued ones the most frequent, beside the average of the target."""

    categories: Mapping[int, int] = MappingProxyType({})

    def __init__(self, layout: Layout, *, classes: int, seed: int, is_smooth: bool) -> None:
        self._layout = layout
        self._has_classes = classes > 0
        self._scaling = NormalScaling() if is_smooth else StandardScaling()
        self._flags = np.empty(0, dtype=np.int64)
        self._averages = TargetFeatures(
            layout, fewest_codes=_FEW_CODES + 1, with_texts=False, classes=classes, seed=seed
        )
        self._average_scaling = StandardScaling()
        self._columns: list[npt.NDArray[np.int64]] = []
        self._width = 0
        self.feature_names: tuple[str, ...] = ()
        self.sources: tuple[str, ...] = ()

    def fit_transform(
        self, encoded: Encoded, target: npt.NDArray[np.generic]
    ) -> npt.NDArray[np.float32]:
        self._scaling.fit(encoded.numbers)
        self._flags = _distinct_gaps(encoded.numbers)
        averages = self._on_line(self._averages.fit_transform(encoded, target))
        self._average_scaling.fit(averages)
        start = encoded.numbers.shape[1] + len(self._flags) + averages.shape[1]
        self._lay_out_codes(encoded, start)
        self._name()
        return self._joined(encoded, averages)

    def transform(self, encoded: Encoded) -> npt.NDArray[np.float32]:
        return self._joined(encoded, self._on_line(self._averages.transform(encoded)))

    def _on_line(self, averages: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Shares of classes as log odds, which linear models add up."""
        if not self._has_classes:
            return averages
        odds: npt.NDArray[np.float32] = logit(np.clip(averages, _LEAST_SHARE, 1 - _LEAST_SHARE))
        return odds

    def _lay_out_codes(self, encoded: Encoded, start: int) -> None:
        """Give the codes that occur a column each, the frequent ones first if they are many."""
        counts = [
            np.bincount(encoded.codes[:, place], minlength=feature.codes)
            for place, feature in enumerate(self._layout.codes)
        ]
        shares = _shares([_wanted(one) for one in counts], _room(len(encoded), start, len(counts)))
        self._columns = []
        for count, share in zip(counts, shares, strict=True):
            shown = np.sort(np.argsort(-count, kind="stable")[:share])
            columns = np.full(len(count), -1, dtype=np.int64)
            columns[shown] = start + np.arange(share)
            self._columns.append(columns)
            start += share
        self._width = start

    def _joined(
        self, encoded: Encoded, averages: npt.NDArray[np.float32]
    ) -> npt.NDArray[np.float32]:
        matrix = np.zeros((len(encoded), self._width), dtype=np.float32)
        wide = encoded.numbers.shape[1]
        flagged = wide + len(self._flags)
        matrix[:, :wide] = self._scaling.transform(encoded.numbers)
        matrix[:, wide:flagged] = np.isnan(encoded.numbers[:, self._flags])
        averaged = flagged + averages.shape[1]
        matrix[:, flagged:averaged] = self._average_scaling.transform(averages)
        rows = np.arange(len(encoded))
        for place, columns in enumerate(self._columns):
            column = columns[encoded.codes[:, place]]
            is_shown = column >= 0
            matrix[rows[is_shown], column[is_shown]] = 1
        return matrix

    def _name(self) -> None:
        numbers = self._layout.numbers
        named: list[tuple[str, Feature]] = [
            *((feature.name, feature) for feature in numbers),
            *((f"{numbers[place].name} is missing", numbers[place]) for place in self._flags),
            *((feature.name, feature) for feature in self._averages.features),
            *(
                (f"{feature.name}: value {code}", feature)
                for feature, columns in zip(self._layout.codes, self._columns, strict=True)
                for code in np.flatnonzero(columns >= 0)
            ),
        ]
        self.feature_names = tuple(name for name, _ in named)
        self.sources = tuple(feature.source for _, feature in named)


def _room(rows: int, taken: int, features: int) -> int:
    """How many columns may show codes, at least one for each feature: fewer on long tables, to
    bound the memory of a matrix."""
    return max(features, min(_MOST_CODE_COLUMNS, _MOST_CELLS // max(1, rows) - taken))


def _wanted(counts: npt.NDArray[np.int64]) -> int:
    """How many columns would show a feature with this number of rows for each code."""
    most = _FREQUENT_CODES if len(counts) > _FEW_CODES else _FEW_CODES
    return min(most, int(np.count_nonzero(counts)))


def _shares(wanted: Sequence[int], room: int) -> list[int]:
    """As many columns as each feature wants; where there is no room for all, those that want few
    get them and the others equally many."""
    shares = [0] * len(wanted)
    by_wish = sorted(range(len(wanted)), key=lambda place: wanted[place])
    for served, place in enumerate(by_wish):
        shares[place] = min(wanted[place], room // (len(wanted) - served))
        room -= shares[place]
    return shares


def _distinct_gaps(numbers: npt.NDArray[np.float32]) -> npt.NDArray[np.int64]:
    """Columns with missing values, one for each set of rows in which they are missing together."""
    seen: dict[bytes, int] = {}
    for place, column in enumerate(numbers.T):
        gaps = np.isnan(column)
        if gaps.any():
            seen.setdefault(np.packbits(gaps).tobytes(), place)
    return np.array(list(seen.values()), dtype=np.int64)
