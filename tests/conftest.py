"""What every test stands on: our environment variables are unset, servers come as fixtures."""

import os
import sys
from collections.abc import Iterator

import pytest
from hypothesis import settings

from core.children import THREAD_LIMITS, WAITING
from core.settings import Settings

pytest_plugins = [
    "tests.fixtures.order",
    "tests.fixtures.temporary",
    "tests.fixtures.servers",
    "tests.fixtures.database",
]


def pytest_configure() -> None:
    # Before anything loads a native library, which reads them once: one thread, as each slot of a
    # worker has, because those of several processes would wait for each other's cores.
    os.environ.update(dict.fromkeys(THREAD_LIMITS, "1") | WAITING)
    # Or each of the programs that tests start compiles all of its libraries anew, which takes as
    # long as to load them.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    # The same examples everywhere, each for as long as a busy machine takes for it.
    settings.register_profile("steady", deadline=None, derandomize=True, database=None)
    settings.load_profile("steady")


@pytest.fixture(scope="session", autouse=True)
def scrubbed_environment() -> Iterator[None]:
    """Unset every variable that the settings read, so that the machine's own do not matter."""
    with pytest.MonkeyPatch.context() as environment:
        for name in Settings.model_fields:
            environment.delenv(name.upper(), raising=False)
        yield
