"""Log lines of ours and of libraries: one JSON object each, with the ids of the work at hand."""

import io
import json
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any
from uuid import UUID

import pytest
import structlog

from core.logs import bind, configure_logs

JOB = UUID(int=7)


@pytest.fixture
def output() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    configure_logs("tests", "INFO", stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def _lines(output: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.getvalue().splitlines()]


def test_a_line_has_message_fields_and_origin(output: io.StringIO) -> None:
    structlog.get_logger("some.module").info("task claimed", attempt=2, job=JOB)
    (line,) = _lines(output)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "service": "tests",
        "event": "task claimed",
        "attempt": 2,
        "job": str(JOB),
        "logger": "some.module",
        "level": "info",
    }


def test_lines_of_libraries_look_the_same(output: io.StringIO) -> None:
    with bind(request_id="r1"):
        logging.getLogger("library").warning("%s of %s", 1, 2, extra={"host": "here"})
    (line,) = _lines(output)
    assert line["event"] == "1 of 2"
    assert (line["host"], line["logger"], line["request_id"]) == ("here", "library", "r1")


def test_ids_are_on_every_line_inside_and_on_none_outside(output: io.StringIO) -> None:
    log = structlog.get_logger("some.module")
    with bind(job_id=JOB, tenant_id=None):
        with bind(task_id="t1"):
            log.info("inner")
        log.info("outer")
    log.info("outside")
    inner, outer, outside = _lines(output)
    assert (inner["job_id"], inner["task_id"]) == (str(JOB), "t1")
    assert outer["job_id"] == str(JOB)
    assert "task_id" not in outer
    assert "tenant_id" not in outer
    assert "job_id" not in outside


def test_ids_follow_a_copied_context_and_no_other(output: io.StringIO) -> None:
    log = structlog.get_logger("some.module")
    with ThreadPoolExecutor(1) as pool, bind(job_id=JOB):
        pool.submit(copy_context().run, log.info, "with context").result()
        pool.submit(log.info, "without context").result()
    with_context, without = _lines(output)
    assert with_context["job_id"] == str(JOB)
    assert "job_id" not in without


def test_a_traceback_is_one_field_and_shows_no_values(output: io.StringIO) -> None:
    def connect(password: str) -> None:
        raise ConnectionError("refused")

    secret = "hush" * 2
    try:
        connect(secret)
    except ConnectionError:
        structlog.get_logger("some.module").exception("no connection")
    (line,) = _lines(output)
    assert line["exception"].endswith("ConnectionError: refused")
    assert "hushhush" not in output.getvalue()


def test_less_severe_lines_than_the_level_are_not_written(output: io.StringIO) -> None:
    structlog.get_logger("some.module").debug("too fine")
    logging.getLogger("library").debug("too fine")
    logging.getLogger("botocore.hooks").info("too noisy")
    assert output.getvalue() == ""


def test_configuring_twice_does_not_write_twice(output: io.StringIO) -> None:
    configure_logs("again", "INFO", output)
    structlog.get_logger("some.module").info("once")
    assert [line["service"] for line in _lines(output)] == ["again"]
