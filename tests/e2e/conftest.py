"""The service as a fixture: one for all tests here that do it no harm, and one that tells much."""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.embedded import free_port
from tests.e2e.otlp import Collector, collector
from tests.e2e.service import Service, running_service


@pytest.fixture(scope="package")
def service() -> Iterator[Service]:
    with (
        tempfile.TemporaryDirectory(prefix="model-studio-e2e-") as directory,
        running_service(Path(directory) / "data") as running,
    ):
        yield running


@pytest.fixture(scope="package")
def traces() -> Iterator[Collector]:
    with collector() as running:
        yield running


@pytest.fixture(scope="package")
def flower_port() -> int:
    return free_port()


@pytest.fixture(scope="package")
def troubled(traces: Collector, flower_port: int) -> Iterator[Service]:
    """In debug mode, with its traces told and Flower, it runs one job at a time on one slot."""
    with (
        tempfile.TemporaryDirectory(prefix="model-studio-e2e-") as directory,
        running_service(
            Path(directory) / "data",
            (sys.executable, "-m", "client.cli", "up", "--flower"),
            FLOWER_PORT=str(flower_port),
            FLOWER_UNAUTHENTICATED_API="true",
            MAX_CONCURRENT_JOBS="1",
            WORKER_CONCURRENCY="1",
            LOG_LEVEL="DEBUG",
            PROPHET_VERBOSE="1",
            ENABLE_PROFILING="1",
            OTEL_EXPORTER_OTLP_ENDPOINT=traces.url,
        ) as running,
    ):
        yield running
