"""The service as a fixture: one for all tests here that do it no harm."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.service import Service, running_service


@pytest.fixture(scope="package")
def service() -> Iterator[Service]:
    with (
        tempfile.TemporaryDirectory(prefix="model-studio-e2e-") as directory,
        running_service(Path(directory) / "data") as running,
    ):
        yield running
