"""How a product stands before it is trained."""

from dataclasses import dataclass
from functools import cache
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, select
from sqlalchemy.orm import Session, aliased

from db.prepared import repeated
from db.tables import Product, Tenant, TrainedModel


@dataclass(frozen=True, slots=True)
class Standing:
    """A product, whose it is, and its models that a new one may take the place of."""

    product: Product
    tenant: Tenant
    champion: TrainedModel | None
    newest: TrainedModel | None


def standing_of(session: Session, tenant_id: UUID, product_id: UUID | None) -> Standing | None:
    """None when the tenant has no such product; one statement, as every training begins with it."""
    wanted = {"tenant_id": tenant_id, "product_id": product_id}
    row = session.execute(_statement(), wanted).one_or_none()
    return None if row is None else Standing(*row)


@cache
def _statement() -> Select[Product, Tenant, TrainedModel, TrainedModel]:
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
        select(Product, Tenant, champion, newest)
        .join(Tenant, Tenant.id == Product.tenant_id)
        .outerjoin(champion, is_champion)
        .outerjoin(newest, newest.id == newest_id)
        .where(Product.id == bindparam("product_id"), Product.tenant_id == bindparam("tenant_id"))
    )
