"""What is deployed: by hand, back to the model before, and the history of it; pins; deleting."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy.orm import Session

from api.actor import actor_of_request
from api.errors import NotFoundError
from api.models import schemas
from api.models.details import deployment_entry, detail_of
from api.models.reclaiming import reclaim
from api.models.summaries import find_record
from api.products.references import find_product
from api.schemas import Page, PageQuery
from api.services import Services
from db.errors import NotNowError
from db.models import pins
from db.models.deployment import deploy_by_hand, roll_back
from db.models.deployment_history import changes_of_product
from db.models.removal import remove_by_hand
from db.tables import TrainedModel

Change = Callable[[Session, TrainedModel], TrainedModel | None]


def deploy(services: Services, tenant_id: UUID, model_id: str) -> schemas.ModelDetail:
    def change(session: Session, model: TrainedModel) -> TrainedModel | None:
        return deploy_by_hand(session, tenant_id, model.id, actor=actor_of_request())

    return _changed(services, tenant_id, model_id, change)


def pin(services: Services, tenant_id: UUID, model_id: str) -> schemas.ModelDetail:
    return _set_pinned(services, tenant_id, model_id, is_pinned=True)


def unpin(services: Services, tenant_id: UUID, model_id: str) -> schemas.ModelDetail:
    return _set_pinned(services, tenant_id, model_id, is_pinned=False)


def roll_back_model(services: Services, tenant_id: UUID, model_id: str) -> schemas.ModelDetail:
    """Answers with the model that is deployed now."""

    def change(session: Session, model: TrainedModel) -> TrainedModel:
        if model.product_id is None:
            raise NotNowError(f"{model.public_id} belongs to no product, so it is never deployed")
        return roll_back(
            session,
            tenant_id,
            model.product_id,
            expected=model.id,
            actor=actor_of_request(),
        )

    return _changed(services, tenant_id, model_id, change)


def roll_back_product(services: Services, tenant_id: UUID, product_id: str) -> schemas.ModelDetail:
    """Answers with the model that is deployed now."""
    with services.sessions.begin() as session:
        product = find_product(session, tenant_id, product_id)
        model = roll_back(session, tenant_id, product.id, actor=actor_of_request())
        return detail_of(session, find_record(session, tenant_id, model.public_id))


def deployments(
    services: Services, tenant_id: UUID, product_id: str, query: PageQuery
) -> Page[schemas.DeploymentEntry]:
    with services.sessions() as session:
        product = find_product(session, tenant_id, product_id)
        page = changes_of_product(
            session, tenant_id, product.id, limit=query.limit, cursor=query.cursor
        )
    items = [deployment_entry(change) for change in page.items]
    return Page[schemas.DeploymentEntry](items=items, next_cursor=page.next_cursor)


def delete(
    services: Services, tenant_id: UUID, model_id: str, query: schemas.DeleteQuery
) -> schemas.DeletedModel:
    with services.sessions.begin() as session:
        found = find_record(session, tenant_id, model_id).model
        removed = remove_by_hand(
            session,
            tenant_id,
            found.id,
            force=query.force,
            actor=actor_of_request(),
        )
    if removed is None:
        raise _gone(model_id)
    reclaimed = reclaim(services.chores, removed.freed)
    return schemas.DeletedModel(
        model_id=found.public_id,
        was_deployed=removed.was_deployed,
        previous_champion=None if removed.previous is None else removed.previous.public_id,
        bytes_reclaimed=reclaimed.bytes_now,
        bytes_later=reclaimed.bytes_later,
    )


def _set_pinned(
    services: Services, tenant_id: UUID, model_id: str, *, is_pinned: bool
) -> schemas.ModelDetail:
    def change(session: Session, model: TrainedModel) -> TrainedModel | None:
        return pins.set_pinned(
            session,
            tenant_id,
            model.id,
            is_pinned=is_pinned,
            actor=actor_of_request(),
        )

    return _changed(services, tenant_id, model_id, change)


def _changed(
    services: Services, tenant_id: UUID, model_id: str, change: Change
) -> schemas.ModelDetail:
    """The model that a change leaves, as it is afterwards."""
    with services.sessions.begin() as session:
        model = change(session, find_record(session, tenant_id, model_id).model)
        if model is None:
            raise _gone(model_id)
        session.flush()
        return detail_of(session, find_record(session, tenant_id, model.public_id))


def _gone(model_id: str) -> NotFoundError:
    return NotFoundError(f"The model {model_id!r} was deleted meanwhile")
