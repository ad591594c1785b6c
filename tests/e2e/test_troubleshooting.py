"""The troubles of docs/troubleshooting.md, each made to happen: the service says what is wrong."""

import json
from datetime import date, timedelta

from tests.e2e.service import Service
from tests.fixtures.sockets import connect
from tests.fixtures.waiting import PATIENCE_S


def import_sales(service: Service, days: dict[str, int], *, is_noise: bool = False) -> None:
    rows = ["date,product_id,quantity"]
    for sku, count in days.items():
        for day in range(count):
            noise = (day * 7919) % 101 if is_noise else 20 + 5 * (day % 7)
            rows.append(f"{date(2026, 1, 1) + timedelta(days=day)},{sku},{noise}")
    service.post("sales", content="\n".join(rows), headers={"Content-Type": "text/csv"})


def ended(service: Service, job_id: str) -> dict[str, object]:
    def is_over() -> bool:
        return service.get(f"status/{job_id}")["completed_at"] is not None

    service.wait_until(is_over, 150)
    status: dict[str, object] = service.get(f"status/{job_id}")
    return status


def start(service: Service, *products: str, algorithm: str = "seasonal_naive") -> str:
    body = {"products": list(products), "algorithm": algorithm, "force": True}
    job_id: str = service.post("start", json=body)["job_id"]
    return job_id


def test_insufficient_data_for_many_products(troubled: Service) -> None:
    import_sales(troubled, {"young-a": 15, "young-b": 12, "old-a": 120})
    status = ended(troubled, start(troubled, "young-a", "young-b", "old-a"))

    assert status["status"] == "completed"
    assert status["hints"] == [
        "2 of 3 products have too little sales history: import older sales, or let fewer than 30"
        " days do (“Days of sales needed” under Advanced; MIN_TRAINING_DATA_DAYS)."
    ]
    failures = troubled.get("analytics/performance")["failures"]
    (told,) = [one for one in failures if one["error_type"] == "InsufficientDataError"]
    assert told["recommended_action"]


def test_low_accuracy(troubled: Service) -> None:
    import_sales(troubled, {"noisy": 200}, is_noise=True)
    status = ended(troubled, start(troubled, "noisy"))

    assert status["hints"] == [
        "1 model is less accurate than 70 %: “Where to look first” under “How it goes” lists the"
        " worst products, why, and what to do (`model-studio analytics accuracy`)."
    ]
    (worst,) = [
        product
        for product in troubled.get("analytics/accuracy")["worst_products"]
        if product["sku"] == "noisy"
    ]
    assert worst["accuracy"] < 70
    assert worst["advice"]
    assert all(each["reason"] and each["recommended_action"] for each in worst["advice"])


def test_debug_mode_logs_the_fit_and_the_steps(troubled: Service) -> None:
    import_sales(troubled, {"verbose": 120})
    ended(troubled, start(troubled, "verbose", algorithm="prophet"))
    lines = [
        json.loads(text)
        for text in (troubled.data_directory / "logs" / "training.log").read_text().splitlines()
        if text.startswith("{")
    ]
    assert any(line["level"] == "debug" for line in lines)
    assert any(line["event"] == "phase ended" and line["seconds"] >= 0 for line in lines)
    assert any(str(line.get("logger", "")).startswith(("prophet", "cmdstanpy")) for line in lines)


def test_pending_because_as_many_jobs_run_as_may(troubled: Service) -> None:
    names = [f"long-{number}" for number in range(20)]
    import_sales(troubled, dict.fromkeys(names, 700))
    first = start(troubled, *names, algorithm="auto")
    troubled.wait_until(lambda: troubled.get(f"status/{first}")["status"] == "running", PATIENCE_S)
    second = start(troubled, "long-0")

    waiting = troubled.get(f"status/{second}")
    assert waiting["status"] == "pending"
    assert waiting["queue_position"] == 1
    assert waiting["waiting_reason"] == (
        "1 job is running, as many as may run at once (MAX_CONCURRENT_JOBS is 1)."
    )
    for job_id in (second, first):
        troubled.post(f"stop/{job_id}", json={"mode": "abort"})
        ended(troubled, job_id)


def test_a_socket_that_drops_goes_on_where_it_was(troubled: Service) -> None:
    import_sales(troubled, {"watched": 120})
    job_id = start(troubled, "watched")
    url = f"ws{troubled.url.removeprefix('http')}/api/v1/training/ws/{job_id}"
    with connect(url) as dropped:
        seen = [json.loads(dropped.recv(timeout=PATIENCE_S))["seq"]]
        dropped.socket.close()
    with connect(f"{url}?after={seen[-1]}") as again:
        messages = [json.loads(text) for text in again]
    seen += [message["seq"] for message in messages]
    assert seen == list(range(1, len(seen) + 1))
    assert messages[-1]["type"] == "training_completed"


def test_pending_because_no_worker_runs(troubled: Service) -> None:
    import_sales(troubled, {"bread": 120})
    worker = troubled.child("training")
    processes = [*worker.children(recursive=True), worker]
    for process in processes:
        process.suspend()
    try:
        job_id = start(troubled, "bread")
        troubled.wait_until(
            lambda: (
                troubled.get(f"status/{job_id}")["waiting_reason"]
                == "No training worker is running. The job starts as soon as one is up."
            ),
            90,
        )
    finally:
        for process in processes:
            process.resume()
    assert ended(troubled, job_id)["status"] == "completed"
