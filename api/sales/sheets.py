"""Which sheets of a workbook are read: the one with sales, or several that are parts of one table,
such as one for each month or shop.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, combinations
from math import isclose
from typing import Any

from api.errors import InvalidRequestError
from api.sales.columns import measures_in
from api.sales.headers import Header, Row, first_header, required_header, wide_header
from api.sales.tables import SalesFile, quoted
from api.sales.wide import wide_of

_WAYS_OUT = (
    "hide the sheets that shall not be read, or save those that shall as workbooks of their own"
)
_MOST_NAMES = 10


def sheets_of_sales(heads: Mapping[str, Sequence[Row]]) -> dict[str, Header]:
    """Those that name the columns of sales, else the first one that holds anything.

    Raises `InvalidRequestError` where they do not look like parts of one table.
    """
    for find in (required_header, wide_header):
        found = {name: header for name, head in heads.items() if (header := find(head))}
        if found:
            _check_parts(found)
            return found
    for name, head in heads.items():
        if head:
            return {name: first_header(head)}
    raise InvalidRequestError("The workbook is empty")


def together(parts: Sequence[SalesFile]) -> SalesFile:
    """The rows of all of them below each other."""
    first = parts[0]
    wides = [part.wide for part in parts if part.wide]
    return replace(
        first,
        batches=chain.from_iterable(part.batches for part in parts),
        wide=first.wide
        and replace(
            first.wide,
            others=_united(wide.others for wide in wides),
            left_out=_united(wide.left_out for wide in wides),
        ),
        has_unnamed=any(part.has_unnamed for part in parts),
        has_lines_above=any(part.has_lines_above for part in parts),
    )


class Repetitions:
    """Sheets whose sales others tell, too: copies, and sums of all others."""

    def __init__(self) -> None:
        self._sheets: dict[str, _Contents] = defaultdict(_Contents)

    def note(self, sheet: str, values: Mapping[str, Sequence[Any]]) -> None:
        contents = self._sheets[sheet]
        rows = zip(values["product_id"], values["date"], values["quantity"], strict=True)
        for product, day, quantity in rows:
            contents.rows += 1
            contents.mark += hash((product, day, quantity))
            contents.sold[product] += quantity or 0

    def refuse(self) -> None:
        """Raises `InvalidRequestError` where there is one."""
        for (one, its), (other, others) in combinations(self._sheets.items(), 2):
            if its.mark == others.mark:
                raise _repeated(f"The sheets {quoted((one, other))} of the workbook hold the same")
        everything = _Contents()
        for contents in self._sheets.values():
            everything.add(contents)
        for sheet, contents in self._sheets.items():
            if contents.repeats_the_rest_of(everything):
                told = f"The sheet “{sheet}” of the workbook holds as much as all others together"
                raise _repeated(told)


@dataclass(slots=True)
class _Contents:
    """What is kept of rows, whose order does not matter for it."""

    rows: int = 0
    mark: int = 0
    sold: Counter[str] = field(default_factory=Counter)

    def add(self, other: "_Contents") -> None:
        self.rows += other.rows
        self.mark += other.mark
        self.sold.update(other.sold)

    def repeats_the_rest_of(self, everything: "_Contents") -> bool:
        """Row by row, or as the sums of each product in fewer rows, such as one for each month."""
        if 2 * self.mark == everything.mark:
            return True
        may_sum_up = 3 * self.rows <= everything.rows and any(everything.sold.values())
        return may_sum_up and all(
            isclose(2 * self.sold[product], sold) for product, sold in everything.sold.items()
        )


def _repeated(told: str) -> InvalidRequestError:
    return InvalidRequestError(f"{told}. So that nothing counts twice, {_WAYS_OUT}")


def _check_parts(found: Mapping[str, Header]) -> None:
    (first, header), *others = found.items()
    for name, other in others:
        if not _may_be_parts(header, other):
            raise InvalidRequestError(
                f"The sheets {quoted((first, name))} of the workbook both hold sales, but in"
                f" different columns{_differences(header, other)}. Give them the same columns,"
                f" {_WAYS_OUT}"
            )
        if measures_in(first) != measures_in(name):
            raise InvalidRequestError(
                f"By their names, the sheets {quoted((first, name))} of the workbook hold different"
                f" things, which cannot be added up: {_WAYS_OUT}"
            )


def _may_be_parts(one: Header, other: Header) -> bool:
    """Whether they name the same columns; but days differ, and products come and go."""
    if not one.is_wide:
        return not _differing(one, other)
    wide, other_wide = wide_of(one.names), wide_of(other.names)
    if wide.has_days_across or other_wide.has_days_across:
        return wide.has_days_across == other_wide.has_days_across
    shared = set(wide.others).intersection(other_wide.others)
    return 2 * len(shared) >= min(len(wide.others), len(other_wide.others))


def _differences(one: Header, other: Header) -> str:
    return f" (only one has {quoted(sorted(_differing(one, other)), _MOST_NAMES)})"


def _differing(one: Header, other: Header) -> set[str]:
    return set(one.names).symmetric_difference(other.names) - {""}


def _united(names: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(chain.from_iterable(names)))
