"""How wide a CSV file is, found before pandas, which takes minutes for some 100,000 columns."""

from pipeline.errors import InvalidDataError
from pipeline.table.size import check_shape
from pipeline.table.spec import TableLimits

HEAD_BYTES = 1 << 20
"""The header and the first row are in these, or are too wide for any table."""


def check_width(head: bytes, separator: str, limits: TableLimits) -> None:
    """Refuse a file by its first ``HEAD_BYTES``.

    Raises
    ------
    ResourceLimitError
        If it has more columns than ``limits`` accepts.
    InvalidDataError
        If its first row has more values than the header has names: pandas would take the first
        ones for an index, and move all others.
    """
    unquoted = b"".join(head.split(b'"')[::2])
    lines = filter(bytes.strip, unquoted.splitlines())
    names, values = (next(lines, b"").count(separator.encode()) + 1 for _ in range(2))
    check_shape(1, names, limits)
    if values > names:
        raise InvalidDataError(
            f"The first row has {values:,} values, and the header {names:,} names: each value needs"
            " its column"
        )
