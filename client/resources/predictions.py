"""Models in use: predictions on demand, and how a forecast does against later sales."""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from os import PathLike
from pathlib import Path
from typing import Any, Literal

from client.addresses import given, training_path
from client.decoding import Record
from client.errors import InvalidInputError
from client.forecast_records import ForecastPoint
from client.resources.resource import Resource

ROW_TYPES = {
    ".csv": "text/csv",
    ".parquet": "application/vnd.apache.parquet",
    ".arrow": "application/vnd.apache.arrow.stream",
    ".json": "application/json",
}
_TIMEOUT_S = 120.0
_LONG_S = 660.0


@dataclass(frozen=True, kw_only=True)
class Predictions(Record):
    """`predictions` are classes, clusters, amounts, or periods, in the order of the rows.

    Of classes and clusters, `probabilities` has one number for each of `classes`; of amounts,
    `intervals` has a lower and an upper end. Of periods ahead of time series, `rows` says which
    each amount is.
    """

    model_id: str
    candidate: str | None = None
    predictions: tuple[Any, ...] = ()
    classes: tuple[str, ...] | None = None
    probabilities: tuple[Any, ...] | None = None
    intervals: tuple[Any, ...] | None = None
    interval_level: float | None = None
    rows: tuple[Any, ...] | None = None
    notes: tuple[str, ...] = ()

    @property
    def periods(self) -> tuple[ForecastPoint, ...]:
        """Those of a forecast."""
        return tuple(
            ForecastPoint.decode(one) for one in self.predictions if isinstance(one, Mapping)
        )


@dataclass(frozen=True, kw_only=True)
class ExplainedOutput(Record):
    """`base_value` and all `contributions` together are `value`."""

    base_value: float
    value: float
    contributions: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ExplainedRow(Record):
    """What each column contributed to one prediction, for each class or for `prediction`."""

    prediction: Any = None
    outputs: Mapping[str, Any] = field(default_factory=dict)

    def output(self, name: str = "prediction") -> ExplainedOutput:
        """Of a class, or of an amount."""
        return ExplainedOutput.decode(self.outputs[name])


@dataclass(frozen=True, kw_only=True)
class Explanations(Record):
    """Explained rows, in the order in which they were sent."""

    model_id: str
    candidate: str | None = None
    columns: tuple[str, ...] = ()
    background_rows: int = 0
    rows: tuple[ExplainedRow, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LivePeriod(Record):
    """`actual` is None while it is not known what was sold."""

    ds: datetime
    yhat: float
    yhat_lower: float | None = None
    yhat_upper: float | None = None
    actual: float | None = None


@dataclass(frozen=True, kw_only=True)
class LiveScores(Record):
    """A deployed forecast against the sales that came after its training; above `wape_limit` the
    model counts as drifting.
    """

    model_id: str
    product_id: str | None = None
    name: str | None = None
    is_deployed: bool = False
    scored_at: datetime | None = None
    scored_points: int = 0
    first_ds: datetime | None = None
    last_ds: datetime | None = None
    wape: float | None = None
    mae: float | None = None
    bias: float | None = None
    coverage: float | None = None
    interval_width: float | None = None
    backtest_wape: float | None = None
    wape_limit: float | None = None
    is_drifting: bool = False
    periods: tuple[LivePeriod, ...] = ()


class PredictionRequests(Resource):
    def predict(
        self,
        model_id: str,
        rows: Iterable[Mapping[str, Any]] | None = None,
        *,
        candidate: str | None = None,
        horizon: int | None = None,
        horizon_days: int | None = None,
        start: date | None = None,
        end: date | None = None,
    ) -> Predictions:
        """Rows of a table, or the next `horizon` periods of a time series, by one `candidate` of
        the leaderboard or the chosen one; or periods of a product's forecast: all of its horizon,
        the next `horizon_days`, from `start` to `end`, or `rows` with `ds` and what is known of it.
        """
        body = given(
            {
                "rows": None if rows is None else [_plain_row(row) for row in rows],
                "candidate": candidate,
                "horizon": horizon,
                "horizon_days": horizon_days,
                "start": start and start.isoformat(),
                "end": end and end.isoformat(),
            }
        )
        return self._predictions(model_id, json.dumps(body).encode(), ROW_TYPES[".json"])

    def predict_file(
        self, model_id: str, path: str | PathLike[str], *, candidate: str | None = None
    ) -> Predictions:
        """The rows of a CSV, Parquet, Arrow (stream) or JSON file that is not large;
        `predict_batch` takes any.
        """
        file = Path(path)
        if file.suffix.lower() not in ROW_TYPES:
            detail = f"{file.name}: rows are read from files that end in {', '.join(ROW_TYPES)}"
            raise InvalidInputError(415, {"detail": detail})
        content_type = ROW_TYPES[file.suffix.lower()]
        return self._predictions(model_id, file.read_bytes(), content_type, candidate)

    def explain(
        self,
        model_id: str,
        rows: Iterable[Mapping[str, Any]],
        *,
        candidate: str | None = None,
    ) -> Explanations:
        """What each column contributed to the predictions of some rows."""
        asked = {"rows": [_plain_row(row) for row in rows], "candidate": candidate}
        content = json.dumps(given(asked)).encode()
        path = training_path("models", model_id, "explain")
        answer = self._connection.ask(path, content, ROW_TYPES[".json"], timeout_s=_LONG_S)
        return Explanations.decode(answer)

    def export(
        self,
        model_id: str,
        target: str | PathLike[str],
        *,
        format: Literal["onnx", "ubj", "prophet"] = "onnx",  # noqa: A002  # as the service calls it
        candidate: str | None = None,
    ) -> Path:
        """The model as a file for other programs, written to `target`. Of a product's forecast
        it is `prophet`: `prophet.serialize.model_from_json` opens it.
        """
        path = training_path("models", model_id, "export")
        query = {"format": format, "candidate": candidate}
        return self._connection.download(path, Path(target), query, timeout_s=_LONG_S)

    def live(self, model_id: str) -> LiveScores:
        """How a deployed forecast does against the sales that came later."""
        return LiveScores.decode(self._connection.get(training_path("models", model_id, "live")))

    def _predictions(
        self, model_id: str, content: bytes, content_type: str, candidate: str | None = None
    ) -> Predictions:
        path = training_path("models", model_id, "predict")
        answer = self._connection.ask(
            path, content, content_type, query={"candidate": candidate}, timeout_s=_TIMEOUT_S
        )
        return Predictions.decode(answer)


def _plain_row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain_cell(value) for name, value in row.items()}


def _plain_cell(value: Any) -> Any:
    """As JSON has it; NaN is what tables of numbers say for an empty cell."""
    if hasattr(value, "item"):  # a number of NumPy
        value = value.item()
    if isinstance(value, float) and math.isnan(value):
        return None
    return value.isoformat() if isinstance(value, date) else value
