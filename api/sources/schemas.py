"""What is told of outside sources."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from api.schemas import Answer

SourceName = Literal["sales", "weather", "traffic", "holidays"]


class SourceAnswer(Answer):
    """`state` is that of the breaker: an `open` one is not asked until `asked_again_at`."""

    source: SourceName
    state: Literal["closed", "open", "half-open"]
    failures: int = Field(description="Failed requests in a row")
    last_success_at: datetime | None
    last_error: str | None
    asked_again_at: datetime | None
    cached_rows: int


class SourcesAnswer(Answer):
    """The configured sources; the addresses are the operator's."""

    items: list[SourceAnswer]
