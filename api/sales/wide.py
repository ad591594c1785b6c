"""Tables with a column for each product and a row for each day, or the other way round: as people
keep them in Excel.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from api.sales.columns import fields_of, names_a_measure, names_a_weekday
from api.sales.dates import looks_like_a_day
from api.sales.sums import may_name_a_sum, names_a_sum
from api.sales.tables import RawBatch, Wide

DAY = "date"
NAMES = (DAY, "product_id", "quantity")
"""The columns that such a table is read as."""

_FEWEST = 2
_NUMBER = re.compile(r"[+-]?[\d.,\u00a0\u202f ]*\d\s*")


def looks_wide(names: Sequence[object], below: Sequence[Sequence[object]]) -> bool:
    """Whether these names stand over such a table, of which the next rows are given.

    Where days stand below each other, none of the names may be that of anything else that is
    counted, measured or paid. A text among the numbers is a mistake.
    """
    if not (names and below and below[0]):
        return False
    named = [
        place
        for place, name in enumerate(names)
        if place and not _is_empty(name) and not _is_no_product(str(name))
    ]
    others = [names[place] for place in named]
    if looks_like_a_day(below[0][0]):
        rows = [cells for cells in below if cells and looks_like_a_day(cells[0])]
        return _may_be_names(names[0], others) and _hold_numbers(rows, named)
    return are_days(others) and not _is_empty(below[0][0]) and _hold_numbers(below, named)


def are_days(names: Sequence[object]) -> bool:
    return len(names) >= _FEWEST and all(map(looks_like_a_day, names))


def _hold_numbers(rows: Sequence[Sequence[object]], places: Sequence[int]) -> bool:
    columns = [
        [cells[place] for cells in rows if place < len(cells) and not _is_empty(cells[place])]
        for place in places
    ]
    return any(columns) and all(
        2 * sum(map(_is_number, column)) >= len(column) for column in columns
    )


def _may_be_names(of_days: object, names: Sequence[object]) -> bool:
    is_row = any(map(looks_like_a_day, (of_days, *names)))
    # Numbers alone may be sums that stand above.
    may_be_sums = may_name_a_sum(of_days) and all(map(_is_number, names))
    return may_be_products([str(name) for name in names]) and not is_row and not may_be_sums


def may_be_products(names: Sequence[str]) -> bool:
    """Whether columns of these names may be products, but for those that may stand beside them."""
    products = [name for name in names if not _is_no_product(name)]
    has_others = bool(fields_of(products)) or any(map(names_a_measure, products))
    return len(products) >= _FEWEST and not has_others


def wide_of(names: Sequence[str]) -> Wide:
    """What the names say."""
    first, *named = filter(None, names)
    others = tuple(name for name in named if not _is_no_product(name))
    return Wide(first, others, tuple(filter(_is_no_product, named)), are_days(others))


def _is_no_product(name: str) -> bool:
    return names_a_sum(name) or names_a_weekday(name)


def melted(batches: Iterator[RawBatch], wide: Wide) -> Iterator[RawBatch]:
    """A row for each cell that holds something; of a row of sums a single one without product."""
    for raw in batches:
        rows: list[int] = []
        firsts: list[object] = []
        others: list[object] = []
        quantities: list[object] = []
        counted = [raw.columns[name] for name in wide.others]
        for row, first, *cells in zip(raw.rows, raw.columns[wide.first], *counted, strict=True):
            if isinstance(first, str) and names_a_sum(first):
                sold: list[tuple[object, object]] = [(None, None)]
            else:
                pairs = zip(wide.others, cells, strict=True)
                sold = [(other, cell) for other, cell in pairs if not _is_empty(cell)]
            rows += [row] * len(sold)
            firsts += [first] * len(sold)
            others += [other for other, _ in sold]
            quantities += [cell for _, cell in sold]
        days, products = (others, firsts) if wide.has_days_across else (firsts, others)
        named: tuple[Sequence[object], ...] = (days, products, quantities)
        yield replace(raw, rows=rows, columns=dict(zip(NAMES, named, strict=True)))


def _is_empty(cell: object) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _is_number(cell: object) -> bool:
    if isinstance(cell, str):
        return _NUMBER.fullmatch(cell.strip()) is not None
    return isinstance(cell, int | float | Decimal) and not isinstance(cell, bool)
