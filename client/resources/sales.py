"""Sales: bring them in, look at them."""

import json
from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import BinaryIO

from client.addresses import training_path
from client.errors import InvalidInputError
from client.records import ImportReport, ProductSales
from client.resources.resource import Resource

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SALES_TYPES = {
    ".csv": "text/csv",
    ".tsv": "text/csv",
    ".txt": "text/csv",
    ".parquet": "application/vnd.apache.parquet",
    ".xlsx": _XLSX,
    ".xlsm": _XLSX,
    ".xls": "application/vnd.ms-excel",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".gz": "text/csv",
    ".zip": "text/csv",
}
"""By the end of a file's name; the service knows by its content what is packed."""
_OTHER_WORKBOOKS = frozenset({".xlsb", ".numbers"})
_LONG_REQUEST_S = 600.0


class SalesRequests(Resource):
    def import_sales(
        self,
        source: str | PathLike[str] | BinaryIO,
        *,
        content_type: str | None = None,
        replace: bool = False,
        exclude_columns: Sequence[str] = (),
    ) -> ImportReport:
        """Sends a CSV or Parquet file or a workbook, also packed (gzip, or ZIP with one file); the
        same rows again change nothing. With `replace` it has the whole history of its products, and
        what else was known of them is deleted. `exclude_columns` are not read.
        """
        if isinstance(source, str | PathLike):
            path = Path(source)
            with path.open("rb") as file:
                kind = content_type or _sales_type(path)
                return self.import_sales(
                    file, content_type=kind, replace=replace, exclude_columns=exclude_columns
                )
        answer = self._connection.send_file(
            training_path("sales"),
            source,
            content_type or SALES_TYPES[".csv"],
            timeout_s=_LONG_REQUEST_S,
            query={
                "replace": True if replace else None,
                "exclude_columns": json.dumps(list(exclude_columns)) if exclude_columns else None,
            },
        )
        return ImportReport.decode(answer)

    def sales(self, product_id: str, *, limit: int | None = None) -> ProductSales:
        """The newest periods in which a product (id or SKU) was sold, in time order."""
        path = training_path("products", product_id, "sales")
        return ProductSales.decode(self._connection.get(path, {"limit": limit}))


def _sales_type(path: Path) -> str:
    try:
        return SALES_TYPES[path.suffix.lower()]
    except KeyError:
        detail = f"{path.name}: sales are read from files that end in {', '.join(SALES_TYPES)}"
        if path.suffix.lower() in _OTHER_WORKBOOKS:
            detail += ". Save the workbook as .xlsx first"
        raise InvalidInputError(415, {"detail": detail}) from None
