"""The line of champions of a product, read from its deployments."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from sqlalchemy import ARRAY, CollectionAggregate, Uuid, any_, literal, select
from sqlalchemy.orm import Session

from db.operation_tables import Deployment
from db.tables import TrainedModel

Line = list[UUID | None]
"""Who was deployed after whom; None stands for a model that was deleted since."""


def previous_champion(session: Session, tenant_id: UUID, product_id: UUID) -> TrainedModel | None:
    """The model that was deployed before the one that is; after a rollback, the one before that."""
    found = previous_champions(session, tenant_id, [product_id]).get(product_id)
    return None if found is None else session.get(TrainedModel, found)


def previous_champions(
    session: Session, tenant_id: UUID, product_ids: Collection[UUID]
) -> Mapping[UUID, UUID]:
    """The ids of the previous champions by product, of those products that have one."""
    changes = session.execute(
        select(Deployment.product_id, Deployment.kind, Deployment.model_id)
        .where(
            Deployment.tenant_id == tenant_id,
            Deployment.product_id == _any_of(product_ids),
            Deployment.kind != "refused",
        )
        .order_by(Deployment.id)
    )
    lines: dict[UUID, list[tuple[str, UUID | None]]] = defaultdict(list)
    for product_id, kind, model_id in changes:
        lines[product_id].append((kind, model_id))
    champions = _champions(session, tenant_id, product_ids)
    previous = {
        product_id: _previous(line_of(of_product), champions.get(product_id))
        for product_id, of_product in lines.items()
    }
    return {product_id: found for product_id, found in previous.items() if found is not None}


def line_of(changes: Iterable[tuple[str, UUID | None]]) -> Line:
    """The champions from the first on. A rollback leaves the line as it was before what it undid,
    so that the next one goes back farther and never to what was bad.
    """
    line: Line = []
    for kind, model_id in changes:
        if kind == "withdrawn":
            del line[-1:]
        elif kind == "rollback":
            _go_back(line, model_id)
        else:
            line.append(model_id)
    return line


def _go_back(line: Line, model_id: UUID | None) -> None:
    if line and line[-1] == model_id:
        return  # what stood above it was withdrawn
    earlier = line[:-1]
    while earlier and earlier[-1] != model_id:
        earlier.pop()
    line[:] = earlier or [model_id]


def _previous(line: Line, champion: UUID | None) -> UUID | None:
    others = (model_id for model_id in reversed(line) if model_id not in {None, champion})
    return next(others, None)


def _champions(
    session: Session, tenant_id: UUID, product_ids: Collection[UUID]
) -> Mapping[UUID, UUID]:
    rows = session.execute(
        select(TrainedModel.product_id, TrainedModel.id).where(
            TrainedModel.tenant_id == tenant_id,
            TrainedModel.product_id == _any_of(product_ids),
            TrainedModel.is_deployed,
        )
    )
    return {product_id: model_id for product_id, model_id in rows if product_id is not None}


def _any_of(ids: Collection[UUID]) -> CollectionAggregate[bool]:
    """As one array: thousands of single values take longer to write out than the query to run."""
    return any_(literal(list(ids), ARRAY(Uuid())))
