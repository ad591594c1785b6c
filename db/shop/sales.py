"""Sales in, in bulk, by an import that can be repeated; and the newest ones of a product.

An import merges: a value in the file replaces the stored one, an empty cell leaves it as it is, and
so do other rows, unless it replaces all that is known of the products that it names.
Several rows for the same product and moment (one per till, say) are summed; negative quantities are
returns, and where more came back than was sold, nothing was. The import uses COPY, which psycopg2
does not offer in a process whose connections wait through gevent.
"""

import csv
import io
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, cast
from uuid import UUID

import psycopg2.extensions
from sqlalchemy import CursorResult, TextClause, func, select, text
from sqlalchemy.orm import Session

from db import advisory_locks
from db.shop import sales_statements as statements
from db.shop.product_changes import require_room
from db.tables import Sale
from db.text import to_json


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesBatch:
    """Rows as columns of equal length. `product` is a UUID or an SKU; None is an empty cell."""

    product: Sequence[str]
    sold_at: Sequence[datetime]
    quantity: Sequence[float | None]
    product_name: Sequence[str | None] | None = None
    category: Sequence[str | None] | None = None
    price: Sequence[float | None] | None = None
    revenue: Sequence[float | None] | None = None
    promotion: Sequence[float | None] | None = None
    covariates: Sequence[Mapping[str, float | None] | None] | None = None


class Returned(NamedTuple):
    """What a product sold at a moment on balance, below 0; `product` is as the file names it."""

    product: str
    sold_at: datetime
    quantity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportCounts:
    """`merged` rows were summed into another row of the same product and moment, of which those of
    `more_returned` are stored as 0.
    """

    read: int
    merged: int
    inserted: int
    updated: int
    unchanged: int
    deleted: int
    products: int
    products_created: int
    first: datetime | None
    last: datetime | None
    product_ids: Sequence[UUID]
    more_returned: Sequence[Returned]


class RecordedSale(NamedTuple):
    """What a product sold in one period; `ds` is the shop's wall clock."""

    ds: datetime
    quantity: float
    price: float | None
    promotion: float | None


def import_sales(
    session: Session,
    tenant_id: UUID,
    batches: Iterable[SalesBatch],
    *,
    max_products: int | None = None,
    replaces: bool = False,
    left_out: Collection[str] = (),
) -> ImportCounts:
    """Add and update sales, and make products for references that are new to the tenant. With
    `replaces` they are all that is known of their products from then on. Covariates of names that
    are `left_out` are deleted where they are stored of these rows.

    All in the caller's transaction: when a batch raises, nothing stays. Imports of one tenant wait
    for each other. New products beyond `max_products` of the tenant raise `QuotaExceededError`.
    """
    session.execute(text("SET LOCAL work_mem = '64MB'"))
    read = _copy(session, batches)
    session.execute(
        select(func.pg_advisory_xact_lock(advisory_locks.IMPORT, func.hashtext(str(tenant_id))))
    )
    products_created = _match_products(session, tenant_id)
    if products_created and max_products is not None:
        require_room(session, tenant_id, max_products)
    more_returned = session.execute(statements.MORE_RETURNED).all()
    how = {"tenant_id": tenant_id, "replaces": replaces, "left_out": list(left_out)}
    counts = session.execute(statements.UPSERT, how).one()
    deleted = session.execute(statements.FORGET_OTHERS).scalar_one() if replaces else 0
    session.execute(statements.OBSERVE_PRODUCTS)
    return ImportCounts(
        read=read,
        merged=read - counts.distinct_rows,
        inserted=counts.inserted,
        updated=counts.updated,
        unchanged=counts.distinct_rows - counts.inserted - counts.updated,
        deleted=deleted,
        products=counts.products,
        products_created=products_created,
        first=counts.first,
        last=counts.last,
        product_ids=session.scalars(statements.PRODUCT_IDS).all(),
        more_returned=[Returned(*row) for row in more_returned],
    )


def recent_sales(
    session: Session, tenant_id: UUID, product_id: UUID, *, limit: int
) -> list[RecordedSale]:
    """The newest periods of a product whose quantity is known, in time order."""
    newest = (
        select(Sale.sold_at, Sale.quantity, Sale.price, Sale.promotion)
        .where(
            Sale.product_id == product_id,
            Sale.tenant_id == tenant_id,
            Sale.quantity.is_not(None),
        )
        .order_by(Sale.sold_at.desc())
        .limit(limit)
    )
    rows: list[Any] = list(session.execute(newest))
    return [RecordedSale(*row) for row in reversed(rows)]


def _match_products(session: Session, tenant_id: UUID) -> int:
    """Give every reference its product; how many products were made."""

    def run(statement: TextClause) -> int:
        result = session.execute(statement, {"tenant_id": tenant_id})
        return cast("CursorResult[Any]", result).rowcount

    session.execute(statements.REFERENCES)
    run(statements.MATCH_IDS)
    run(statements.MATCH_SKUS)
    created = run(statements.CREATE_PRODUCTS)
    run(statements.MATCH_SKUS)
    session.execute(statements.DESCRIBE_PRODUCTS)
    session.execute(text("ANALYZE incoming_sales"))
    session.execute(text("ANALYZE incoming_products"))
    return created


def _copy(session: Session, batches: Iterable[SalesBatch]) -> int:
    driver = session.connection().connection.driver_connection
    connection = cast("psycopg2.extensions.connection", driver)
    read = 0
    with connection.cursor() as cursor:
        cursor.execute(statements.TABLE)
        for batch in batches:
            cursor.copy_expert(statements.COPY, _csv(batch))
            read += len(batch.product)
    return read


def _csv(batch: SalesBatch) -> io.BytesIO:
    rows = len(batch.product)
    nothing = [None] * rows
    covariates = [to_json(values) if values else None for values in batch.covariates or nothing]
    buffer = io.StringIO()
    csv.writer(buffer).writerows(
        zip(
            batch.product,
            batch.sold_at,
            batch.quantity,
            batch.product_name or nothing,
            batch.category or nothing,
            batch.price or nothing,
            batch.revenue or nothing,
            batch.promotion or nothing,
            covariates,
            strict=True,
        )
    )
    return io.BytesIO(buffer.getvalue().replace("\x00", "\ufffd").encode(errors="replace"))
