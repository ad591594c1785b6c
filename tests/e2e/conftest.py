"""The service as a fixture: one for all tests here that do it no harm, and one that tells much."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

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
def troubled(traces: Collector) -> Iterator[Service]:
    """In debug mode and with its traces told, it runs one job at a time on one slot."""
    with (
        tempfile.TemporaryDirectory(prefix="model-studio-e2e-") as directory,
        running_service(
            Path(directory) / "data",
            MAX_CONCURRENT_JOBS="1",
            WORKER_CONCURRENCY="1",
            LOG_LEVEL="DEBUG",
            PROPHET_VERBOSE="1",
            ENABLE_PROFILING="1",
            OTEL_EXPORTER_OTLP_ENDPOINT=traces.url,
        ) as running,
    ):
        yield running
