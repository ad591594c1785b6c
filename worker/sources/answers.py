"""What sources answer, checked field by field; `docs/sources.md` describes it to who serves it.

Weather and traffic become daily columns: numbers by name, one per day.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from statistics import fmean
from typing import Annotated, Any, TypeVar

from pydantic import (
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from worker.sources.errors import BadAnswerError

Row = TypeVar("Row", bound=BaseModel)
Columns = dict[str, list[float | None]]

Finite = Annotated[float, Field(allow_inf_nan=False, ge=-1e9, le=1e9)]
NotNegative = Annotated[float, Field(allow_inf_nan=False, ge=0, le=1e12)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255)]

SUMMED = frozenset({"precipitation", "sunshine_hours"})
OPEN_METEO_NAMES = {
    "temperature_2m_mean": "temperature",
    "temperature_2m": "temperature",
    "precipitation_sum": "precipitation",
    "precipitation": "precipitation",
    "wind_speed_10m_max": "wind_speed",
    "wind_speed_10m": "wind_speed",
}
_EARLIEST, _LATEST = date(1950, 1, 1), date(2150, 12, 31)


class _Answered(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Dated(_Answered):
    """A row of a day, or of an hour of the place's wall clock; a time zone is dropped."""

    at: datetime = Field(validation_alias=AliasChoices("date", "time"))

    @model_validator(mode="after")
    def _is_of_our_time(self) -> "_Dated":
        if not _EARLIEST <= self.at.date() <= _LATEST:
            raise ValueError(f"the day must be from {_EARLIEST} to {_LATEST}")
        return self


class WeatherRow(_Dated):
    temperature: Finite | None = None
    precipitation: NotNegative | None = None
    wind_speed: NotNegative | None = None
    sunshine_hours: NotNegative | None = None


class TrafficRow(_Dated):
    volume: NotNegative | None = None


class HolidayRow(_Answered):
    day: date = Field(validation_alias="date")
    name: Name


class SaleRow(_Dated):
    quantity: NotNegative | None = None
    price: NotNegative | None = None
    revenue: Finite | None = None
    promotion: Annotated[float, Field(ge=0, le=1)] | None = None


class ProductRow(_Answered):
    sku: Name
    name: Name | None = None
    category: Name | None = None


class DailyValues(_Answered):
    """Daily columns as the cache keeps them."""

    days: list[date]
    columns: Columns


def rows_of(source: str, page: Any, model: type[Row]) -> list[Row]:
    """The rows of a page, or `BadAnswerError` with the first thing that is wrong."""
    items = page.get("items") if isinstance(page, dict) else None
    if not isinstance(items, list):
        raise BadAnswerError(source, "answered no object with a list `items`")
    try:
        return [model.model_validate(item) for item in items]
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "a row"
        raise BadAnswerError(source, f"answered a wrong {where}: {first['msg']}") from error


def weather_rows(source: str, page: Any) -> list[WeatherRow]:
    """Rows of our own form, or of Open-Meteo's columns."""
    columns = _open_meteo(page)
    return rows_of(source, page if columns is None else {"items": columns}, WeatherRow)


def daily_values(rows: Sequence[WeatherRow] | Sequence[TrafficRow]) -> DailyValues:
    """One value per day and column: of several hours the mean, or the sum of what adds up."""
    names = [name for name in type(rows[0]).model_fields if name != "at"] if rows else []
    days = sorted({row.at.date() for row in rows})
    by_day: dict[str, dict[date, list[float]]] = {name: {} for name in names}
    for row in rows:
        for name in names:
            value = getattr(row, name)
            if value is not None:
                by_day[name].setdefault(row.at.date(), []).append(value)
    columns = {
        name: [_of_day(name, values.get(day)) for day in days]
        for name, values in by_day.items()
        if values
    }
    return DailyValues(days=days, columns=columns)


def _of_day(name: str, values: Iterable[float] | None) -> float | None:
    if values is None:
        return None
    return sum(values) if name in SUMMED else fmean(values)


def _open_meteo(page: Any) -> list[dict[str, Any]] | None:
    if not isinstance(page, dict):
        return None
    found = page.get("daily") or page.get("hourly")
    if not isinstance(found, dict) or not isinstance(found.get("time"), list):
        return None
    named = {ours: found[theirs] for theirs, ours in OPEN_METEO_NAMES.items() if theirs in found}
    lists = {"date": found["time"]} | {k: v for k, v in named.items() if isinstance(v, list)}
    shortest = min(len(values) for values in lists.values())
    return [{name: values[i] for name, values in lists.items()} for i in range(shortest)]
