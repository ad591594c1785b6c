"""Rows to predict in every form: the same frame, bounded, and refused with a reason."""

import io
import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.errors import (
    InsufficientDataError,
    InvalidDataError,
    ResourceLimitError,
    WrongColumnsError,
)
from pipeline.table.batches import open_rows
from pipeline.table.incoming import ARROW, CSV, PARQUET, frame_of_rows, json_object, read_rows
from pipeline.table.kinds import check_columns
from pipeline.table.predict import predict_rows
from pipeline.table.result import TableResult
from pipeline.table.spec import TableLimits, TableSpec
from pipeline.table.train import train_table
from tests.pipeline.table.tables import shop_rows

LIMITS = TableLimits(max_rows=100, max_columns=20, max_bytes_in_memory=1_000_000)
TEXT_COLUMNS = ("town", "day")


@pytest.fixture(scope="module")
def classifier() -> TableResult:
    spec = TableSpec(
        ml_task="classification",
        target_variable="level",
        model_type="linear",
        exclude_columns=("amount",),
    )
    return train_table(shop_rows(), spec)


@pytest.fixture
def rows(classifier: TableResult) -> pd.DataFrame:
    return shop_rows(20, seed=5)[list(classifier.features)]


def as_csv(frame: pd.DataFrame) -> bytes:
    return frame.to_csv(index=False).encode()


def as_parquet(frame: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), buffer)
    return buffer.getvalue()


def as_arrow(table: pa.Table, compression: str | None = None) -> bytes:
    buffer = io.BytesIO()
    options = pa.ipc.IpcWriteOptions(compression=compression)
    with pa.ipc.new_stream(buffer, table.schema, options=options) as stream:
        stream.write_table(table)
    return buffer.getvalue()


def test_every_form_gives_the_same_predictions_to_the_last_bit(classifier, rows):
    expected = predict_rows(classifier, rows)
    table = pa.Table.from_pandas(rows, preserve_index=False)
    found = {
        "csv": read_rows(as_csv(rows), CSV, LIMITS, TEXT_COLUMNS),
        "parquet": read_rows(as_parquet(rows), PARQUET, LIMITS, ()),
        "arrow": read_rows(as_arrow(table), ARROW, LIMITS, ()),
        "arrow with a dictionary": read_rows(
            as_arrow(
                table.set_column(
                    table.schema.get_field_index("town"),
                    "town",
                    table["town"].cast(pa.string()).dictionary_encode(),
                )
            ),
            ARROW,
            LIMITS,
            (),
        ),
        "json": frame_of_rows(
            json.loads(rows.to_json(orient="records", date_format="iso")), LIMITS
        ),
    }
    for frame in found.values():
        check_columns(classifier, frame)
        pd.testing.assert_frame_equal(predict_rows(classifier, frame), expected, check_exact=True)


def test_codes_with_leading_zeros_stay_text():
    frame = read_rows(b"town;size\n01;2,5\n", CSV, LIMITS, ["town"])
    assert frame["town"].tolist() == ["01"]


def test_every_wrong_column_is_named(classifier, rows):
    wrong = rows.drop(columns="town").astype({"size": object})
    wrong.loc[3, "size"] = "large"
    wrong["day"] = 5
    with pytest.raises(WrongColumnsError) as refused:
        check_columns(classifier, wrong)
    problems = {problem.column: problem for problem in refused.value.problems}
    assert problems.keys() == {"town", "size", "day"}
    assert (problems["size"].row, problems["size"].value) == (4, "large")
    assert "'town' is missing" in str(refused.value)
    nested = frame_of_rows([{**dict.fromkeys(classifier.features), "town": ["a", "b"]}], LIMITS)
    with pytest.raises(WrongColumnsError, match=r"'town' holds .* where a single value"):
        check_columns(classifier, nested)


