"""What the service answers about stored forecasts, with the names of its JSON fields."""

from dataclasses import dataclass
from datetime import datetime

from client.decoding import Record


@dataclass(frozen=True, kw_only=True)
class ForecastPoint(Record):
    ds: datetime
    yhat: float
    yhat_lower: float | None = None
    yhat_upper: float | None = None


@dataclass(frozen=True, kw_only=True)
class Forecast(Record):
    """What a model expects, with an interval that holds `interval_width` of the days."""

    model_id: str | None = None
    name: str | None = None
    algorithm: str | None = None
    interval_width: float | None = None
    forecast: tuple[ForecastPoint, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ProductForecast(Record):
    """The forecast in use of a product."""

    product_id: str
    sku: str
    name: str
    category: str | None = None
    model_id: str | None = None
    frequency: str | None = None
    interval_width: float | None = None
    forecast: tuple[ForecastPoint, ...] = ()


@dataclass(frozen=True, kw_only=True)
class QuantilesOfPeriod(Record):
    ds: datetime
    values: tuple[float | None, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ForecastQuantiles(Record):
    """How much suffices in which share of all cases; a value of each period per level."""

    model_id: str | None = None
    name: str | None = None
    levels: tuple[float, ...] = ()
    periods: tuple[QuantilesOfPeriod, ...] = ()

    def at(self, level: float) -> dict[datetime, float | None]:
        """By period, how much suffices in this share of all cases."""
        place = self.levels.index(level)
        return {period.ds: period.values[place] for period in self.periods}


@dataclass(frozen=True, kw_only=True)
class DriversOfPeriod(Record):
    """`values` add up to `yhat`; `effects` are the strongest of them in words."""

    ds: datetime
    yhat: float
    values: tuple[float | None, ...] = ()
    effects: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ForecastDrivers(Record):
    """Why a forecast is what it is: a value of each period per part."""

    model_id: str | None = None
    name: str | None = None
    parts: tuple[str, ...] = ()
    periods: tuple[DriversOfPeriod, ...] = ()
