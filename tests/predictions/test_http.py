"""Predictions over HTTP, through gunicorn, the broker and a prediction worker."""

import io
import socket
import threading
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import onnx
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import select

from db.operation_tables import AuditEntry
from db.tables import Forecast
from tests.fixtures.served import start_api
from tests.fixtures.waiting import eventually
from tests.predictions.conftest import ANSWERS_WITHIN_S, TIMEOUT_S, Predicting

ARROW = "application/vnd.apache.arrow.stream"
PARQUET = "application/vnd.apache.parquet"
ROWS = [{"area": 50.5, "district": "north"}, {"area": None, "district": "moon"}]


def bodies() -> dict[str, bytes]:
    table = pa.Table.from_pylist(ROWS)
    stream, file = io.BytesIO(), io.BytesIO()
    with pa.ipc.new_stream(stream, table.schema) as writer:
        writer.write_table(table)
    pq.write_table(table, file)
    return {
        "text/csv": pd.DataFrame(ROWS).to_csv(index=False).encode(),
        PARQUET: file.getvalue(),
        ARROW: stream.getvalue(),
    }


def test_a_table_model_answers_rows_in_every_form_alike(predicting: Predicting) -> None:
    model = predicting.table.public_id
    answer = predicting.post(model, json={"rows": ROWS})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told.keys() == {"model_id", "predictions", "intervals", "interval_level"}
    assert len(told["predictions"]) == 2
    for content_type, body in bodies().items():
        other = predicting.post(model, content=body, headers={"Content-Type": content_type})
        assert other.json() == told, content_type


def test_answers_come_as_csv_and_arrow_too(predicting: Predicting) -> None:
    model = predicting.table.public_id
    as_json = predicting.post(model, json={"rows": ROWS}).json()["predictions"]
    csv = predicting.post(model, json={"rows": ROWS}, headers={"Accept": "text/csv"})
    assert csv.headers["Content-Type"].startswith("text/csv")
    assert pd.read_csv(io.StringIO(csv.text))["prediction"].tolist() == as_json
    arrow = predicting.post(model, json={"rows": ROWS}, headers={"Accept": ARROW})
    with pa.ipc.open_stream(arrow.content) as stream:
        assert stream.read_all()["prediction"].to_pylist() == as_json
    other = predicting.post(model, json={"rows": ROWS}, headers={"Accept": "image/png"})
    assert other.status_code == 406


def test_a_forecast_answers_periods_under_both_prefixes(predicting: Predicting) -> None:
    model = predicting.forecast
    answer = predicting.post(str(model.id), json={"horizon_days": 3})
    assert answer.status_code == 200, answer.text
    with predicting.context.sessions() as session:
        stored = session.scalars(
            select(Forecast).where(Forecast.model_id == model.id).order_by(Forecast.ds).limit(3)
        ).all()
    assert [row["yhat"] for row in answer.json()["predictions"]] == [row.yhat for row in stored]
    url = f"{predicting.served.url}/api/v1/training/models/{model.public_id}/predict"
    csv = b"ds,price\n2025-05-02,3\n2025-05-01,3\n"
    other = httpx.post(
        url, content=csv, headers={"Content-Type": "text/csv"}, timeout=ANSWERS_WITHIN_S
    )
    assert [row["ds"][:10] for row in other.json()["predictions"]] == ["2025-05-02", "2025-05-01"]
    assert other.json()["notes"] == ["The model does not use price: it makes no difference"]
    everything = predicting.post(str(model.id))
    assert len(everything.json()["predictions"]) == 14


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"horizon_days": 15}, "this model forecasts 14 daily periods"),
        ({"horizon_days": 3, "start": "2025-05-01"}, "give either horizon_days, or start and end"),
        ({"horizon_days": "many"}, "horizon_days"),
        ({"colour": "red"}, "colour"),
        ({"start": "2024-01-01"}, "this model forecasts"),
        ({"rows": [{"ds": "2024-01-01"}]}, "newest sales"),
    ],
)
def test_what_a_forecast_cannot_answer(
    predicting: Predicting, body: dict[str, object], told: str
) -> None:
    answer = predicting.post(predicting.forecast.public_id, json=body)
    assert answer.status_code == 422
    assert told in answer.json()["detail"]


def test_each_wrong_column_is_named(predicting: Predicting) -> None:
    answer = predicting.post(predicting.table.public_id, json={"rows": [{"area": "large"}]})
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    errors = {error["field"]: error["message"] for error in answer.json()["errors"]}
    assert errors.keys() == {"area", "district"}
    assert "is missing" in errors["district"]
    assert "where a number is expected" in errors["area"]


