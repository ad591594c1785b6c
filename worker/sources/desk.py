"""Where one task asks all outside sources, and what it has to tell of them afterwards."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from core.settings import Settings
from db.engine import Sessions
from db.operation.alerts import raise_alert, resolve_alert
from db.operation.source_cache import Answer, stale
from db.tenancy import as_system
from worker.sources.answers import (
    DailyValues,
    HolidayRow,
    TrafficRow,
    daily_values,
    rows_of,
    weather_rows,
)
from worker.sources.asking import Check, ask
from worker.sources.cached import Keeping, cached
from worker.sources.http import Endpoint, Json, pages

SALES, WEATHER, TRAFFIC, HOLIDAYS = SOURCES = ("sales", "weather", "traffic", "holidays")
YEARS_BACK, DAYS_AHEAD = 5, 16
HOLIDAY_YEARS_BACK, HOLIDAY_YEARS_AHEAD = 10, 4
ALERT = "source_unavailable"
CACHE_LOOKUPS, CACHE_MISSES = "source_cache_lookups", "source_cache_misses"
"""Figures of all workers; `|` and the source follow."""


def _count_nothing(_: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Place:
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Told:
    """What came of asking a source; with an error, what is used is as old as `fetched_at`."""

    source: str
    fetched_at: datetime | None = None
    error: str | None = None
    remark: str | None = None

    def note(self, now: datetime) -> str | None:
        """A sentence for who reads about the model; None when all is well."""
        if self.error is None:
            return self.remark
        if self.source == SALES:
            without = "The model was trained on the sales that are stored"
        elif self.source == HOLIDAYS and self.fetched_at is None:
            without = "The built-in holidays of the country took their place"
        elif self.fetched_at is None:
            without = f"The model was trained without {self.source}"
        else:
            hours = round((now - self.fetched_at) / timedelta(hours=1))
            without = f"What it said {hours} hours ago was used"
        return f"{self.error}. {without}."


@dataclass(slots=True)
class Desk:
    """Asks for one tenant. `told` grows with each source that was asked."""

    settings: Settings
    sessions: Sessions
    tenant_id: UUID
    check: Check
    count: Callable[[str], None] = _count_nothing
    told: list[Told] = field(default_factory=list)

    def weather(self, place: Place) -> DailyValues | None:
        """Daily values of the last years and as far ahead as they are forecast."""
        url = self.settings.weather_service_url
        return None if url is None else self._daily(WEATHER, url, place, weather_rows)

    def traffic(self, place: Place) -> DailyValues | None:
        url = self.settings.traffic_service_url
        if url is None:
            return None
        return self._daily(TRAFFIC, url, place, lambda name, page: rows_of(name, page, TrafficRow))

    def kept(self, source: str, place: Place) -> DailyValues | None:
        """What was told last of weather or traffic, without asking."""
        key = self._key(source, ",".join(_where(place).values()))
        with as_system(), self.sessions() as session:
            answer = stale(session, key)
        if answer is None or answer.payload is None:
            return None
        return DailyValues.model_validate(answer.payload)

    def holidays(self, country: str, subdivision: str | None) -> tuple[HolidayRow, ...] | None:
        """None where no service tells them."""
        url, year = self.settings.holiday_service_url, datetime.now(UTC).year
        if url is None:
            return None
        query = {
            "country": country,
            "start": f"{year - HOLIDAY_YEARS_BACK}-01-01",
            "end": f"{year + HOLIDAY_YEARS_AHEAD}-12-31",
        } | ({"subdivision": subdivision} if subdivision else {})

        def fetch() -> Json:
            found = self.ask(HOLIDAYS, url, query, HolidayRow)
            return [{"date": row.day.isoformat(), "name": row.name} for row in found]

        answer = self._cached(HOLIDAYS, f"{country}-{subdivision or ''}:{year}", fetch)
        if answer.payload is None:
            return None
        return tuple(HolidayRow.model_validate(row) for row in answer.payload)

    def ask(self, source: str, url: str, query: Mapping[str, str], model: type[Any]) -> list[Any]:
        """All rows of the answer, past the cache; raises `SourceError`."""
        return self._ask(source, url, query, lambda name, page: rows_of(name, page, model))

    def write_alerts(self) -> None:
        """Open alerts for sources that gave nothing new, and close those of sources that did."""
        if not self.told:
            return
        with self.sessions.begin() as session:
            for told in self.told:
                if told.error is None:
                    resolve_alert(session, self.tenant_id, ALERT, told.source)
                    continue
                raise_alert(
                    session,
                    self.tenant_id,
                    ALERT,
                    told.source,
                    severity="medium",
                    message=told.error,
                    recommended_action=(
                        f"See whether the {told.source} service runs and its address and token are"
                        " right; training goes on meanwhile"
                    ),
                    details={"source": told.source},
                )

    def notes(self) -> list[str]:
        now = datetime.now(UTC)
        return [note for told in self.told if (note := told.note(now))]

    def details(self) -> dict[str, dict[str, str | None]]:
        """By source, as a model records it."""
        return {
            told.source: {
                "state": _state(told),
                "fetched_at": told.fetched_at.isoformat() if told.fetched_at else None,
                "error": told.error,
            }
            for told in self.told
        }

    def _daily(self, source: str, url: str, place: Place, rows: Any) -> DailyValues | None:
        today = datetime.now(UTC).date()
        start, end = date(today.year - YEARS_BACK, 1, 1), today + timedelta(days=DAYS_AHEAD)
        where = _where(place)
        span = {"start": start.isoformat(), "end": end.isoformat()}
        query = where | span | _open_meteo_query(source, span)

        def fetch() -> Json:
            return daily_values(self._ask(source, url, query, rows)).model_dump(mode="json")

        answer = self._cached(source, ",".join(where.values()), fetch)
        return None if answer.payload is None else DailyValues.model_validate(answer.payload)

    def _key(self, source: str, of_what: str) -> str:
        return f"{self.tenant_id}:{source}:{of_what}"

    def _cached(self, source: str, of_what: str, fetch: Any) -> Answer:
        key = self._key(source, of_what)
        keeping = Keeping(self.settings.source_cache_hours, self.settings.source_deadline_seconds)

        def fetch_and_count() -> Any:
            self.count(f"{CACHE_MISSES}|{source}")
            return fetch()

        self.count(f"{CACHE_LOOKUPS}|{source}")
        answer = cached(self.sessions, source, key, fetch_and_count, self.check, keeping)
        self.told.append(Told(source, answer.fetched_at, answer.error))
        return answer

    def _ask(self, source: str, url: str, query: Mapping[str, str], rows: Any) -> list[Any]:
        endpoint = Endpoint(
            source,
            url,
            self.settings.source_token,
            timeout_s=self.settings.source_timeout_seconds,
            deadline_s=self.settings.source_deadline_seconds,
        )
        asked = {"tenant_id": str(self.tenant_id), **query}
        found: Sequence[list[Any]] = ask(
            self.sessions,
            source,
            lambda given_up: [rows(source, page) for page in pages(endpoint, asked, given_up)],
            self.check,
            deadline_s=endpoint.deadline_s,
        )
        return [row for page in found for row in page]


def _where(place: Place) -> dict[str, str]:
    return {"latitude": f"{place.latitude:.4f}", "longitude": f"{place.longitude:.4f}"}


def _open_meteo_query(source: str, span: Mapping[str, str]) -> dict[str, str]:
    """What a service of Open-Meteo's kind wants to be asked; others may ignore it."""
    if source != WEATHER:
        return {}
    return {
        "start_date": span["start"],
        "end_date": span["end"],
        "daily": "temperature_2m_mean,precipitation_sum,wind_speed_10m_max",
        "timezone": "auto",
    }


def _state(told: Told) -> str:
    if told.error is None:
        return "unused" if told.fetched_at is None else "fresh"
    return "missing" if told.fetched_at is None else "old"