def test_missing_unseen_and_further_values_are_welcome(classifier):
    unseen = {"town": "Atlantis", "size": " ", "further": {"a": 1}}
    empty = dict.fromkeys(classifier.features)
    huge = json_object(b'{"size": 1' + 5_000 * b"0" + b"}")
    frame = frame_of_rows([unseen | {"day": None}, empty, huge], LIMITS)
    for name in classifier.features:
        frame[name] = frame.get(name, pd.Series([None] * 3, dtype=object))
    check_columns(classifier, frame)
    predicted = predict_rows(classifier, frame)
    assert predicted["prediction"].notna().all()
    assert np.isfinite(predicted.drop(columns="prediction").to_numpy()).all()


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"{", "not JSON"),
        (b"[1]", "must be a JSON object"),
        (b"\xff", "not JSON"),
        (b"[" * 100_000, "not JSON"),
    ],
)
def test_bodies_that_are_no_json_object(body, message):
    with pytest.raises(InvalidDataError, match=message):
        json_object(body)


def test_rows_must_be_objects_and_few():
    with pytest.raises(InvalidDataError, match="list of objects"):
        frame_of_rows([1], LIMITS)
    with pytest.raises(InvalidDataError, match="list of objects"):
        frame_of_rows(None, LIMITS)
    with pytest.raises(ResourceLimitError, match="101 rows; accepted: up to 100"):
        frame_of_rows([{"a": 1}] * 101, LIMITS)
    with pytest.raises(ResourceLimitError, match="21 columns"):
        frame_of_rows([{str(number): 1 for number in range(21)}], LIMITS)


@pytest.mark.parametrize("content_type", [CSV, PARQUET, ARROW])
@pytest.mark.parametrize("body", [b"", b"\x00\x01", b"\xff\xff\xff\xff\x10", b"a\xff,b\n1"])
def test_bodies_of_another_kind_are_refused(content_type, body):
    with pytest.raises((InvalidDataError, InsufficientDataError)):
        read_rows(body, content_type, LIMITS, ())


def test_a_cut_off_stream_is_refused_wherever_it_ends(rows):
    whole = as_arrow(pa.Table.from_pandas(rows, preserve_index=False))
    for length in range(0, len(whole) - 8, 97):
        with pytest.raises((InvalidDataError, ResourceLimitError)):
            read_rows(whole[:length], ARROW, LIMITS, ())


@pytest.mark.parametrize("compression", ["lz4", "zstd"])
def test_a_stream_that_grows_when_it_is_unpacked_is_refused_before_it_is(compression):
    bomb = as_arrow(pa.table({"size": np.zeros(2_000_000)}), compression)
    with pytest.raises(InvalidDataError, match="without compression"):
        read_rows(bomb, ARROW, LIMITS, ())
    words = pa.array(["x" * 10_000] * 50).dictionary_encode()
    with pytest.raises(InvalidDataError, match="without compression"):
        read_rows(as_arrow(pa.table({"town": words}), compression), ARROW, LIMITS, ())


def test_streams_and_csv_have_limits():
    many = pa.table({"size": np.zeros(101)})
    with pytest.raises(ResourceLimitError, match="rows"):
        read_rows(as_arrow(many), ARROW, LIMITS, ())
    with pytest.raises(ResourceLimitError, match="rows"):
        read_rows(b"size\n" + b"1\n" * 200, CSV, LIMITS, ())
    repeated = pa.DictionaryArray.from_arrays(np.zeros(90, dtype=int), ["x" * 100_000])
    with pytest.raises(ResourceLimitError, match="memory"):
        read_rows(as_arrow(pa.table({"town": repeated})), ARROW, LIMITS, ())


@pytest.mark.parametrize(
    ("body", "error", "told"),
    [
        (b"," * 200_000, ResourceLimitError, "200,001 columns"),
        (b"size,town\n" + b"," * 500_000, InvalidDataError, "500,001 values"),
        (b"size,town\n\n1,x,2\n", InvalidDataError, "3 values, and the header 2 names"),
        (b"size;town\n1;x;\n", InvalidDataError, "3 values, and the header 2 names"),
    ],
)
def test_a_csv_that_is_too_wide_is_refused_before_it_is_read(body, error, told):
    with pytest.raises(error, match=told):
        read_rows(body, CSV, LIMITS, ["town"])
    with pytest.raises(error, match=told):
        open_rows(io.BytesIO(body), LIMITS)


def test_separators_and_lines_in_quotes_make_no_csv_wider():
    body = b'"size, in m","town"\n1,"a,b\nc,d ""e"""\n'

    assert read_rows(body, CSV, LIMITS, ["town"]).values.tolist() == [[1, 'a,b\nc,d "e"']]
