"""One training followed from its request to its steps: as a trace, as log lines, as its log."""

import base64
import json
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from tests.e2e.otlp import Collector, Span
from tests.e2e.service import Service
from tests.fixtures.sockets import connect
from tests.fixtures.waiting import PATIENCE_S

TRACE_ID = "0af7651916cd43dd8448eb211c80319c"
CALLER_SPAN = "b7ad6b7169203331"
REQUEST_ID = "a-request-of-this-test"
CLOCK_S = 0.05
"""Steps are measured by a clock that is not set while they run; their task is not."""

STEPS = {"data_loading", "validation", "backtest", "training", "forecasting", "model_storing"}


def sales(days: dict[str, int]) -> str:
    rows = ["date,product_id,quantity"]
    for sku, count in days.items():
        rows += [
            f"{date(2026, 1, 1) + timedelta(days=day)},{sku},{20 + 5 * (day % 7)}"
            for day in range(count)
        ]
    return "\n".join(rows)


@pytest.fixture(scope="module")
def job_id(troubled: Service) -> str:
    """A job with one product that is trained and one that has too little history."""
    headers = {"Content-Type": "text/csv"}
    troubled.post("sales", content=sales({"traced": 120, "too-young": 10}), headers=headers)
    headers = {"traceparent": f"00-{TRACE_ID}-{CALLER_SPAN}-01", "X-Request-ID": REQUEST_ID}
    body = {"products": ["traced", "too-young"], "algorithm": "seasonal_naive"}
    started: str = troubled.post("start", json=body, headers=headers)["job_id"]
    troubled.wait_until(lambda: troubled.get(f"status/{started}")["status"] == "completed", 120)
    return started


def test_one_trace_links_the_request_its_tasks_and_their_steps(
    troubled: Service, traces: Collector, job_id: str
) -> None:
    def spans_below(parent: str) -> list[Span]:
        return [span for span in traces.of_trace(TRACE_ID) if span.parent_id == parent]

    troubled.wait_until(lambda: len(spans_below(CALLER_SPAN)) == 1, PATIENCE_S)
    (request,) = spans_below(CALLER_SPAN)
    assert request.service == "model-studio-api"
    assert request.name == "POST /api/v1/training/start"
    assert request.attributes["model_studio.request_id"] == REQUEST_ID

    troubled.wait_until(lambda: len(spans_below(request.span_id)) >= 3, PATIENCE_S)
    tasks = spans_below(request.span_id)
    assert sorted(task.name for task in tasks) == ["product task", "product task", "shared task"]
    assert {task.service for task in tasks} == {"model-studio-worker"}
    assert {task.attributes["model_studio.job_id"] for task in tasks} == {job_id}
    failed = [task for task in tasks if task.is_error]
    assert len(failed) == 1

    trained = next(t for t in tasks if t.name == "product task" and not t.is_error)
    troubled.wait_until(
        lambda: {step.name for step in spans_below(trained.span_id)} >= STEPS, PATIENCE_S
    )
    steps = sorted(spans_below(trained.span_id), key=lambda step: step.start_s)
    assert trained.start_s - CLOCK_S <= steps[0].start_s
    assert steps[-1].end_s <= trained.end_s + CLOCK_S
    for before, after in pairwise(steps):
        assert before.end_s == pytest.approx(after.start_s, abs=CLOCK_S)


def test_an_upload_over_the_socket_goes_on_with_the_trace_of_its_handshake(
    troubled: Service, traces: Collector
) -> None:
    trace_id = "1" * 32
    request = {
        "action": "start_training",
        "ml_task": "regression",
        "target_variable": "price",
        "file_data": base64.b64encode(b"PAR1 and nothing else").decode(),
    }
    url = troubled.url.replace("http", "ws", 1) + "/api/model-studio/ws/train-from-parquet"
    headers = {"traceparent": f"00-{trace_id}-{CALLER_SPAN}-01"}
    with connect(url, additional_headers=headers) as socket:
        socket.send(json.dumps(request))
        assert [json.loads(text)["type"] for text in socket][-1] == "error"

    def spans() -> dict[str, Span]:
        return {span.name: span for span in traces.of_trace(trace_id)}

    troubled.wait_until(lambda: spans().keys() >= {"upload", "table task"}, PATIENCE_S)
    assert spans()["upload"].parent_id == CALLER_SPAN
    assert spans()["table task"].parent_id == spans()["upload"].span_id


def test_log_lines_of_all_processes_carry_the_id_of_the_request(
    troubled: Service, job_id: str
) -> None:
    wanted = {"task claimed", "task finished", "task failed", "phase ended"}

    def events() -> set[str]:
        return {line["event"] for line in lines_of_the_request(troubled, job_id)}

    # The end of the job is told before it is noted in the log.
    troubled.wait_until(lambda: events() >= wanted, PATIENCE_S)
    services = {line["service"] for line in lines_of_the_request(troubled)}
    assert services == {"api", "training"}


def lines_of_the_request(service: Service, job_id: str | None = None) -> Iterator[dict[str, str]]:
    """From the logs of all processes; those of the job alone if it is given."""
    for file in (service.data_directory / "logs").glob("*.log"):
        whole, _, _ = Path(file).read_text().rpartition("\n")
        for text in whole.splitlines():
            if REQUEST_ID in text:
                line = json.loads(text)
                if job_id is None or line.get("job_id") == job_id:
                    yield line


def test_the_log_of_the_job_tells_what_took_how_long_per_product(
    troubled: Service, job_id: str
) -> None:
    lines = list(troubled.pages(f"logs/{job_id}", product="traced"))
    timed = {line["step_name"]: line["execution_time_ms"] for line in lines}
    assert timed.keys() >= STEPS
    assert all(timed[step] is not None for step in STEPS)
    assert {line["product_name"] for line in lines} == {"traced"}

    errors = list(troubled.pages(f"logs/{job_id}", level="ERROR"))
    assert [line["log_level"] for line in errors] == ["ERROR"]
    assert "InsufficientDataError" in errors[0]["message"]
    refused = httpx.get(
        f"{troubled.url}/api/v1/training/logs/{job_id}",
        params={"level": "LOUD"},
        timeout=PATIENCE_S,
    )
    assert refused.status_code == 400
