"""JSON into records."""

from datetime import UTC, datetime

import pytest

from client.forecast_records import Forecast
from client.progress import ProgressMessage
from client.records import JobStatus


def test_nested_objects_lists_and_moments_are_decoded() -> None:
    job = JobStatus.decode(
        {
            "job_id": "j",
            "status": "completed",
            "started_at": "2026-01-30T18:15:30Z",
            "products": [{"product_name": "Bun", "metrics": {"mase": 0.5}}],
        }
    )

    assert job.started_at == datetime(2026, 1, 30, 18, 15, 30, tzinfo=UTC)
    assert job.products[0].name == "Bun"
    assert job.products[0].metrics["mase"] == 0.5
    assert job.has_ended


def test_fields_of_a_newer_service_stay_readable() -> None:
    job = JobStatus.decode({"job_id": "j", "colour": "green"})

    assert job.raw["colour"] == "green"


def test_missing_and_null_fields_take_their_place() -> None:
    message = ProgressMessage.decode(
        {"type": "training_progress", "job_id": "j", "seq": 1, "product": None, "progress": {}}
    )

    assert message.product is None
    assert message.percentage == 0.0


def test_a_field_that_a_record_needs_must_be_there() -> None:
    with pytest.raises(TypeError, match="job_id"):
        JobStatus.decode({"status": "running"})


def test_days_of_a_forecast_are_wall_clock() -> None:
    point = {"ds": "2026-02-01T00:00:00", "yhat": 1.5, "yhat_lower": 1, "yhat_upper": 2}

    assert Forecast.decode({"forecast": [point]}).forecast[0].ds == datetime(2026, 2, 1)  # noqa: DTZ001 - a shop's own calendar
