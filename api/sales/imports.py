"""A sales file into the database: all of it, or nothing and a list of what is wrong in it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from api.errors import InvalidRequestError
from api.sales import cells
from api.sales.dates import First, what_comes_first
from api.sales.decimals import DecimalComma
from api.sales.files import RaggedRowError, RawBatch, SalesFile, open_sales
from api.sales.schemas import ImportReport
from db.engine import Sessions
from db.errors import QuotaExceededError
from db.shop.sales import ImportCounts, SalesBatch, import_sales

_REQUIRED = ("date", "product_id", "quantity")
_PARSERS: dict[str, Callable[[object], Any]] = {
    "date": cells.moment,
    "product_id": cells.reference,
    "quantity": cells.not_negative,
    "product_name": cells.text,
    "category": cells.text,
    "price": cells.not_negative,
    "revenue": cells.number,
    "promotion": cells.number,
}
_NUMBERS = frozenset({"quantity", "price", "revenue", "promotion"})
_MOST_ERRORS = 100
_SHOWN_CHARACTERS = 100
_MOST_KNOWN = 100_000


def import_file(
    sessions: Sessions,
    path: Path,
    media_type: str,
    tenant_id: UUID,
    *,
    max_products: int | None = None,
) -> ImportReport:
    """Add and update sales; raises `InvalidRequestError` with the rows that are wrong."""
    is_csv = media_type == "text/csv"
    with open_sales(path, is_csv=is_csv) as file:
        first = what_comes_first(_dates(file))
    with open_sales(path, is_csv=is_csv) as file:
        return _import(sessions, _Reading(file, first), tenant_id, max_products)


def _dates(file: SalesFile) -> Iterator[object]:
    """What is wrong in the file is told when it is imported."""
    with suppress(InvalidRequestError):
        for raw in file.batches:
            yield from raw.columns.get("date", ())


def _import(
    sessions: Sessions, reading: "_Reading", tenant_id: UUID, max_products: int | None
) -> ImportReport:
    with sessions.begin() as session:
        try:
            counts = import_sales(session, tenant_id, reading.batches(), max_products=max_products)
        except QuotaExceededError as error:
            raise InvalidRequestError(f"Nothing was imported: {error}") from error
        if counts.read == 0:
            raise InvalidRequestError("The file has no rows below the names of its columns")
    return _report(counts, reading.warnings())


class _Reading:
    """Turns cells into values, and collects the errors of the whole file."""

    def __init__(self, file: SalesFile, first: First | None) -> None:
        missing = [name for name in _REQUIRED if name not in file.names]
        if missing:
            optional = [name for name in _PARSERS if name not in _REQUIRED]
            raise InvalidRequestError(
                f"The file lacks the columns {', '.join(missing)}. It has {', '.join(file.names)}."
                f" Required are {', '.join(_REQUIRED)}; optional are {', '.join(optional)}, and"
                " further columns of numbers"
            )
        self._file = file
        self._moment = partial(cells.moment, first=first)
        self._decimals = DecimalComma()
        self._covariates = [name for name in file.names if name not in _PARSERS]
        self._left_out = list(file.left_out)
        self._known: dict[str, dict[object, Any]] = {name: {} for name in file.names}
        self._errors: list[dict[str, object]] = []
        self._errors_total = 0

    def batches(self) -> Iterator[SalesBatch]:
        """Values as long as nothing is wrong; raises at the end of the file if something was."""
        is_first = True
        for raw in self._checked_batches():
            if is_first:
                self._leave_out_texts(raw)
                is_first = False
            batch = self._batch(raw)
            if not self._errors:
                yield batch
        if self._errors:
            raise self._refusal()

    def _refusal(self) -> InvalidRequestError:
        first, total = self._errors[0], self._errors_total
        counted = "1 cell is" if total == 1 else f"{total:,} cells are"
        column = f", column {first['column']}" if first["column"] else ""
        return InvalidRequestError(
            f"{counted} not accepted, and nothing was imported."
            f" The first is row {first['row']}{column}: {first['message']}",
            errors=self._errors,
            errors_total=total,
        )

    def warnings(self) -> list[str]:
        told = []
        if self._left_out:
            named = ", ".join(self._left_out)
            told.append(f"These columns hold no numbers and were left out: {named}")
        if self._file.has_unnamed:
            told.append("Columns without a name were left out")
        if doubt := self._decimals.doubt():
            told.append(doubt)
        return told

    def _checked_batches(self) -> Iterator[RawBatch]:
        try:
            yield from self._file.batches
        except RaggedRowError as error:
            # The rest of the file cannot be trusted, but what was wrong before it is told as well.
            self._errors += error.more["errors"]
            self._errors_total += 1

    def _leave_out_texts(self, raw: RawBatch) -> None:
        """A further column is a covariate unless its first rows say otherwise."""
        for name in tuple(self._covariates):
            if not all(map(self._is_number, raw.columns[name])):
                self._covariates.remove(name)
                self._left_out.append(name)

    def _is_number(self, cell: object) -> bool:
        try:
            cells.number(DecimalComma().as_point(cell) if self._file.has_decimal_comma else cell)
        except ValueError:
            return False
        return True

    def _batch(self, raw: RawBatch) -> SalesBatch:
        values = {
            name: self._values(name, raw)
            for name in raw.columns
            if name in _PARSERS or name in self._covariates
        }
        return SalesBatch(
            product=values["product_id"],
            sold_at=values["date"],
            quantity=values["quantity"],
            product_name=values.get("product_name"),
            category=values.get("category"),
            price=values.get("price"),
            revenue=values.get("revenue"),
            promotion=values.get("promotion"),
            covariates=self._rows_of_covariates(values),
        )

    def _rows_of_covariates(
        self, values: dict[str, list[Any]]
    ) -> Sequence[dict[str, float | None]] | None:
        if not self._covariates:
            return None
        names = self._covariates
        columns = [values[name] for name in names]
        return [
            {name: value for name, value in zip(names, row, strict=True) if value is not None}
            for row in zip(*columns, strict=True)
        ]

    def _values(self, name: str, raw: RawBatch) -> list[Any]:
        known = self._known[name]
        parse = self._parser(name)
        values: list[Any] = []
        for row, cell in zip(raw.rows, raw.columns[name], strict=True):
            if cell not in known:
                try:
                    known[cell] = parse(cell)
                except ValueError as error:
                    self._note(row, name, cell, str(error))
                    values.append(None)
                    continue
            values.append(known[cell])
        if len(known) > _MOST_KNOWN:
            known.clear()
        return values

    def _parser(self, name: str) -> Callable[[object], Any]:
        if name == "date":
            return self._moment
        parse = _PARSERS.get(name, cells.number)
        is_number = name in _NUMBERS or name not in _PARSERS
        if is_number and self._file.has_decimal_comma:
            return lambda cell: parse(self._decimals.as_point(cell))
        return parse

    def _note(self, row: int, column: str, cell: object, message: str) -> None:
        self._errors_total += 1
        if len(self._errors) < _MOST_ERRORS:
            value = None if cell is None else str(cell)[:_SHOWN_CHARACTERS]
            self._errors.append({"row": row, "column": column, "value": value, "message": message})


def _report(counts: ImportCounts, warnings: list[str]) -> ImportReport:
    if counts.merged:
        rows = "1 row" if counts.merged == 1 else f"{counts.merged:,} rows"
        told = f"Rows of the same product and date were added up: {rows} more than dates"
        warnings = [*warnings, told]
    return ImportReport(
        rows_read=counts.read,
        rows_inserted=counts.inserted,
        rows_updated=counts.updated,
        rows_unchanged=counts.unchanged,
        products_created=counts.products_created,
        products=counts.products,
        product_ids=list(counts.product_ids),
        first_date=counts.first,
        last_date=counts.last,
        warnings=warnings,
    )
