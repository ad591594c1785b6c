"""Models in use: predictions on demand, and how a forecast does against later sales."""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from os import PathLike
from pathlib import Path
from typing import Any

from client.addresses import given, training_path
from client.decoding import Record
from client.errors import InvalidInputError
from client.records import ForecastPoint
from client.resources.resource import Resource

ROW_TYPES = {
    ".csv": "text/csv",
    ".parquet": "application/vnd.apache.parquet",
    ".arrow": "application/vnd.apache.arrow.stream",
    ".json": "application/json",
}
_TIMEOUT_S = 120.0


@dataclass(frozen=True, kw_only=True)
class Predictions(Record):
    """`predictions` are classes, amounts, or periods, in the order of the rows. Of classes,
    `probabilities` has one number for each of `classes`.
    """

    model_id: str
    predictions: tuple[Any, ...] = ()
    classes: tuple[str, ...] | None = None
    probabilities: tuple[Any, ...] | None = None
    notes: tuple[str, ...] = ()

    @property
    def periods(self) -> tuple[ForecastPoint, ...]:
        """Those of a forecast."""
        return tuple(
            ForecastPoint.decode(one) for one in self.predictions if isinstance(one, Mapping)
        )


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
        horizon_days: int | None = None,
        start: date | None = None,
        end: date | None = None,
    ) -> Predictions:
        """Rows of a table; or periods of a forecast: all of its horizon, the next
        `horizon_days`, from `start` to `end`, or `rows` with `ds` and what is known of it.
        """
        body = given(
            {
                "rows": None if rows is None else [_plain_row(row) for row in rows],
                "horizon_days": horizon_days,
                "start": start and start.isoformat(),
                "end": end and end.isoformat(),
            }
        )
        return self._predictions(model_id, json.dumps(body).encode(), ROW_TYPES[".json"])

    def predict_file(self, model_id: str, path: str | PathLike[str]) -> Predictions:
        """The rows of a CSV, Parquet, Arrow (stream) or JSON file."""
        file = Path(path)
        if file.suffix.lower() not in ROW_TYPES:
            detail = f"{file.name}: rows are read from files that end in {', '.join(ROW_TYPES)}"
            raise InvalidInputError(415, {"detail": detail})
        return self._predictions(model_id, file.read_bytes(), ROW_TYPES[file.suffix.lower()])

    def live(self, model_id: str) -> LiveScores:
        """How a deployed forecast does against the sales that came later."""
        return LiveScores.decode(self._connection.get(training_path("models", model_id, "live")))

    def _predictions(self, model_id: str, content: bytes, content_type: str) -> Predictions:
        path = training_path("models", model_id, "predict")
        answer = self._connection.ask(path, content, content_type, timeout_s=_TIMEOUT_S)
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
