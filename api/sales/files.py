"""Sales files as batches of named columns, read piece by piece.

Nothing is interpreted beyond the format itself, but for which line of a CSV file or a workbook
names its columns.
"""

from contextlib import AbstractContextManager
from pathlib import Path

from api.errors import InvalidRequestError
from api.sales.csv_files import open_csv
from api.sales.media_types import PARQUET
from api.sales.parquet_files import open_parquet
from api.sales.tables import SalesFile
from api.sales.workbooks import open_workbook

_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_PARQUET = b"PAR1"
_MARKUP = (b"<", b"\xef\xbb\xbf<")
_LONGEST_SIGN = 4


def open_sales(path: Path, media_type: str) -> AbstractContextManager[SalesFile]:
    """A file to be read once, from its beginning; a workbook is known by its content."""
    if media_type == PARQUET:
        return open_parquet(path)
    with path.open("rb") as file:
        begin = file.read(_LONGEST_SIGN)
    if begin == _PARQUET:
        raise InvalidRequestError(
            "The file is a Parquet file and not CSV: let its name end in .parquet"
        )
    if begin.startswith(_MARKUP):
        raise InvalidRequestError(
            "The file is a web page or XML, whatever its name says:"
            " open it in Excel, and save it as .xlsx"
        )
    return open_workbook(path) if begin in _WORKBOOKS else open_csv(path)
