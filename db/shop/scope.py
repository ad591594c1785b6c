"""The products that a training takes in, and how their sales stand."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables import Product, Sale


@dataclass(frozen=True, slots=True)
class InScope:
    """A product. `sales_changed_at` changes with every import that changes its sales; sales with
    no such time are older than it, or came another way, so nobody knows what changed.
    """

    id: UUID
    category: str | None
    sales_changed_at: datetime | None
    has_sales: bool

    @property
    def tells_changes(self) -> bool:
        return self.sales_changed_at is not None or not self.has_sales


def in_scope(session: Session, tenant_id: UUID, ids: Collection[UUID]) -> Sequence[InScope]:
    """Those of the products that still exist, in an order that does not change."""
    has_sales = select(Sale.product_id).where(Sale.product_id == Product.id).exists()
    statement = (
        select(Product.id, Product.category, Product.sales_changed_at, has_sales)
        .where(Product.tenant_id == tenant_id, Product.id.in_(ids))
        .order_by(Product.id)
    )
    return [InScope(*row) for row in session.execute(statement)]
