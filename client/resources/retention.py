"""Old models: which would go, and their going."""

from dataclasses import dataclass, field
from datetime import datetime

from client.addresses import training_path
from client.decoding import Record
from client.resources.resource import Resource


@dataclass(frozen=True, kw_only=True)
class ExpiredModel(Record):
    """A model that is not to be kept, and why."""

    model_id: str
    product_id: str | None = None
    name: str | None = None
    model_version: str | None = None
    created_at: datetime | None = None
    size_bytes: int = 0
    why: str = ""
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Storage(Record):
    """Bytes that the models have together, and that are stored: equal files are stored once."""

    logical_bytes: int = 0
    stored_bytes: int = 0
    saved_bytes: int = 0


@dataclass(frozen=True, kw_only=True)
class ModelsByReason(Record):
    """How many models would go for each reason."""

    age: int = 0
    version_limit: int = 0


@dataclass(frozen=True, kw_only=True)
class RetentionPlan(Record):
    """What retention would delete now. `models` are the first of them; `models_total`,
    `models_by_reason` and `bytes` are over all.
    """

    retention_days: int = 0
    max_versions: int = 0
    models: tuple[ExpiredModel, ...] = ()
    models_total: int = 0
    models_by_reason: ModelsByReason = field(default_factory=ModelsByReason)
    bytes: int = 0
    storage: Storage = field(default_factory=Storage)


@dataclass(frozen=True, kw_only=True)
class RetentionRun(Record):
    """What retention deleted; `models_left` more go in the background, within minutes, and
    `bytes_later` leave the store within a day.
    """

    retention_days: int = 0
    max_versions: int = 0
    models: tuple[ExpiredModel, ...] = ()
    models_left: int = 0
    bytes_reclaimed: int = 0
    bytes_later: int = 0
    storage: Storage = field(default_factory=Storage)


class Retention(Resource):
    """`studio.retention`: needs the scope admin."""

    def plan(self, *, limit: int = 50) -> RetentionPlan:
        """Deletes nothing; lists at most `limit` models, of up to 200."""
        query = {"limit": limit}
        return RetentionPlan.decode(self._connection.get(training_path("retention"), query))

    def run(self) -> RetentionRun:
        """Deletes up to a hundred of them, and has the others deleted in the background."""
        return RetentionRun.decode(self._connection.post(training_path("retention")))
