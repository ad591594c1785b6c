"""What a prediction asks and answers, and how a forecast does against later sales."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from api.moments import WallClock
from api.schemas import Answer, Request, Text

_CANDIDATE = "A candidate of the leaderboard; left out, the one that was chosen for the model"
_HORIZON = "So many periods ahead of each series, of a model of time series"


class PredictRequest(Request):
    """For a table model `rows`, or of time series a `horizon`; for a product's forecast
    `horizon_days`, or `start` and `end`, or `rows` with `ds` and the covariates that are known.
    """

    rows: list[dict[str, Any]] | None = Field(default=None, description="One object for each row")
    candidate: Text | None = Field(default=None, description=_CANDIDATE)
    horizon: int | None = Field(default=None, ge=1, description=_HORIZON)
    horizon_days: int | None = Field(default=None, ge=1, description="So many days ahead")
    start: WallClock | None = Field(default=None, description="First period, on the shop's clock")
    end: WallClock | None = Field(default=None, description="Last period, on the shop's clock")


class PredictQuery(Request):
    """The same for rows that are sent as a file, which has no place for it."""

    candidate: Text | None = Field(default=None, description=_CANDIDATE)
    horizon: int | None = Field(default=None, ge=1, description=_HORIZON)


class ExplainRequest(Request):
    rows: list[dict[str, Any]] = Field(description="One object for each row")
    candidate: Text | None = Field(default=None, description=_CANDIDATE)


class ExplainQuery(Request):
    candidate: Text | None = Field(default=None, description=_CANDIDATE)


class ExportQuery(Request):
    format: Literal["onnx", "ubj", "prophet"] = Field(
        default="onnx",
        description="`onnx` for many programs, `ubj` for XGBoost's own; of a product's forecast"
        " `prophet`, its Prophet part as the package's `prophet.serialize` writes it",
    )
    candidate: Text | None = Field(default=None, description=_CANDIDATE)


class PredictedPeriod(Answer):
    ds: WallClock
    yhat: float
    yhat_lower: float
    yhat_upper: float


class Predictions(Answer):
    """`predictions` are classes, clusters, amounts or periods, in the order of the rows; what does
    not apply is left out.
    """

    model_id: str
    candidate: str | None = Field(default=None, description="The candidate that was asked for")
    predictions: list[PredictedPeriod | float | str]
    classes: list[str] | None = None
    probabilities: list[list[float]] | None = Field(
        default=None,
        description="A number for each of `classes`: of a clustering, how much a row is of each",
    )
    intervals: list[list[float | None]] | None = Field(
        default=None, description="The lower and the upper end of each amount"
    )
    interval_level: float | None = Field(
        default=None, description="Share of the intervals that should hold what comes true"
    )
    rows: list[dict[str, str]] | None = Field(
        default=None, description="Of periods ahead: the series and the time of each amount"
    )
    notes: list[str] | None = None


class ExplainedOutput(Answer):
    """`base_value` and the contributions together are `value`."""

    base_value: float = Field(description="The mean prediction of the rows that are compared with")
    value: float = Field(description="The prediction of this row")
    contributions: dict[str, float] = Field(
        description="By how much each column moved it, the strongest first"
    )


class ExplainedRow(Answer):
    prediction: float | str = Field(description="The class, cluster or amount")
    outputs: dict[str, ExplainedOutput] = Field(
        description="For each class, or for `prediction` where that is an amount"
    )


class Explanations(Answer):
    """What each column contributed to the prediction of each row (Shapley values)."""

    model_id: str
    candidate: str | None = Field(default=None, description="The candidate that was asked for")
    columns: list[str] = Field(description="The columns that the model reads")
    background_rows: int = Field(description="So many training rows are compared with")
    rows: list[ExplainedRow] = Field(description="In the order in which they were sent")


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
