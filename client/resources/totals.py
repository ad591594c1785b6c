"""What categories and the whole shop will sell."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from client.addresses import training_path
from client.decoding import Record
from client.forecast_records import ForecastPoint
from client.resources.resource import Resource

_LONG_S = 660.0


@dataclass(frozen=True, kw_only=True)
class Total(Record):
    """Of a category, or with None of all products together."""

    category: str | None = None
    products: int = 0
    forecast: tuple[ForecastPoint, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Totals(Record):
    """All products come first, then the categories by name. `assumption` says in words what the
    intervals rest on; `left_out` names products that are in no total, and why.
    """

    method: str = "bottom_up"
    assumption: str = ""
    interval_width: float | None = None
    frequency: str | None = None
    totals: tuple[Total, ...] = ()
    left_out: tuple[Mapping[str, Any], ...] = field(default=())


class TotalRequests(Resource):
    def totals(
        self,
        *,
        method: Literal["bottom_up", "reconciled"] | None = None,
        interval_width: float | None = None,
    ) -> Totals:
        """The forecasts in use by category and over all products: added up, or `reconciled` with
        forecasts of the totals themselves.
        """
        asked = {"method": method, "interval_width": interval_width}
        path = training_path("forecasts", "totals")
        return Totals.decode(self._connection.get(path, asked, timeout_s=_LONG_S))
