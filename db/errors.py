"""What a caller of db/ can get wrong, and what an operator must do before it works.

RecordError
├── IdempotencyConflictError
├── InvalidCursorError
├── AlreadyExistsError
├── NotNowError
│   ├── JobNotEndedError
│   └── NothingToRetryError
├── QuotaExceededError
├── UnknownCandidateError
└── NotTrainableError
    ├── UnknownProductsError
    ├── InactiveProductsError
    └── NothingToTrainError
ApplicationRoleError
"""

from collections.abc import Sequence
from uuid import UUID

_MOST_NAMED = 20


class RecordError(Exception):
    """The request does not fit what is recorded."""


class IdempotencyConflictError(RecordError):
    """The Idempotency-Key was used before, for a different request."""

    def __init__(self, key: str) -> None:
        super().__init__(
            f"The Idempotency-Key {key!r} was already used for a different request. "
            "Send the same request again, or choose a new key."
        )
        self.key = key


class InvalidCursorError(RecordError):
    """The cursor was not given out by a list of this service."""

    def __init__(self, cursor: str) -> None:
        super().__init__(
            f"The cursor {cursor[:80]!r} is not valid. "
            "Use the next_cursor of the previous page, or leave it out for the first page."
        )
        self.cursor = cursor


class AlreadyExistsError(RecordError):
    """There is one of this name already."""


class UnknownCandidateError(RecordError):
    """The leaderboard of the model has no such candidate."""

    def __init__(self, candidate: str, possible: Sequence[str]) -> None:
        super().__init__(
            f"There is no candidate {candidate!r}; accepted: {_named(possible) or 'none'}"
        )
        self.candidate = candidate


class NotNowError(RecordError):
    """What is recorded would have to change first; the text says how."""


class ApplicationRoleError(Exception):
    """The role that keeps tenants apart cannot be made with the rights of this database user."""

    def __init__(self, role: str, user: str) -> None:
        super().__init__(
            f"The database user {user!r} may not create the role {role!r}, or may not become it. "
            "Let an administrator of the database server run these two statements, then migrate "
            f'again:  CREATE ROLE {role} NOLOGIN;  GRANT {role} TO "{user}";'
        )
        self.role = role


class QuotaExceededError(RecordError):
    """The tenant has as much of something as it may have."""

    def __init__(self, quota: str, limit: int, message: str) -> None:
        super().__init__(message)
        self.quota = quota
        self.limit = limit


class NotTrainableError(RecordError):
    """A job cannot be made of these products."""


class UnknownProductsError(NotTrainableError):
    """The tenant has no such products."""

    def __init__(self, references: Sequence[str]) -> None:
        super().__init__(f"There are no products with these ids or SKUs: {_named(references)}")
        self.references = references


class UnknownCategoriesError(NotTrainableError):
    """The tenant has no products of such categories."""

    def __init__(self, references: Sequence[str]) -> None:
        super().__init__(f"There are no products of these categories: {_named(references)}")
        self.references = references


class InactiveProductsError(NotTrainableError):
    """The products are not sold any more."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(
            f"These products are not active: {_named(names)}. "
            "Activate them in the catalogue, or leave them out."
        )
        self.names = names


class NothingToTrainError(NotTrainableError):
    """There is no product that could be trained."""

    def __init__(self, message: str = "There are no active products; import sales first") -> None:
        super().__init__(message)


def _named(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    shown = ", ".join(map(repr, names[:_MOST_NAMED]))
    return f"{shown} and {more} more" if more > 0 else shown


class JobNotEndedError(NotNowError):
    """What was asked for is only possible with a job that has ended."""

    def __init__(self, job_id: UUID, status: str) -> None:
        super().__init__(f"The job {job_id} is {status}. Wait for its end, or stop it first.")
        self.job_id = job_id
        self.status = status


class NothingToRetryError(NotNowError):
    """Nothing of the job failed or was cancelled, or those products are gone."""

    def __init__(self, job_id: UUID) -> None:
        super().__init__(
            f"The job {job_id} has nothing to train again: no product of it that is still active "
            "failed or was cancelled. Start a new job instead."
        )
        self.job_id = job_id
