"""Rows of a report that sum up others: they have no day, and for a product nothing or a word."""

import re

from api.sales.dates import looks_like_a_day

_WORD = re.compile(
    r"((grand|sub)[ -]?)?total(s|es)?( general)?|sum|summe|gesamt(summe|ergebnis)?|suma|somme",
    re.IGNORECASE,
)


def may_name_a_sum(product: object) -> bool:
    """Whether the cell of a product is empty or says nothing but that here is a sum."""
    if not isinstance(product, str):
        return product is None
    return not product.strip() or names_a_sum(product)


def names_a_sum(written: str) -> bool:
    return _WORD.fullmatch(written.strip()) is not None


def tells_a_day(cell: object) -> bool:
    """Whether a cell holds a day, be it one that cannot be read."""
    if not isinstance(cell, str):
        return cell is not None
    return cell.strip()[:1].isdigit() or looks_like_a_day(cell)
