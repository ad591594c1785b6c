"""Changes of the catalogue: products come, change, and seldom go."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from db.errors import AlreadyExistsError, NotNowError
from db.locks import lock_product_whole
from db.operation import telemetry_totals
from db.operation.audit import Actor, record
from db.operation.quotas import require_few_products
from db.tables import OPEN_STATUSES, Product, Sale, TrainedModel, TrainingTask

PRODUCT = "product"


def require_room(session: Session, tenant_id: UUID, max_products: int) -> None:
    """Refuse what was added in this transaction if the tenant now has more than it may."""
    count = session.scalar(select(func.count()).where(Product.tenant_id == tenant_id))
    require_few_products(session, tenant_id, count or 0, max_products)


def create(
    session: Session, tenant_id: UUID, values: Mapping[str, Any], *, actor: Actor
) -> Product:
    """A new product; raises `AlreadyExistsError` if its SKU is taken."""
    made: Product | None = session.scalar(
        insert(Product)
        .values(tenant_id=tenant_id, **values)
        .on_conflict_do_nothing(index_elements=[Product.tenant_id, Product.sku])
        .returning(Product)
    )
    if made is None:
        raise AlreadyExistsError(f"There is a product with the SKU {values['sku']!r} already")
    _record(session, made, "create", actor, values)
    return made


def change(session: Session, product: Product, values: Mapping[str, Any], *, actor: Actor) -> None:
    """Set columns of a product; nothing is written if they have these values."""
    changed = {name: value for name, value in values.items() if getattr(product, name) != value}
    if not changed:
        return
    session.execute(
        update(Product)
        .where(Product.id == product.id, Product.tenant_id == product.tenant_id)
        .values(**changed, updated_at=func.clock_timestamp())
    )
    session.refresh(product)
    _record(session, product, "change", actor, changed)


def remove(session: Session, product: Product, *, force: bool, actor: Actor) -> None:
    """Delete a product, with `force` its sales and models, too.

    Raises `NotNowError` while it is trained, or where there is something to lose.
    """
    # Before looking for trainings: one that is being started would lose its task with the product.
    lock_product_whole(session, product.id)
    of_product = TrainingTask.product_id == product.id
    if session.scalar(select(exists().where(of_product, TrainingTask.status.in_(OPEN_STATUSES)))):
        raise NotNowError(
            f"The product {product.sku!r} is waiting or running in a job; stop the job first"
        )
    if not force and _has_past(session, product):
        raise NotNowError(
            f"The product {product.sku!r} has sales or models, which would be deleted with it."
            " Set is_active to false to leave it out of trainings, or delete it with force=true"
        )
    counted = telemetry_totals.amounts_of_models(session, TrainedModel.product_id == product.id)
    _record(session, product, "delete", actor, {"sku": product.sku, "force": force})
    session.execute(
        delete(Product).where(Product.id == product.id, Product.tenant_id == product.tenant_id)
    )
    telemetry_totals.keep(session, product.tenant_id, counted)


def add_named(
    session: Session, tenant_id: UUID, named: Sequence[tuple[str, str | None, str | None]]
) -> int:
    """Add those products (SKU, name, category) that are new to the tenant; how many."""
    rows = {
        sku: {"tenant_id": tenant_id, "sku": sku, "name": name or sku, "category": category}
        for sku, name, category in named
    }
    if not rows:
        return 0
    statement = insert(Product).on_conflict_do_nothing().returning(Product.id)
    return len(session.scalars(statement, list(rows.values())).all())


def _has_past(session: Session, product: Product) -> bool:
    sales = exists().where(Sale.product_id == product.id)
    models = exists().where(TrainedModel.product_id == product.id)
    return bool(session.scalar(select(sales | models)))


def _record(
    session: Session, product: Product, action: str, actor: Actor, details: Mapping[str, Any]
) -> None:
    record(
        session,
        product.tenant_id,
        action,
        PRODUCT,
        product.id,
        actor=actor,
        details=details,
    )
