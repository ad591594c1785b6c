"""Columns of numbers that only tell receipts, tills, shops or rows apart, and measure nothing."""

from collections.abc import Sequence
from itertools import pairwise

from api.sales.columns import names_a_record, names_a_shop

_FEWEST_COUNTED = 10


def is_numbering(name: str, first: Sequence[float | None]) -> bool:
    """Whether its name says so, or its first values count the rows of the file."""
    return names_a_record(name) or names_a_shop(name) or _counts_rows(first)


def _counts_rows(values: Sequence[float | None]) -> bool:
    if len(values) < _FEWEST_COUNTED or None in values:
        return False
    return all(after == before + 1 for before, after in pairwise(values) if before is not None)
