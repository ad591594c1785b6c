"""Numbers of a file in which a comma may mark decimals."""

import re

_PARTED = r"\d{1,3}([. \u00a0\u202f]\d{3})+"
_COMMA = re.compile(rf"[+-]?(\d+|{_PARTED}),\d+")
_CLEAR_COMMA = re.compile(rf"[+-]?((\d+|{_PARTED}),(\d{{1,2}}|\d{{4,}})|(0+|{_PARTED}),\d+)")
_GROUPS = re.compile(r"[. \u00a0\u202f]")
_AMBIGUOUS = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}")
_POINT = re.compile(r"[+-]?\d*\.\d+")


class DecimalComma:
    """Reads a comma as the mark of decimals: where it `is_usual` any, as in files that part their
    columns by semicolons, else those that cannot part thousands.

    Where a file has one, 1.250 may be a little more than one or more than a thousand: a file that
    has both is refused.
    """

    def __init__(self, *, is_usual: bool) -> None:
        self._is_usual = is_usual
        self._comma = _COMMA if is_usual else _CLEAR_COMMA
        self._with_comma: str | None = None
        self._with_points: str | None = None
        self._has_clear_points = False

    def as_point(self, cell: object) -> object:
        """The cell with a point for decimals."""
        if not isinstance(cell, str):
            return cell
        written = cell.strip()
        if "," not in written and "." not in written:
            return cell
        if self._comma.fullmatch(written):
            _refuse_beside(self._with_points)
            self._with_comma = written
            return _GROUPS.sub("", written).replace(",", ".")
        if _AMBIGUOUS.fullmatch(written):
            _refuse_beside(self._with_comma)
            self._with_points = written
        elif _POINT.fullmatch(written):
            self._has_clear_points = True
        return cell

    def doubt(self) -> str | None:
        """What to look at, where all points stand before three digits."""
        if self._with_points is None or self._has_clear_points or not self._is_usual:
            return None
        return (
            f"{self._with_points} was read as {float(self._with_points):g}: if its point parts"
            " thousands, write them without a sign and import the file again"
        )


def _refuse_beside(other: str | None) -> None:
    if other is not None:
        raise ValueError(
            f"beside {other} it cannot be told whether a point or a comma marks the decimals:"
            " write thousands without a sign"
        )
