"""Patience: what is sent again, after how long, and when the caller is told instead."""

import os
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from client import Client, TableRequest
from client.errors import ServiceFailedError, TooManyRequestsError
from tests.client.peer import http_peer

STATUS = (200, {"job_id": "job-1"})
SCHEDULE = {"id": "s", "name": "Nightly", "cron": "0 3 * * *", "time_zone": "UTC"}


def too_many(wait: str | None = "2", **more: Any) -> tuple[int, dict[str, Any], dict[str, str]]:
    headers = {} if wait is None else {"Retry-After": wait}
    return 429, {"detail": "Too many requests", **more}, headers


def test_a_busy_service_is_left_alone_for_as_long_as_it_asks() -> None:
    slept: list[float] = []
    in_a_while = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)

    with (
        http_peer(too_many("7"), too_many(in_a_while), STATUS) as peer,
        Client(peer.url, sleep=slept.append) as studio,
    ):
        assert studio.status("job-1").job_id == "job-1"

    assert 7 <= slept[0] < 8
    assert 18 <= slept[1] <= 21


def test_who_is_asked_for_too_much_patience_is_told_at_once() -> None:
    with (
        http_peer(too_many("3600")) as peer,
        Client(peer.url, sleep=pytest.fail) as studio,
        pytest.raises(TooManyRequestsError) as caught,
    ):
        studio.status("job-1")

    assert caught.value.retry_after_s == 3600


def test_a_full_quota_is_told_at_once() -> None:
    with (
        http_peer(too_many("5", quota="max_active_jobs", limit=1)) as peer,
        Client(peer.url, sleep=pytest.fail) as studio,
        pytest.raises(TooManyRequestsError) as caught,
    ):
        studio.start()

    assert caught.value.quota == "max_active_jobs"


def test_creating_is_repeated_under_one_key() -> None:
    with http_peer((503, {}), None, too_many("0"), (201, SCHEDULE)) as peer:
        with Client(peer.url, sleep=lambda _: None) as studio:
            assert studio.schedules.create("Nightly", "0 3 * * *").name == "Nightly"

        keys = {headers["Idempotency-Key"] for _, _, headers, _ in peer.requests}
        assert len(peer.requests) == 4
        assert len(keys) == 1


@pytest.mark.parametrize("act", ["change", "delete", "deploy"])
def test_what_might_act_twice_is_sent_once(act: str) -> None:
    with http_peer((503, {"detail": "Busy"}, {"Retry-After": "1"})) as peer:
        with Client(peer.url, sleep=pytest.fail) as studio:
            calls = {
                "change": lambda: studio.change_tenant(country="ES"),
                "delete": lambda: studio.delete_model("m"),
                "deploy": lambda: studio.deploy("m"),
            }
            with pytest.raises(ServiceFailedError) as caught:
                calls[act]()

        assert caught.value.retry_after_s == 1
        assert len(peer.requests) == 1


def test_a_retry_after_that_means_nothing_is_ignored() -> None:
    with (
        http_peer(too_many("soon"), STATUS) as peer,
        Client(peer.url, sleep=lambda _: None) as studio,
    ):
        assert studio.status("job-1").job_id == "job-1"


def test_a_file_that_becomes_a_job_is_sent_again_whole(tmp_path: Path) -> None:
    file = tmp_path / "homes.parquet"
    file.write_bytes(b"PAR1" * 1000)
    accepted = (202, {"job_id": "job-1"})

    with http_peer((503, {}), accepted) as peer:
        with Client(peer.url, sleep=lambda _: None) as studio:
            studio.upload(file, TableRequest(target_variable="rent"))

        (_, _, first, first_size), (_, _, second, second_size) = peer.requests
        assert first["Idempotency-Key"] == second["Idempotency-Key"]
        assert first_size == second_size > 4000


REPORT = {
    "rows_read": 1,
    "rows_inserted": 1,
    "rows_updated": 0,
    "rows_unchanged": 0,
    "products_created": 1,
    "products": 1,
    "product_ids": [],
    "first_date": None,
    "last_date": None,
    "warnings": [],
}


def test_sales_are_sent_again_whole_to_a_busy_service() -> None:
    sales = BytesIO(b"skipped" + b"date,product_id,quantity\n" + b"2026-01-01,rye,5\n" * 9_000)
    sales.seek(len("skipped"))
    slept: list[float] = []

    with http_peer((503, {}, {"Retry-After": "5"}), None, (200, REPORT)) as peer:
        with Client(peer.url, sleep=slept.append) as studio:
            assert studio.import_sales(sales).rows_read == 1

        sizes = {size for _, _, _, size in peer.requests}
        assert len(peer.requests) == 3
        assert sizes == {len(sales.getvalue()) - len("skipped")}
    assert slept[0] >= 5


def test_sales_from_a_stream_are_sent_once() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"date,product_id,quantity\n")
    os.close(writing)
    with http_peer((503, {"detail": "Busy"})) as peer:
        with (
            os.fdopen(reading, "rb") as stream,
            Client(peer.url, sleep=pytest.fail) as studio,
            pytest.raises(ServiceFailedError),
        ):
            studio.import_sales(stream)

        assert [size for _, _, _, size in peer.requests] == [25]
