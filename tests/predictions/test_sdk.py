"""Predictions through the SDK and the command, from a real prediction worker."""

import csv
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from client import Client
from client.errors import InvalidInputError, PredictionFailedError
from tests.fixtures.waiting import eventually
from tests.predictions.conftest import Predicting
from tests.worker.support import Shop
from worker.training import run_task

ROWS = [{"area": 50.5, "district": "north"}, {"area": None, "district": "moon"}]


@pytest.fixture
def studio(predicting: Predicting) -> Iterator[Client]:
    with Client(predicting.served.url) as client:
        yield client


def command(
    predicting: Predicting, *arguments: str, name: str = "predict"
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "client.cli", name, *arguments],
        env=os.environ | {"MODEL_STUDIO_URL": predicting.served.url},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_rows_are_predicted_from_objects_and_files_alike(
    predicting: Predicting, studio: Client, tmp_path: Path
) -> None:
    model = predicting.table.public_id
    frame = pd.DataFrame(ROWS)
    frame.to_csv(tmp_path / "rows.csv", index=False)
    frame.to_parquet(tmp_path / "rows.parquet")
    (tmp_path / "rows.json").write_text(json.dumps({"rows": ROWS}))

    told = studio.predict(model, ROWS)

    assert len(told.predictions) == 2
    assert told.periods == ()
    assert studio.predict(model, frame.to_dict("records")) == told
    assert studio.predict(model, [{**ROWS[0], "area": np.float64(50.5)}, ROWS[1]]) == told
    for name in ("rows.csv", "rows.parquet", "rows.json"):
        assert studio.predict_file(model, tmp_path / name) == told, name


def test_a_file_of_another_kind_is_refused_here(studio: Client, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"\.csv, \.parquet, \.arrow, \.json"):
        studio.predict_file("model", tmp_path / "rows.xlsx")


def test_coming_days_are_predicted(predicting: Predicting, studio: Client) -> None:
    model = predicting.forecast.public_id

    whole = studio.predict(model).periods
    first, last = whole[1].ds.date(), whole[3].ds.date()

    assert studio.predict(model, horizon_days=2).periods == whole[:2]
    assert studio.predict(model, start=first, end=last).periods == whole[1:4]
    assert studio.predict(model, [{"ds": first}]).periods == whole[1:2]
    with pytest.raises(InvalidInputError):
        studio.predict(model, start=date(1999, 1, 1))


def test_the_command_predicts_days_of_a_product(predicting: Predicting) -> None:
    product = str(predicting.forecast.product_id)

    shown = command(predicting, product, "--days", "3")
    as_json = command(predicting, product, "--days", "3", "--json")

    assert shown.returncode == as_json.returncode == 0, shown.stderr
    assert len(json.loads(as_json.stdout)["predictions"]) == 3
    assert shown.stdout.splitlines()[0].split() == ["day", "expected", "at", "least", "at", "most"]


def test_the_command_writes_what_it_predicts(predicting: Predicting, tmp_path: Path) -> None:
    rows, out = tmp_path / "rows.csv", tmp_path / "out.csv"
    pd.DataFrame(ROWS).to_csv(rows, index=False)

    done = command(predicting, predicting.table.public_id, str(rows), "--out", str(out))

    assert done.returncode == 0, done.stderr
    with out.open() as file:
        written = list(csv.DictReader(file))
    assert [row.keys() for row in written] == [{"prediction", "at least", "at most"}] * 2


def test_the_command_writes_a_workbook(predicting: Predicting, tmp_path: Path) -> None:
    rows, out = tmp_path / "rows.csv", tmp_path / "out.xlsx"
    pd.DataFrame(ROWS).to_csv(rows, index=False)

    done = command(predicting, predicting.table.public_id, str(rows), "--out", str(out))

    assert done.returncode == 0, done.stderr
    written = pd.read_excel(out, engine="calamine")
    assert list(written.columns) == ["prediction", "at least", "at most"]
    assert (written["at least"] <= written["at most"]).tolist() == [True] * 2


@contextmanager
def training_worker(predicting: Predicting) -> Iterator[None]:
    """Takes the next task that comes, in a thread."""
    shop = Shop(predicting.context.sessions)

    def work() -> None:
        run_task(eventually(shop.hand_out)[0].task_id, predicting.context)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def test_a_file_is_predicted_as_a_job_and_fetched(
    predicting: Predicting, studio: Client, tmp_path: Path
) -> None:
    model, seen = predicting.table.public_id, []
    frame = pd.DataFrame(ROWS * 50)
    frame.to_parquet(tmp_path / "rows.parquet")

    with training_worker(predicting):
        found = studio.predict_batch(
            model,
            tmp_path / "rows.parquet",
            tmp_path / "out.parquet",
            keep_columns=True,
            on_progress=seen.append,
        )

    assert (found.status, found.rows_predicted) == ("completed", 100)
    assert seen[-1].is_terminal
    assert seen[-1].result is not None
    assert seen[-1].result["result_digest"] == found.result_digest
    written = pd.read_parquet(tmp_path / "out.parquet")
    assert written["prediction"].tolist() == list(studio.predict(model, ROWS * 50).predictions)
    assert written["district"].tolist() == frame["district"].tolist()
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".part"] == []


def test_a_prediction_that_fails_says_why(
    predicting: Predicting, studio: Client, tmp_path: Path
) -> None:
    pd.DataFrame({"other": [1]}).to_csv(tmp_path / "rows.csv", index=False)
    with training_worker(predicting), pytest.raises(PredictionFailedError, match="'area' is miss"):
        studio.predict_batch(
            predicting.table.public_id, tmp_path / "rows.csv", tmp_path / "out.parquet"
        )
    assert not (tmp_path / "out.parquet").exists()


def test_the_command_predicts_a_file(predicting: Predicting, tmp_path: Path) -> None:
    rows, out = tmp_path / "rows.csv", tmp_path / "out.parquet"
    pd.DataFrame(ROWS).to_csv(rows, index=False)

    with training_worker(predicting):
        done = command(
            predicting,
            *(predicting.table.public_id, str(rows), "--out", str(out)),
            name="predict-file",
        )

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("2 rows written to")
    assert len(pd.read_parquet(out)) == 2


def test_a_row_is_explained(predicting: Predicting, studio: Client) -> None:
    model = predicting.table.public_id
    (row,) = studio.explain(model, ROWS[:1]).rows
    output = row.output()
    assert output.base_value + sum(output.contributions.values()) == pytest.approx(output.value)

    shown = command(predicting, model, "--row", json.dumps(ROWS[0]), name="explain")

    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.splitlines()[0].startswith("Row 1: ")
    assert "area" in shown.stdout


@pytest.mark.parametrize(
    "wrong", [("--row", "{"), ("--row", "[1]"), ("no-such-file.csv",), ("--days", "0")]
)
def test_wrong_usage_of_the_command_is_2(predicting: Predicting, wrong: tuple[str, ...]) -> None:
    assert command(predicting, predicting.table.public_id, *wrong).returncode == 2


def test_totals_come_from_a_worker(predicting: Predicting, studio: Client) -> None:
    everything = studio.totals(interval_width=0.8).totals[0]
    assert (everything.category, everything.products) == (None, 1)
    stored = studio.forecast(predicting.forecast.public_id).forecast
    assert [one.yhat for one in everything.forecast] == pytest.approx([one.yhat for one in stored])

    shown = command(predicting, "--days", "3", name="totals")
    assert shown.returncode == 0, shown.stderr
    assert "All products, 1 product" in shown.stdout
    assert "added up" in shown.stdout
