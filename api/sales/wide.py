"""Tables with a day in each row and a column for each product, as people keep them in Excel."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from api.sales.columns import fields_of, names_a_measure, names_a_weekday
from api.sales.dates import looks_like_a_day
from api.sales.sums import may_name_a_sum, names_a_sum
from api.sales.tables import RawBatch, Wide

DAY = "date"
NAMES = (DAY, "product_id", "quantity")
"""The columns that such a table is read as."""

_FEWEST_PRODUCTS = 2
_NUMBER = re.compile(r"[+-]?[\d.,\u00a0\u202f ]*\d\s*")


def looks_wide(names: Sequence[object], below: Sequence[Sequence[object]]) -> bool:
    """Whether these names stand over such a table, of which the next rows are given.

    It has days in its first column and numbers in the others, none of which has the name of
    anything else that is counted, measured or paid. A text among the numbers is a mistake.
    """
    if not (names and below and below[0] and looks_like_a_day(below[0][0])):
        return False
    named = [
        place
        for place, name in enumerate(names)
        if place and not _is_empty(name) and not _is_no_product(str(name))
    ]
    rows = [cells for cells in below if cells and looks_like_a_day(cells[0])]
    columns = [
        [cells[place] for cells in rows if place < len(cells) and not _is_empty(cells[place])]
        for place in named
    ]
    return (
        _may_be_names(names[0], [names[place] for place in named])
        and any(columns)
        and all(2 * sum(map(_is_number, column)) >= len(column) for column in columns)
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
    return len(products) >= _FEWEST_PRODUCTS and not has_others


def wide_of(names: Sequence[str]) -> Wide:
    """What the names say, of which the first one is that of the days."""
    day, *others = filter(None, names)
    return Wide(
        day=day,
        products=tuple(name for name in others if not _is_no_product(name)),
        left_out=tuple(filter(_is_no_product, others)),
    )


def _is_no_product(name: str) -> bool:
    return names_a_sum(name) or names_a_weekday(name)


def melted(batches: Iterator[RawBatch], wide: Wide) -> Iterator[RawBatch]:
    """A row for each cell that holds something; of a row of sums a single one without product."""
    for raw in batches:
        rows: list[int] = []
        days: list[object] = []
        products: list[object] = []
        quantities: list[object] = []
        columns = [raw.columns[product] for product in wide.products]
        for row, day, *cells in zip(raw.rows, raw.columns[wide.day], *columns, strict=True):
            if isinstance(day, str) and names_a_sum(day):
                sold: list[tuple[object, object]] = [(None, None)]
            else:
                pairs = zip(wide.products, cells, strict=True)
                sold = [(product, cell) for product, cell in pairs if not _is_empty(cell)]
            rows += [row] * len(sold)
            days += [day] * len(sold)
            products += [product for product, _ in sold]
            quantities += [cell for _, cell in sold]
        yield RawBatch(rows, dict(zip(NAMES, (days, products, quantities), strict=True)))


def _is_empty(cell: object) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _is_number(cell: object) -> bool:
    if isinstance(cell, str):
        return _NUMBER.fullmatch(cell.strip()) is not None
    return isinstance(cell, int | float | Decimal) and not isinstance(cell, bool)
