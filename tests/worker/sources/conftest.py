"""A stand-in service, and a desk that asks it."""

from collections.abc import Callable, Iterator

import pytest

from core.settings import Settings
from db.engine import Sessions
from db.tables import DEFAULT_TENANT_ID
from tests.worker.sources.stand_in import StandIn, stand_in
from worker.sources.desk import Desk

MakeDesk = Callable[..., Desk]


@pytest.fixture
def service() -> Iterator[StandIn]:
    with stand_in() as opened:
        yield opened


@pytest.fixture
def desk(service: StandIn, fresh_sessions: Sessions) -> MakeDesk:
    """A desk whose sources are all the stand-in, with some settings changed."""

    def make(
        check: Callable[[], None] = lambda: None,
        count: Callable[[str], None] = lambda _: None,
        **changes: object,
    ) -> Desk:
        urls = {f"{name}_service_url": service.url for name in ("sales", "weather", "traffic")}
        patience = {"source_timeout_seconds": 5, "source_deadline_seconds": 10}
        settings = Settings.model_validate(
            urls | {"holiday_service_url": service.url} | patience | changes
        )
        return Desk(settings, fresh_sessions, DEFAULT_TENANT_ID, check, count)

    return make
