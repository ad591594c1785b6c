"""Predictions through the SDK and the command, from a real prediction worker."""

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from client import Client
from client.errors import InvalidInputError
from tests.predictions.conftest import Predicting

ROWS = [{"area": 50.5, "district": "north"}, {"area": None, "district": "moon"}]


@pytest.fixture
def studio(predicting: Predicting) -> Iterator[Client]:
    with Client(predicting.served.url) as client:
        yield client


def command(predicting: Predicting, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "client.cli", "predict", *arguments],
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
    assert [row.keys() for row in written] == [{"prediction"}] * 2


@pytest.mark.parametrize(
    "wrong", [("--row", "{"), ("--row", "[1]"), ("no-such-file.csv",), ("--days", "0")]
)
def test_wrong_usage_of_the_command_is_2(predicting: Predicting, wrong: tuple[str, ...]) -> None:
    assert command(predicting, predicting.table.public_id, *wrong).returncode == 2
