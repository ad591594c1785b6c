"""What a cell of a sales file may hold. A parser raises ValueError with what would be accepted."""

import math
import re
from datetime import date, datetime
from decimal import Decimal

from api.sales.dates import First, read_month, read_named_month, read_year_first, read_year_last
from api.visible import checked_visible

Cell = object
_FIRST_YEAR, _LAST_YEAR = 1970, 2100
_LARGEST = 1e12
_LONGEST_TEXT = 255
_WORDS = {"true": 1.0, "yes": 1.0, "false": 0.0, "no": 0.0}
_NOTHING = frozenset({"", "null", "n/a", "#n/a"})
_DASHES = ("-", "–")
_CURRENCY = r"(?:[€$£¥₹₺₽]|[A-Z]{3}|Fr\.|kr\.?|zł|Kč|Ft)"
_MONEY = re.compile(rf"([+-]?)\s*{_CURRENCY}?\s*([+-]?[\d.,(].*?)\s*{_CURRENCY}?")
_PLAIN = re.compile(r"\d+([.,]\d+)?")
_LONGEST_AMOUNT = 64
_WITH_THOUSANDS = re.compile(r"[+-]?\d{1,3}((,\d{3})+\.\d+|(,\d{3}){2,}|(['’]\d{3})+(\.\d+)?)")
_THOUSANDS = re.compile(r"[,'’]")
_MAY_PART_THOUSANDS = re.compile(r"[+-]?\d{1,3},\d{3}")
_DAY_OF_EXCEL = re.compile(r"[2-7]\d{4}(\.\d+)?")  # from 1954 to 2118
_DATE_HELP = "not a date: write 2026-01-31, 2026-01-31 14:00, 31.01.2026, 31/01/2026 or 31-Jan-2026"


def moment(cell: Cell, first: First | None = None) -> datetime:
    """A day or a time on the shop's wall clock, as written: a time zone is dropped.

    `first` is what dates such as 31/01/2026 begin with, where the file tells it.
    """
    found = _as_datetime(cell, first).replace(tzinfo=None)
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        raise ValueError(f"the year must be from {_FIRST_YEAR} to {_LAST_YEAR}")
    return found


def reference(cell: Cell) -> str:
    """A product id or SKU; a whole number becomes its digits."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return required_text(cell)


def required_text(cell: Cell) -> str:
    found = text(cell)
    if found is None:
        raise ValueError("must not be empty")
    return checked_visible(found)


def text(cell: Cell) -> str | None:
    if cell is None:
        return None
    found = str(cell).strip()
    if len(found) > _LONGEST_TEXT:
        raise ValueError(f"must have at most {_LONGEST_TEXT} characters")
    if "\x00" in found:
        raise ValueError("must not hold a NUL character")
    return found or None


def number(cell: Cell) -> float | None:
    """A finite number, or none; columns of numbers have NaN for nothing."""
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return None
    if isinstance(cell, str):
        cell = cell.strip()
        word = cell.lower()
        if word in _NOTHING:
            return None
        if word in _WORDS:
            return _WORDS[word]
    return _checked(_as_float(cell))


def without_currency(cell: Cell) -> Cell:
    """An amount of money without its currency before or behind it, and with its sign before it."""
    plain = with_sign_before(cell)
    if isinstance(plain, str) and len(plain) <= _LONGEST_AMOUNT and not _PLAIN.fullmatch(plain):
        found = _MONEY.fullmatch(plain)
        return with_sign_before("".join(found.groups())) if found else plain
    return plain


def with_sign_before(cell: Cell) -> Cell:
    """A number whose minus accountants write behind it, or as parentheses: 5.00-, (5.00)."""
    if not isinstance(cell, str) or _PLAIN.fullmatch(cell):
        return cell
    written = cell.strip().replace("\N{MINUS SIGN}", "-")
    if written.startswith("(") and written.endswith(")"):
        return f"-{written[1:-1].strip()}"
    return f"-{written[:-1].rstrip()}" if written.endswith("-") else written


def not_negative(cell: Cell) -> float | None:
    found = number(cell)
    if found is not None and found < 0:
        raise ValueError("must not be negative")
    return found


def _as_datetime(cell: Cell, first: First | None) -> datetime:
    if isinstance(cell, datetime):
        return cell
    if isinstance(cell, date):
        return datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001  # a wall clock has no zone
    written = "" if cell is None else str(cell).strip()
    found = (
        read_year_last(written, first)
        or read_year_first(written)
        or read_month(written)
        or read_named_month(written)
    )
    if found is not None:
        return found
    if _DAY_OF_EXCEL.fullmatch(written):
        raise ValueError(
            "a day as Excel counts them: give the column the format of a date, and save it again"
        )
    try:
        return datetime.fromisoformat(written)
    except ValueError as error:
        raise ValueError(_DATE_HELP if written else "must not be empty") from error


def _as_float(cell: Cell) -> float:
    if cell in _DASHES:
        raise ValueError("may be 0 or not known: write 0, or leave the cell empty")
    if isinstance(cell, bool | int | float | Decimal):
        return float(cell)
    try:
        if isinstance(cell, str) and "_" not in cell:
            # 1,250 may be a little more than one, or than a thousand; 1,250.75 may not.
            is_clear = _WITH_THOUSANDS.fullmatch(cell) is not None
            return float(_THOUSANDS.sub("", cell) if is_clear else cell)
    except ValueError:
        pass
    if isinstance(cell, str) and _MAY_PART_THOUSANDS.fullmatch(cell):
        digits = cell.replace(",", "")
        raise ValueError(
            f"may be {digits} or {cell.replace(',', '.')}: write the one that is meant"
        )
    raise ValueError("not a number: write digits with a point for decimals and nothing else")


def _checked(found: float) -> float:
    if not math.isfinite(found):
        raise ValueError("must be a finite number, or empty")
    if abs(found) > _LARGEST:
        raise ValueError("is too large: at most 1,000,000,000,000")
    return found
