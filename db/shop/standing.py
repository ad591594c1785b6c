"""How a product stands before it is trained."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, select
from sqlalchemy.orm import Session, aliased

from db.prepared import repeated
from db.shop.calendar import Days, days_from, entries_of
from db.tables import Product, Tenant, TrainedModel


@dataclass(frozen=True, slots=True)
class Standing:
    """A product, whose it is, what is closed there and what happens, and its models that a new one
    may take the place of.
    """

    product: Product
    tenant: Tenant
    calendar: Sequence[Days]
    champion: TrainedModel | None
    newest: TrainedModel | None


def standing_of(session: Session, tenant_id: UUID, product_id: UUID | None) -> Standing | None:
    """None when the tenant has no such product; one statement, as every training begins with it."""
    wanted = {"tenant_id": tenant_id, "product_id": product_id}
    row = session.execute(_statement(), wanted).one_or_none()
    if row is None:
        return None
    product, tenant, entries, champion, newest = row
    return Standing(product, tenant, days_from(entries), champion, newest)


@cache
def _statement() -> Select[Product, Tenant, Any, TrainedModel, TrainedModel]:
    """Made once: with two aliases of a large table that takes longer than to run it."""
    champion, newest = aliased(TrainedModel), aliased(TrainedModel)
    newest_id = (
        select(TrainedModel.id)
        .where(
            TrainedModel.tenant_id == Product.tenant_id,
            TrainedModel.product_id == Product.id,
        )
        .order_by(TrainedModel.created_at.desc(), TrainedModel.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    is_champion = and_(
        champion.tenant_id == Product.tenant_id,
        champion.product_id == Product.id,
        champion.is_deployed,
    )
    return repeated(
        select(Product, Tenant, entries_of(Product.tenant_id), champion, newest)
        .join(Tenant, Tenant.id == Product.tenant_id)
        .outerjoin(champion, is_champion)
        .outerjoin(newest, newest.id == newest_id)
        .where(Product.id == bindparam("product_id"), Product.tenant_id == bindparam("tenant_id"))
    )
