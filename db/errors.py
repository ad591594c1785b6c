"""What a caller of db/ can get wrong.

RecordError
├── IdempotencyConflictError
└── InvalidCursorError
"""


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
