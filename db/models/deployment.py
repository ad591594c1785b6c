"""Which model of a product is deployed: the only code that changes it.

Every change locks the product's row first, and leaves a line in `model_deployments` and one in the
audit trail, in the same transaction.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.bulk import insert_added, write_all
from db.errors import NotNowError
from db.locks import FRESH, lock_model, lock_product
from db.models.lineage import previous_champion
from db.operation import audit
from db.operation.audit import Actor
from db.operation_tables import Deployment
from db.tables import TrainedModel

DeploymentKind = Literal["auto", "manual", "rollback"]
Evidence = Mapping[str, Any]

_ACTIONS = {"auto": "deploy", "manual": "deploy", "rollback": "rollback"}


def champion_of(session: Session, tenant_id: UUID, product_id: UUID) -> TrainedModel | None:
    """The deployed model as it is now, not as the session remembers it."""
    statement = select(TrainedModel).where(
        TrainedModel.tenant_id == tenant_id,
        TrainedModel.product_id == product_id,
        TrainedModel.is_deployed,
    )
    return session.scalars(statement, execution_options=FRESH).one_or_none()


def deploy(
    session: Session,
    model: TrainedModel,
    *,
    kind: DeploymentKind,
    reason: str,
    actor: Actor = audit.SERVICE,
) -> bool:
    """Make a model the champion of its product; False if it is already.

    Raises `NotNowError` for a model that belongs to no product.
    """
    product_id = _product_of(model)
    lock_product(session, product_id)
    champion = champion_of(session, model.tenant_id, product_id)
    if champion is not None and champion.id == model.id:
        return False
    now = session.scalars(select(func.clock_timestamp())).one()
    if champion is not None:  # at most one is deployed at any time, within a transaction too
        champion.is_deployed = False
        session.flush()
    model.is_deployed, model.deployed_at = True, now
    session.flush()
    _record(session, model, champion, kind, reason, None, actor)
    return True


def deploy_new(
    session: Session,
    model: TrainedModel,
    champion: TrainedModel | None,
    now: datetime,
    *,
    reason: str,
    evidence: Evidence | None = None,
) -> None:
    """Store a model that was just trained as the champion. The caller has locked the product and
    looked who is the champion until now.
    """
    if champion is not None:
        champion.is_deployed = False
        write_all(session)
    model.is_deployed, model.deployed_at = True, now
    store_new(session, model)
    _record(session, model, champion, "auto", reason, evidence, audit.SERVICE)


def refuse_new(
    session: Session,
    model: TrainedModel,
    champion: TrainedModel,
    *,
    reason: str,
    evidence: Evidence | None = None,
) -> None:
    """Store a model that was just trained, and why it did not become the champion by itself."""
    store_new(session, model)
    _add(session, model, "refused", reason, evidence, audit.SERVICE, champion.id)
    details = {"reason": reason, "champion": champion.public_id}
    _audit(session, model, "refuse", audit.SERVICE, details)


def store_new(session: Session, model: TrainedModel) -> None:
    """Store a model that was just trained, before anything that refers to it."""
    session.add(model)
    insert_added(session)


def deploy_by_hand(
    session: Session, tenant_id: UUID, model_id: UUID, *, actor: Actor
) -> TrainedModel | None:
    """The model, now deployed because a person wants it; None if the tenant has no such model."""
    model = lock_model(session, tenant_id, model_id)
    if model is not None:
        reason = "Deployed by hand."
        deploy(session, model, kind="manual", reason=reason, actor=actor)
    return model


def roll_back(
    session: Session,
    tenant_id: UUID,
    product_id: UUID,
    *,
    actor: Actor,
    expected: UUID | None = None,
) -> TrainedModel:
    """The previous champion of a product, deployed again.

    Only if `expected` is still the champion, where it is given: so that a request that is sent
    twice does not go back twice. Raises `NotNowError`.
    """
    lock_product(session, product_id)
    champion = champion_of(session, tenant_id, product_id)
    if expected is not None and (champion is None or champion.id != expected):
        deployed = "no model is" if champion is None else f"{champion.public_id} is"
        raise NotNowError(f"This model is not deployed ({deployed}), so it cannot be rolled back")
    target = previous_champion(session, tenant_id, product_id)
    if target is None:
        raise NotNowError(
            "No other model of this product was deployed before, so there is nothing to go back to;"
            " deploy one of its models by hand"
        )
    left = "" if champion is None else f" from version {champion.model_version}"
    deploy(
        session,
        target,
        kind="rollback",
        reason=f"Rolled back{left} to version {target.model_version}.",
        actor=actor,
    )
    return target


def withdraw(
    session: Session, model: TrainedModel, *, reason: str, actor: Actor = audit.SERVICE
) -> None:
    """Take the champion out; its product has none until another one is deployed."""
    model.is_deployed = False
    session.flush()
    evidence = {"model_id": model.public_id, "model_version": model.model_version}
    _add(session, model, "withdrawn", reason, evidence, actor, model.id)


def _record(
    session: Session,
    model: TrainedModel,
    replaced: TrainedModel | None,
    kind: DeploymentKind,
    reason: str,
    evidence: Evidence | None,
    actor: Actor,
) -> None:
    previous_id = None if replaced is None else replaced.id
    _add(session, model, kind, reason, evidence, actor, previous_id)
    details = {"kind": kind, "reason": reason}
    if replaced is not None:
        details["replaced"] = replaced.public_id
    _audit(session, model, _ACTIONS[kind], actor, details)


def _product_of(model: TrainedModel) -> UUID:
    if model.product_id is None:
        raise NotNowError(
            f"{model.public_id} was trained on an uploaded table and belongs to no product, so"
            " there is nothing to deploy it for; ask it for predictions by its id"
        )
    return model.product_id


def _add(
    session: Session,
    model: TrainedModel,
    kind: str,
    reason: str,
    evidence: Evidence | None,
    actor: Actor,
    previous_id: UUID | None,
) -> None:
    session.add(
        Deployment(
            tenant_id=model.tenant_id,
            product_id=_product_of(model),
            model_id=model.id,
            previous_model_id=previous_id,
            kind=kind,
            reason=reason,
            evidence=dict(evidence or {}),
            actor=actor.name,
        )
    )


def _audit(
    session: Session,
    model: TrainedModel,
    action: str,
    actor: Actor,
    details: Mapping[str, Any],
) -> None:
    about = {"model_version": model.model_version, "product_id": str(model.product_id)}
    audit.record(
        session,
        model.tenant_id,
        action,
        "model",
        model.public_id,
        actor=actor,
        details=about | dict(details),
    )
