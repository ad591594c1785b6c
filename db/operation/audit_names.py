"""What lines of the audit trail are about, by name: one query for each kind of thing."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from db.jobs.starting import as_uuid
from db.operation_tables import Alert, AuditEntry, CalendarEntry, Schedule, Webhook
from db.tables import Product, TrainedModel, TrainingJob

_MODEL, _PRODUCT = "model", "product"
_NAMED: Mapping[str, tuple[Any, Any]] = {
    _PRODUCT: (Product, Product.name),
    "job": (TrainingJob, TrainingJob.job_name),
    "schedule": (Schedule, Schedule.name),
    "calendar entry": (CalendarEntry, CalendarEntry.name),
    "webhook": (Webhook, Webhook.url),
    "alert": (Alert, Alert.message),
}


def names_of(
    session: Session, tenant_id: UUID, entries: Sequence[AuditEntry]
) -> Mapping[int, str | None]:
    """By the id of the line, the name of what it is about: that of today, or of what is gone the
    last one that was written down.
    """
    ids: defaultdict[str, set[str]] = defaultdict(set)
    for entry in entries:
        ids[entry.subject_type].add(entry.subject_id)
        if entry.subject_type == _MODEL and (product_id := entry.details.get("product_id")):
            ids[_PRODUCT].add(product_id)
    names = {
        (kind, subject): name
        for kind, subjects in ids.items()
        for subject, name in _names(session, tenant_id, kind, subjects)
    }
    return {entry.id: _name_of(entry, names) for entry in entries}


def _names(
    session: Session, tenant_id: UUID, kind: str, subjects: Collection[str]
) -> Sequence[tuple[str, str | None]]:
    if kind == _MODEL:
        found = session.execute(_names_of_models(tenant_id, subjects))
    elif kind in _NAMED:
        found = session.execute(_names_of_rows(tenant_id, kind, subjects))
    else:
        return ()
    return [(str(subject), name) for subject, name in found]


def _names_of_models(tenant_id: UUID, public_ids: Collection[str]) -> Select[str, str | None]:
    return (
        select(TrainedModel.public_id, func.coalesce(Product.name, TrainedModel.name))
        .outerjoin(Product, Product.id == TrainedModel.product_id)
        .where(TrainedModel.tenant_id == tenant_id, TrainedModel.public_id.in_(public_ids))
    )


def _names_of_rows(
    tenant_id: UUID, kind: str, subjects: Collection[str]
) -> Select[UUID, str | None]:
    table, name = _NAMED[kind]
    ids = [subject_id for subject in subjects if (subject_id := as_uuid(subject))]
    return select(table.id, name).where(table.tenant_id == tenant_id, table.id.in_(ids))


def _name_of(entry: AuditEntry, names: Mapping[tuple[str, str], str | None]) -> str | None:
    told = entry.details
    product = (_PRODUCT, told.get("product_id") or "")
    return (
        names.get((entry.subject_type, entry.subject_id))
        or told.get("name")
        or told.get("job_name")
        or (names.get(product) if entry.subject_type == _MODEL else None)
    )
