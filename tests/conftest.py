"""What every test stands on: our environment variables are unset, servers come as fixtures."""

from collections.abc import Iterator

import pytest

from core.settings import Settings

pytest_plugins = ["tests.fixtures.servers", "tests.fixtures.database"]


@pytest.fixture(scope="session", autouse=True)
def scrubbed_environment() -> Iterator[None]:
    """Unset every variable that the settings read, so that the machine's own do not matter."""
    with pytest.MonkeyPatch.context() as environment:
        for name in Settings.model_fields:
            environment.delenv(name.upper(), raising=False)
        yield
