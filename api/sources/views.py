"""How the outside sources are."""

from uuid import UUID

from api.services import Services
from api.sources.schemas import SourceAnswer, SourceName, SourcesAnswer
from core.settings import Settings
from db.operation import source_cache, source_health
from db.tenancy import as_system


def list_sources(services: Services, tenant_id: UUID) -> SourcesAnswer:
    names = _configured(services.settings)
    with as_system(), services.sessions() as session:
        known = source_health.state_of(session, names)
        cached = source_cache.count_rows(session, f"{tenant_id}:")
    return SourcesAnswer(items=[_answer(name, known.get(name), cached) for name in names])


def _configured(settings: Settings) -> list[SourceName]:
    urls: dict[SourceName, str | None] = {
        "sales": settings.sales_service_url,
        "weather": settings.weather_service_url,
        "traffic": settings.traffic_service_url,
        "holidays": settings.holiday_service_url,
    }
    return [name for name, url in urls.items() if url is not None]


def _answer(
    name: SourceName, known: source_health.Known | None, cached: dict[str, int]
) -> SourceAnswer:
    health, state = known or (None, "closed")
    return SourceAnswer(
        source=name,
        state=state,
        failures=health.failures if health else 0,
        last_success_at=health.last_success_at if health else None,
        last_error=health.last_error if health else None,
        asked_again_at=health.open_until if health else None,
        cached_rows=cached.get(name, 0),
    )
