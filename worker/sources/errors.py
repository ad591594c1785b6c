"""Why a source gave no data.

SourceError
├── SourceUnavailableError
│   └── BreakerOpenError
├── SourceRefusedError
└── BadAnswerError
"""


class SourceError(Exception):
    """An outside source gave no data; training goes on without."""

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(f"The {source} service {reason}")
        self.source = source
        self.reason = reason


class SourceUnavailableError(SourceError):
    """The source cannot be reached, answers too late, or fails; later it may not."""


class BreakerOpenError(SourceUnavailableError):
    """The source failed often and is not asked for a while."""


class SourceRefusedError(SourceError):
    """The source is there and refuses the request: address, token or parameters are wrong."""


class BadAnswerError(SourceError):
    """The source answered something that is not what docs/sources.md describes."""
