"""Predictions on their way: what the API asks and a worker answers meet in Redis for some seconds.

The broker carries only an id. Whoever asked has the answer, or nobody: what is not fetched in time
expires, and a request that was taken back is never worked on.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Self, cast
from uuid import UUID

from core.redis_client import DEFAULT_PREFIX, redis_client

ANNOUNCE_EVERY_S = 3.0
GONE_AFTER_S = 12
LONGEST_WAIT_S = 0.5
"""Of one call of `wait`; who wants to wait longer calls again."""

PREDICTING, STORING = "predicting", "storing"
"""The phases of a job that predicts a file, after `data_loading`."""

Operation = Literal["predict", "explain", "export", "totals"]
Outcome = Literal["predicted", "refused", "unloadable", "away", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictionRequest:
    """What is wanted of a model, or of all that are in use (then there is no `model_id`), and rows
    in the form in which the caller sent them.

    `accept` is a media type; `options` are what the address asks for beside the rows; `chosen` is
    the candidate that somebody put in place of the one that the training chose.
    """

    tenant_id: str
    actor: str
    model_id: str | None = None
    manifest_digest: str | None = None
    content_type: str = "application/json"
    accept: str = "application/json"
    body: bytes = b""
    operation: Operation = "predict"
    options: Mapping[str, str] = field(default_factory=dict)
    chosen: str | None = None

    def to_bytes(self) -> bytes:
        """A line of JSON, then the body as it came."""
        return _packed(asdict(self))

    @classmethod
    def from_bytes(cls, packed: bytes) -> Self:
        """What `to_bytes` wrote."""
        return cls(**_unpacked(packed))


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictionAnswer:
    """What the caller gets. Unless it is `predicted`, the body is JSON with a `detail`.

    `file_name` is what a body should be called that is kept as a file.
    """

    outcome: Outcome
    content_type: str
    body: bytes
    file_name: str | None = None

    def to_bytes(self) -> bytes:
        """A line of JSON, then the body."""
        return _packed(asdict(self))

    @classmethod
    def from_bytes(cls, packed: bytes) -> Self:
        """What `to_bytes` wrote."""
        return cls(**_unpacked(packed))


class PredictionExchange:
    """Requests, answers and the sign that a worker is there, in one Redis."""

    def __init__(self, redis_url: str, *, timeout_s: float, prefix: str = DEFAULT_PREFIX) -> None:
        self._redis = redis_client(redis_url, retries=1)
        self._expires_ms = math.ceil(1000 * timeout_s)
        self._prefix = f"{prefix}:prediction"

    def announce(self) -> None:
        """A worker is there, and will say so again."""
        self._redis.set(self._workers, 1, ex=GONE_AFTER_S)

    def is_served(self) -> bool:
        """Whether a worker was there some seconds ago."""
        return bool(self._redis.exists(self._workers))

    def put(
        self, prediction_id: UUID, request: PredictionRequest, *, within_s: float | None = None
    ) -> bool:
        """Leave a request for a worker, `within_s` seconds at most; whether there is one."""
        expires_ms = self._expires_ms if within_s is None else math.ceil(1000 * within_s)
        with self._redis.pipeline(transaction=False) as commands:
            commands.set(self._request(prediction_id), request.to_bytes(), px=expires_ms)
            commands.exists(self._workers)
            _, is_served = commands.execute()
        return bool(is_served)

    def withdraw(self, prediction_id: UUID) -> None:
        """Take a request back: nobody waits for its answer any more."""
        self._redis.delete(self._request(prediction_id), self._answer(prediction_id))

    def take(self, prediction_id: UUID) -> PredictionRequest | None:
        """The request, for one worker only; None if it was taken, withdrawn or has expired."""
        packed = cast("bytes | None", self._redis.getdel(self._request(prediction_id)))
        return None if packed is None else PredictionRequest.from_bytes(packed)

    def answer(self, prediction_id: UUID, answer: PredictionAnswer) -> None:
        """Give the answer to whoever waits."""
        key = self._answer(prediction_id)
        with self._redis.pipeline(transaction=True) as commands:
            commands.rpush(key, answer.to_bytes())
            commands.pexpire(key, self._expires_ms)
            commands.execute()

    def wait(self, prediction_id: UUID, within_s: float) -> PredictionAnswer | None:
        """The answer, or None if it does not come within so many seconds (at most half of one)."""
        patience_s = max(0.01, min(within_s, LONGEST_WAIT_S))
        found = cast(
            "tuple[bytes, bytes] | None",
            self._redis.blpop([self._answer(prediction_id)], timeout=patience_s),
        )
        return None if found is None else PredictionAnswer.from_bytes(found[1])

    def close(self) -> None:
        """Give the connections back."""
        self._redis.close()

    @property
    def _workers(self) -> str:
        return f"{self._prefix}:workers"

    def _request(self, prediction_id: UUID) -> str:
        return f"{self._prefix}:{prediction_id}:request"

    def _answer(self, prediction_id: UUID) -> str:
        return f"{self._prefix}:{prediction_id}:answer"


def _packed(fields: dict[str, Any]) -> bytes:
    body: bytes = fields.pop("body")
    return json.dumps(fields).encode() + b"\n" + body


def _unpacked(packed: bytes) -> dict[str, Any]:
    head, _, body = packed.partition(b"\n")
    return {**json.loads(head), "body": body}
