"""A sales file into the database: all of it, or nothing and a list of what is wrong in it."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from api.errors import InvalidRequestError
from api.sales.columns import fields_of
from api.sales.dates import First, what_comes_first
from api.sales.files import open_sales
from api.sales.packed import unpacked
from api.sales.reading import Reading
from api.sales.schemas import ImportQuery, ImportReport
from api.sales.tables import SalesFile, counted, quoted
from db.engine import Sessions
from db.errors import QuotaExceededError
from db.shop.sales import ImportCounts, import_sales


def import_file(
    sessions: Sessions,
    path: Path,
    media_type: str,
    tenant_id: UUID,
    query: ImportQuery,
    *,
    max_products: int | None = None,
    max_bytes: int = 10**9,
) -> ImportReport:
    """Add and update sales; raises `InvalidRequestError` with the rows that are wrong, or for a
    packed file of more than `max_bytes`.
    """
    # Names of columns are read in lower case.
    excluded = {name.strip().lower() for name in query.exclude_columns or ()}
    with unpacked(path, max_bytes) as whole:
        with open_sales(whole, media_type) as file:
            first = _first_of_dates(file.without(excluded))
        with open_sales(whole, media_type) as file:
            reading = Reading(file.without(excluded), first)
            return _import(
                sessions,
                reading,
                tenant_id,
                max_products,
                replaces=query.replace,
                excluded=excluded,
            )


def _first_of_dates(file: SalesFile) -> First | None:
    try:
        return what_comes_first(_dates(file), has_typed_cells=file.has_typed_cells)
    except ValueError as error:
        raise InvalidRequestError(f"The dates cannot be read: {error}") from error


def _dates(file: SalesFile) -> Iterator[object]:
    """What is wrong in the file is told when it is imported."""
    named = next((name for name, field in fields_of(file.names).items() if field == "date"), "")
    with suppress(InvalidRequestError):
        for raw in file.batches:
            yield from raw.columns.get(named, ())


def _import(
    sessions: Sessions,
    reading: Reading,
    tenant_id: UUID,
    max_products: int | None,
    *,
    replaces: bool,
    excluded: Collection[str],
) -> ImportReport:
    with sessions.begin() as session:
        try:
            counts = import_sales(
                session,
                tenant_id,
                reading.batches(),
                max_products=max_products,
                replaces=replaces,
                left_out=excluded,
            )
        except QuotaExceededError as error:
            raise InvalidRequestError(f"Nothing was imported: {error}") from error
        if counts.read == 0:
            raise InvalidRequestError("The file has no rows below the names of its columns")
        if counts.more_returned and not counts.merged:
            raise reading.refusal_of_returns(counts.more_returned)
    warnings = reading.warnings(counts.more_returned)
    if counts.merged:
        warnings.append(_of_added_rows(counts.merged, reading.columns_of_shops()))
    return _report(counts, reading.covariates, warnings)


def _of_added_rows(merged: int, shops: Sequence[str]) -> str:
    told = f"Rows of the same product and date were added up: {counted(merged)} more than dates"
    if not shops:
        return told
    return (
        f"{told}. The shops in {quoted(shops)} count as one: for a forecast of each, write the shop"
        " into product_id, too"
    )


def _report(counts: ImportCounts, covariates: Sequence[str], warnings: list[str]) -> ImportReport:
    return ImportReport(
        rows_read=counts.read,
        rows_inserted=counts.inserted,
        rows_updated=counts.updated,
        rows_unchanged=counts.unchanged,
        rows_deleted=counts.deleted,
        products_created=counts.products_created,
        products=counts.products,
        product_ids=list(counts.product_ids),
        first_date=counts.first,
        last_date=counts.last,
        covariates=list(covariates),
        warnings=warnings,
    )
