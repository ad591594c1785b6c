"""The products of a tenant."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, exists, func, or_, select
from sqlalchemy.orm import Session

from db.errors import UnknownCategoriesError
from db.pages import DEFAULT_LIMIT, Order, Page, moment
from db.tables import Product, Sale, TrainedModel

_BY_CREATION: Order[Row[*tuple[Any, ...]]] = Order(
    "created_at",
    (Product.created_at, Product.id),
    lambda row: (row[0].created_at, row[0].id),
    (moment, UUID),
)


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """A product, the span of its sales and the public id of its deployed model."""

    product: Product
    first_sale: datetime | None
    last_sale: datetime | None
    deployed_model_id: str | None


@dataclass(frozen=True, slots=True)
class Resolved:
    """What references (UUIDs or SKUs) stand for, each product once, and those that stand for
    nothing.
    """

    products: Sequence[Product]
    unknown: Sequence[str]


def active_products(
    session: Session, tenant_id: UUID, categories: Collection[str] | None = None
) -> Sequence[Product]:
    """Every active product, or those of some categories, by SKU."""
    statement = select(Product).where(Product.tenant_id == tenant_id, Product.is_active)
    if categories is not None:
        statement = statement.where(Product.category.in_(categories))
    return session.scalars(statement.order_by(Product.sku)).all()


def require_categories(session: Session, tenant_id: UUID, categories: Sequence[str]) -> None:
    """Raise `UnknownCategoriesError` for those that no product has, sold or not."""
    if not categories:
        return
    of_tenant = select(Product.category).where(Product.tenant_id == tenant_id)
    known = set(session.scalars(of_tenant.where(Product.category.in_(categories)).distinct()))
    unknown = [category for category in categories if category not in known]
    if unknown:
        raise UnknownCategoriesError(unknown)


def resolve(session: Session, tenant_id: UUID, references: Sequence[str]) -> Resolved:
    """The products that are meant, in the order of the references. An id wins over a SKU."""
    ids = [found for found in map(_as_uuid, references) if found is not None]
    statement = select(Product).where(
        Product.tenant_id == tenant_id,
        or_(Product.id.in_(ids), Product.sku.in_(references)),
    )
    products = session.scalars(statement).all()
    by_sku = {product.sku: product for product in products}
    by_id = {product.id: product for product in products}
    found: dict[UUID, Product] = {}
    unknown: list[str] = []
    for reference in references:
        uuid = _as_uuid(reference)
        product = (by_id.get(uuid) if uuid else None) or by_sku.get(reference)
        if product is None:
            unknown.append(reference)
        else:
            found.setdefault(product.id, product)
    return Resolved(list(found.values()), unknown)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductFilter:
    """Which products are listed; what is None does not matter. `search` is part of SKU or name."""

    product_id: UUID | None = None
    is_active: bool | None = None
    category: str | None = None
    search: str | None = None
    has_model: bool | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if self.product_id is not None:
            found.append(Product.id == self.product_id)
        if self.is_active is not None:
            found.append(Product.is_active.is_(self.is_active))
        if self.category is not None:
            found.append(Product.category == self.category)
        if self.search is not None:
            is_in = (
                text.icontains(self.search, autoescape=True) for text in (Product.sku, Product.name)
            )
            found.append(or_(*is_in))
        if self.has_model is not None:
            has_one = exists().where(
                TrainedModel.tenant_id == Product.tenant_id,
                TrainedModel.product_id == Product.id,
            )
            found.append(has_one if self.has_model else ~has_one)
        return found


EVERYTHING = ProductFilter()


def list_products(
    session: Session,
    tenant_id: UUID,
    *,
    only: ProductFilter = EVERYTHING,
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[CatalogueEntry]:
    """The tenant's products, newest first."""
    statement = _entries(tenant_id).where(*only.conditions())
    rows = session.execute(_BY_CREATION.apply(statement, "desc", cursor).limit(limit + 1))
    found = _BY_CREATION.page(rows.all(), "desc", limit)
    return Page([CatalogueEntry(*row) for row in found.items], found.next_cursor)


def entry_of(session: Session, product: Product) -> CatalogueEntry:
    """What the list says of one product."""
    row = session.execute(_entries(product.tenant_id).where(Product.id == product.id)).one()
    return CatalogueEntry(*row)


def _entries(tenant_id: UUID) -> Select[Any]:
    first, last = (
        select(aggregate(Sale.sold_at))
        .where(Sale.product_id == Product.id, Sale.quantity.is_not(None))
        .scalar_subquery()
        for aggregate in (func.min, func.max)
    )
    deployed = (
        select(TrainedModel.public_id)
        .where(
            TrainedModel.tenant_id == Product.tenant_id,
            TrainedModel.product_id == Product.id,
            TrainedModel.is_deployed,
        )
        .scalar_subquery()
    )
    return select(Product, first, last, deployed).where(Product.tenant_id == tenant_id)


def _as_uuid(reference: str) -> UUID | None:
    try:
        return UUID(reference)
    except ValueError:
        return None
