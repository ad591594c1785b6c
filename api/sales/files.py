"""Sales files as batches of named columns, read piece by piece.

Nothing is interpreted beyond the format itself, but for which line of a CSV file or a workbook
names its columns.
"""

import re
from contextlib import AbstractContextManager
from pathlib import Path

from api.errors import InvalidRequestError
from api.sales.csv_files import open_csv
from api.sales.media_types import PARQUET
from api.sales.tables import SalesFile
from api.sales.workbooks import open_workbook

_PARQUET = b"PAR1"
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_OTHERS = {
    rb"(\xef\xbb\xbf)?<": "The file is a web page or XML, whatever its name says:"
    " open it in Excel, and save it as .xlsx",
    rb"(\xef\xbb\xbf)?\s*(\[\s*\{|\{\s*\")": "The file is JSON:"
    " sales are read from CSV, workbooks and Parquet",
    rb"%PDF": "The file is a PDF, which has no columns: have the till export CSV or Excel",
    rb"\x1f\x8b|7z\xbc\xaf|Rar!|BZh": "The file is packed in a way that is not read, or twice:"
    " unpack it, and send the file that is in it",
}
"""What is told of a text file that begins so."""
_LONGEST_BEGIN = 64


def open_sales(path: Path, media_type: str) -> AbstractContextManager[SalesFile]:
    """A file to be read once, from its beginning; its content tells a workbook and Parquet."""
    with path.open("rb") as file:
        begin = file.read(_LONGEST_BEGIN)
    if media_type == PARQUET or begin.startswith(_PARQUET):
        from api.sales.parquet_files import open_parquet  # noqa: PLC0415 -- pyarrow is slow to import

        return open_parquet(path)
    for sign, told in _OTHERS.items():
        if re.match(sign, begin):
            raise InvalidRequestError(told)
    return open_workbook(path) if begin.startswith(_WORKBOOKS) else open_csv(path)
