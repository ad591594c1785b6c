"""What a prediction asks and answers, and how a forecast does against later sales."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from api.moments import WallClock
from api.schemas import Answer, Request


class PredictRequest(Request):
    """For a table model `rows`; for a forecast `horizon_days`, or `start` and `end`, or `rows` with
    `ds` and the covariates that are known.
    """

    rows: list[dict[str, Any]] | None = Field(default=None, description="One object for each row")
    horizon_days: int | None = Field(default=None, ge=1, description="So many days ahead")
    start: WallClock | None = Field(default=None, description="First period, on the shop's clock")
    end: WallClock | None = Field(default=None, description="Last period, on the shop's clock")


class PredictedPeriod(Answer):
    ds: WallClock
    yhat: float
    yhat_lower: float
    yhat_upper: float


class Predictions(Answer):
    """`predictions` are classes, amounts or periods, in the order of the rows; what does not apply
    is left out.
    """

    model_id: str
    predictions: list[PredictedPeriod | float | str]
    classes: list[str] | None = None
    probabilities: list[list[float]] | None = None
    notes: list[str] | None = None


class LivePeriod(Answer):
    """`actual` is null while it is not known what was sold."""

    ds: WallClock
    yhat: float
    yhat_lower: float | None
    yhat_upper: float | None
    actual: float | None


class LiveFigures(Answer):
    """A deployed forecast against the sales that came after its training.

    The figures are those of the last scoring (`scored_at`); `wape_limit` is the error above which
    the model counts as drifting.
    """

    scored_at: datetime | None = None
    scored_points: int = 0
    first_ds: WallClock | None = None
    last_ds: WallClock | None = None
    wape: float | None = None
    mae: float | None = None
    bias: float | None = None
    coverage: float | None = None
    wape_limit: float | None = None
    is_drifting: bool = False


class LiveScores(LiveFigures):
    """The same with the periods that were compared."""

    model_id: str
    product_id: UUID | None
    name: str | None
    is_deployed: bool
    interval_width: float | None
    backtest_wape: float | None
    periods: list[LivePeriod]