def test_columns_explain_a_row(predicting: Predicting) -> None:
    url = f"{predicting.served.url}/api/v1/models/{predicting.table.public_id}/explain"
    answer = httpx.post(url, json={"rows": ROWS[:1]}, timeout=ANSWERS_WITHIN_S)
    assert answer.status_code == 200, answer.text
    (row,) = answer.json()["rows"]
    assert row["outputs"]["prediction"]["contributions"].keys() == {"area", "district"}
    refused = httpx.post(url, json={"rows": []}, timeout=ANSWERS_WITHIN_S)
    assert refused.status_code == 422


def test_a_model_is_downloaded_as_a_file(predicting: Predicting) -> None:
    url = f"{predicting.served.url}/api/v1/models/{predicting.table.public_id}/export"
    answer = httpx.get(url, params={"format": "onnx"}, timeout=ANSWERS_WITHIN_S)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/octet-stream"
    name = f"{predicting.table.public_id}-linear.onnx"
    assert answer.headers["Content-Disposition"] == f"attachment; filename={name}"
    assert onnx.load_from_string(answer.content).ir_version
    unknown = httpx.get(url, params={"format": "docx"}, timeout=ANSWERS_WITHIN_S)
    assert unknown.status_code == 400
    other = httpx.get(url, params={"format": "ubj"}, timeout=ANSWERS_WITHIN_S)
    assert (other.status_code, "available: onnx" in other.text) == (422, True)


def test_a_candidate_that_is_not_there_is_refused_in_body_and_address(
    predicting: Predicting,
) -> None:
    model = predicting.table.public_id
    in_body = predicting.post(model, json={"rows": ROWS, "candidate": "oracle"})
    in_address = predicting.post(model, json={"rows": ROWS}, params={"candidate": "oracle"})
    assert in_body.status_code == in_address.status_code == 422
    assert "accepted: linear" in in_body.json()["detail"]


def test_refusals_before_a_worker_is_asked(predicting: Predicting) -> None:
    model = predicting.table.public_id
    assert predicting.post("model-of-nobody", json={"rows": ROWS}).status_code == 404
    assert (
        predicting.post(model, content=b"x", headers={"Content-Type": "image/png"}).status_code
        == 415
    )
    assert predicting.post(model, content=b" " * 17_000_000).status_code == 413
    assert predicting.post(model, content=b"{").status_code == 422


def test_loading_is_in_the_audit_trail_once(predicting: Predicting) -> None:
    for _ in range(3):
        predicting.post(predicting.table.public_id, json={"rows": ROWS})
    with predicting.context.sessions() as session:
        lines = session.scalars(
            select(AuditEntry).where(
                AuditEntry.action == "load",
                AuditEntry.subject_id == predicting.table.public_id,
                AuditEntry.details["worker"].astext != predicting.context.worker,
            )
        ).all()
    assert set(Counter(line.details["worker"] for line in lines).values()) == {1}


def test_many_ask_at_once_and_all_are_answered(predicting: Predicting) -> None:
    answers: list[httpx.Response] = []

    def ask() -> None:
        model = predicting.table.public_id
        answers.extend(predicting.post(model, json={"rows": ROWS}) for _ in range(10))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [200] * 80


def test_a_request_whose_client_left_is_taken_back(predicting: Predicting) -> None:
    """Nobody takes what is asked, and what is taken back is gone long before its time is over."""
    address = urlsplit(predicting.served.url)
    body = b'{"rows": [{"area": 1, "district": "north"}]}'
    path = f"/api/v1/models/{predicting.table.public_id}/predict"
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    head += f"Content-Length: {len(body)}\r\n\r\n"
    with predicting.paused_worker():
        with socket.create_connection((address.hostname or "", address.port or 0)) as client:
            client.sendall(head.encode() + body)
            eventually(predicting.requests)
        eventually(lambda: not predicting.requests(), within_s=TIMEOUT_S / 2)


def test_nobody_to_answer_is_a_timeout_that_says_so(predicting: Predicting, tmp_path: Path) -> None:
    served = predicting.served
    impatient = {"prediction_timeout_seconds": 1}
    with ExitStack() as stack:
        other = start_api(stack, tmp_path, served.database_url, served.valkey, impatient)
        with predicting.paused_worker():
            url = f"{other.url}/api/v1/models/{predicting.table.public_id}/predict"
            answer = httpx.post(url, json={"rows": ROWS}, timeout=ANSWERS_WITHIN_S)
    assert answer.status_code == 504
    assert "PREDICTION_TIMEOUT_SECONDS" in answer.json()["detail"]
    again = predicting.post(predicting.table.public_id, json={"rows": ROWS})
    assert again.status_code == 200
