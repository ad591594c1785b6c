"""Files of rows, read and predicted a few rows at a time."""

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.errors import (
    InsufficientDataError,
    InvalidDataError,
    InvalidParameterError,
    ResourceLimitError,
    WrongColumnsError,
)
from pipeline.table.batch_prediction import BatchOptions, predict_batches
from pipeline.table.batches import open_rows
from pipeline.table.predict import predict_rows
from pipeline.table.result import TableResult
from pipeline.table.spec import TableLimits, TableSpec
from pipeline.table.train import train_table

LIMITS = TableLimits(max_rows=10, max_columns=8, max_bytes_in_memory=2 * 1024**2)
PLAIN = BatchOptions()


def flats(count: int) -> pd.DataFrame:
    random = np.random.default_rng(4)
    area = random.uniform(20, 200, count)
    return pd.DataFrame(
        {
            "area": np.where(np.arange(count) % 9 == 5, np.nan, area),
            "town": random.choice(["Lyon", "Lille", "Nice"], count),
            "garden": random.random(count) > 0.5,
            "price": 3 * area + random.normal(0, 5, count),
        }
    )


@pytest.fixture(scope="module")
def fitted() -> TableResult:
    spec = TableSpec(
        ml_task="regression", target_variable="price", model_type="linear", time_budget_seconds=10
    )
    return train_table(flats(200), spec)


def parquet(frame: pd.DataFrame, **options: Any) -> io.BytesIO:
    buffer = io.BytesIO()
    frame.to_parquet(buffer, **options)
    return buffer


def csv(frame: pd.DataFrame, **options: Any) -> io.BytesIO:
    return io.BytesIO(frame.to_csv(index=False, **options).encode())


def predicted(
    fitted: TableResult, source: io.BytesIO, options: BatchOptions = PLAIN
) -> tuple[pd.DataFrame, list[int]]:
    """The result, and how many rows were told after each step."""
    sink, told = io.BytesIO(), [-1]
    count = predict_batches(fitted, open_rows(source, LIMITS), sink, options, told.append)
    assert told[-1] == count
    return pq.read_table(sink).to_pandas(), told[1:]


@pytest.mark.parametrize("form", [parquet, csv])
def test_a_file_longer_than_any_limit_is_predicted_as_its_rows_are(
    form: Any, fitted: TableResult
) -> None:
    frame = flats(70_000)
    result, told = predicted(fitted, form(frame))
    assert told[0] == 0
    assert len(told) > 2, "in more than one step"
    assert told == sorted(told)
    whole = predict_rows(fitted, frame)
    assert result["row"].tolist() == list(range(1, 70_001))
    for name in ("prediction", "lower", "upper"):
        assert result[name].tolist() == whole[name].tolist()


def test_the_size_of_row_groups_changes_nothing(fitted: TableResult) -> None:
    frame = flats(100)
    small, _ = predicted(fitted, parquet(frame, row_group_size=7))
    large, _ = predicted(fitted, parquet(frame))
    pd.testing.assert_frame_equal(small, large)


def test_columns_are_kept_as_they_were_and_never_mixed_up_with_ours(fitted: TableResult) -> None:
    frame = flats(20).assign(prediction=1, row="x", lower=pd.Timestamp("2026-01-01"))
    result, _ = predicted(fitted, parquet(frame), BatchOptions(keep_columns=True))
    assert result["input_prediction"].tolist() == [1] * 20
    assert result["input_row"].tolist() == ["x"] * 20
    assert result["input_lower"].tolist() == [pd.Timestamp("2026-01-01")] * 20
    assert result["town"].tolist() == frame["town"].tolist()
    assert result["prediction"].tolist() == predict_rows(fitted, frame)["prediction"].tolist()


def test_a_candidate_that_is_not_there_is_refused(fitted: TableResult) -> None:
    with pytest.raises(InvalidParameterError, match="oracle"):
        predicted(fitted, csv(flats(3)), BatchOptions(candidate="oracle"))


def test_missing_columns_are_named_before_anything_is_read(fitted: TableResult) -> None:
    with pytest.raises(WrongColumnsError) as refused:
        predicted(fitted, csv(flats(3)[["town"]]))
    assert {one.column for one in refused.value.problems} == {"area", "garden"}


def test_the_row_of_what_is_wrong_is_that_of_the_file(fitted: TableResult) -> None:
    frame = flats(25_000).astype({"area": object})
    frame.loc[22_222, "area"] = "large"
    with pytest.raises(WrongColumnsError) as refused:
        predicted(fitted, csv(frame))
    (problem,) = refused.value.problems
    assert (problem.column, problem.row, problem.value) == ("area", 22_223, "large")


@pytest.mark.parametrize(
    ("content", "error", "told"),
    [
        (b"area,town,garden\n", InsufficientDataError, "no rows"),
        (b"area,area\n1,2\n", InvalidDataError, "Duplicate|missing"),
        (b"area,town,garden\n\xff,1,2\n", InvalidDataError, "UTF-8"),
        (b'area,town,garden\n"1,2,3\n', InvalidDataError, "cannot be read"),
        (b"PAR1 cut", InvalidDataError, "cut off or damaged"),
        (",".join("abcdefghi").encode() + b"\n1,2,3,4,5,6,7,8,9\n", ResourceLimitError, "columns"),
    ],
)
def test_files_that_cannot_be_read(
    content: bytes, error: type[Exception], told: str, fitted: TableResult
) -> None:
    with pytest.raises(error, match=told):
        predicted(fitted, io.BytesIO(content))


def test_a_parquet_file_without_rows_is_refused(fitted: TableResult) -> None:
    with pytest.raises(InsufficientDataError):
        predicted(fitted, parquet(flats(3).iloc[:0]))


def test_a_few_rows_that_unpack_to_too_much_are_refused(fitted: TableResult) -> None:
    """A few kilobytes of a text that is repeated."""
    frame = flats(400).assign(town="x" * 20_000)
    with pytest.raises(ResourceLimitError, match="too much memory"):
        predicted(fitted, parquet(frame))


def test_a_page_that_unpacks_to_too_much_is_refused_before_it_is(fitted: TableResult) -> None:
    columns: Mapping[str, Any] = {
        "area": np.zeros(500_000),
        "town": ["Lyon"] * 500_000,
        "garden": np.zeros(500_000),
    }
    buffer = io.BytesIO()
    pq.write_table(
        pa.table(columns),
        buffer,
        data_page_size=64 * 1024**2,
        max_rows_per_page=10**6,
        use_dictionary=False,
    )
    with pytest.raises(ResourceLimitError, match="unpacks to more than is accepted"):
        predicted(fitted, buffer)
