"""What is asked and told of two models side by side."""

from typing import Any, Literal

from pydantic import Field

from api.models.schemas import DeploymentEntry
from api.moments import WallClock
from api.schemas import Answer, ModelSummary, Request, Text


class CompareQuery(Request):
    a: Text = Field(description="A model")
    b: Text = Field(description="The model to compare it with")


Side = Literal["a", "b"]


class MetricPair(Answer):
    """`difference` is b minus a; `better` is null where they are equal or it cannot be said."""

    name: str = Field(description="Name of the metric")
    a: float | None = Field(description="Its value of the first model; null if it has none")
    b: float | None = Field(description="Its value of the second model; null if it has none")
    difference: float | None
    better: Side | None = Field(
        description="Which model it speaks for; null where they are equal or it cannot be said"
    )


class ParameterPair(Answer):
    name: str = Field(description="Name of the hyperparameter")
    a: Any = Field(description="Its value in the first model")
    b: Any = Field(description="Its value in the second model")


class FeatureDifference(Answer):
    only_a: list[Any]
    only_b: list[Any]
    shared: int


class DataPair(Answer):
    """What the models learned from; `is_same` if it was the same data to the last value."""

    is_same: bool
    training_points_a: int | None
    training_points_b: int | None
    forecast_from_a: WallClock | None
    forecast_from_b: WallClock | None


class ForecastPair(Answer):
    ds: WallClock
    a: float = Field(description="What the first model expects")
    b: float = Field(description="What the second model expects")
    difference: float


class ModelComparison(Answer):
    """Two models side by side. Only what differs is listed of the hyperparameters; forecasts are
    those of the moments that both tell of; `gate` is the test of both on the same windows, if the
    one was trained while the other was deployed.
    """

    a: ModelSummary = Field(description="The first model")
    b: ModelSummary = Field(description="The second model")
    better: Side | None = Field(description="The better one; null where it cannot be said")
    verdict: str
    metrics: list[MetricPair]
    hyperparameters: list[ParameterPair] = Field(description="Hyperparameters that differ")
    features: FeatureDifference = Field(description="Which features only one of them looks at")
    data: DataPair
    forecasts: list[ForecastPair]
    gate: DeploymentEntry | None
