import datetime as dt
import io
import subprocess
import sys
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from pipeline.errors import (
    InsufficientDataError,
    InvalidDataError,
    PipelineError,
    ResourceLimitError,
)
from pipeline.table.load import make_plain, read_plain, read_table
from pipeline.table.spec import TableLimits
from tests.pipeline.table import hostile
from tests.pipeline.table.tables import LIMITS, parquet, shop_rows

NOT_UTF8 = pa.array([b"\xff\xfe", b"plain"], pa.binary())


def cut_off(share: float) -> io.BytesIO:
    raw = parquet(shop_rows()).getvalue()
    return io.BytesIO(raw[: int(len(raw) * share)])


def damaged_pages() -> io.BytesIO:
    raw = bytearray(parquet(pa.table({"a": np.arange(5000.0)})).getvalue())
    raw[60:2000] = bytes(1940)
    return io.BytesIO(bytes(raw))


def damaged_footer() -> io.BytesIO:
    raw = bytearray(parquet(shop_rows()).getvalue())
    raw[-300:-8] = b"\xff" * 292
    return io.BytesIO(bytes(raw))


INVALID = {
    "empty": (io.BytesIO, "is empty"),
    "four bytes": (lambda: io.BytesIO(b"PAR1"), "cut off"),
    "text": (lambda: io.BytesIO(b"date;product\n2025-01-01;bread\n"), "not a Parquet file"),
    "encrypted": (lambda: io.BytesIO(b"PARE" + bytes(40)), "encrypted"),
    "cut in the data": (lambda: cut_off(0.4), "cut off"),
    "cut in the footer": (lambda: cut_off(0.99), "cut off"),
    "damaged pages": (damaged_pages, "damaged"),
    "damaged footer": (damaged_footer, "damaged"),
    "only nested columns": (
        lambda: parquet(pa.table({"place": [{"x": 1}, {"x": 2}], "tags": [["a"], ["b"]]})),
        "No column can be used: 'place' holds lists or structures; flatten it",
    ),
    "duplicate names": (
        lambda: parquet(pa.table([[1], [2], [3]], names=["a", "b", "a"])),
        "Duplicate column names: 'a'",
    ),
    "text in another encoding": (
        lambda: parquet(pa.table({"name": NOT_UTF8.view(pa.string())})),
        "Column 'name' holds text that is not UTF-8",
    ),
    "no columns": (lambda: parquet(pa.table({})), "no columns"),
}


@pytest.mark.parametrize(("make", "message"), INVALID.values(), ids=INVALID.keys())
def test_what_cannot_be_read_is_named(make, message):
    with pytest.raises(InvalidDataError, match=message):
        read_table(make(), LIMITS)


def test_no_rows():
    with pytest.raises(InsufficientDataError, match="no rows"):
        read_table(parquet(shop_rows().head(0)), LIMITS)


TOO_LARGE = {
    "rows": (lambda: parquet(shop_rows()), TableLimits(max_rows=100), "160 rows; .*up to 100"),
    "columns": (lambda: parquet(shop_rows()), TableLimits(max_columns=9), "10 columns; .*up to 9"),
    "a hundred thousand columns": (
        lambda: hostile.header_of_columns(100_000),
        LIMITS,
        "100,000 columns|too many columns",
    ),
    "a million columns": (lambda: hostile.header_of_columns(1_000_000), LIMITS, "too many columns"),
    "an endless header": (
        lambda: hostile.header_of_columns(5_000_000),
        LIMITS,
        "header of the Parquet file takes 3. MB",
    ),
    "zeros": (hostile.zeros, TableLimits(max_bytes_in_memory=2**24), "up to 16 MB"),
    "repeated text": (hostile.repeated_text, LIMITS, "too much memory"),
    "understated page": (
        hostile.understated_page,
        TableLimits(max_bytes_in_memory=2**24),
        "unpacks to more",
    ),
}


@pytest.mark.parametrize(("make", "limits", "message"), TOO_LARGE.values(), ids=TOO_LARGE.keys())
def test_what_is_too_large_is_refused(make, limits, message):
    with pytest.raises(ResourceLimitError, match=message):
        read_table(make(), limits)


def test_understated_page_would_have_passed_the_footer_check():
    metadata = pa.parquet.ParquetFile(hostile.understated_page()).metadata
    assert metadata.row_group(0).total_byte_size == 1


def test_bombs_stay_within_bounded_memory(tmp_path):
    """In a process of its own, because the highest use of memory of a process never falls."""
    script = """
import io, resource, sys
from pipeline.errors import ResourceLimitError
from pipeline.table.load import read_table
from pipeline.table.spec import TableLimits
files = [open(path, "rb") for path in sys.argv[1:]]
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for file in files:
    with file:
        try:
            read_table(file, TableLimits(max_bytes_in_memory=2**24))
        except ResourceLimitError:
            print("refused")
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""
    bombs = (hostile.repeated_text, hostile.zeros, hostile.understated_page)
    for make in bombs:
        (tmp_path / make.__name__).write_bytes(make().getvalue())
    command = [sys.executable, "-c", script, *map(str, tmp_path.iterdir())]
    finished = subprocess.run(command, check=True, capture_output=True, text=True)
    *answers, grown_mb = finished.stdout.split()
    assert answers == ["refused"] * len(bombs)
    assert int(grown_mb) < 150


PLAIN = {
    "decimal": (pa.array([Decimal("1.50"), None], pa.decimal128(9, 2)), [1.5, np.nan]),
    "time": (pa.array([dt.time(1, 0, 30), None], pa.time64("us")), [3630.0, np.nan]),
    "half": (pa.array([0.5, None], pa.float16()), [0.5, np.nan]),
    "null": (pa.nulls(2), [np.nan, np.nan]),
    "infinite": (pa.array([np.inf, -np.inf]), [np.inf, -np.inf]),
}


@pytest.mark.parametrize(("values", "expected"), PLAIN.values(), ids=PLAIN.keys())
def test_numbers_of_every_kind_become_floats(values, expected):
    column = read_table(parquet(pa.table({"x": values})), LIMITS)["x"]
    assert column.dtype == np.float64
    np.testing.assert_array_equal(column, expected)


def test_text_dates_booleans_and_bytes():
    table = pa.table(
        {
            "text": pa.array(["a", None]),
            "dictionary": pa.array(["a", None]).dictionary_encode(),
            "large": pa.array(["a", None], pa.large_string()),
            "old_writer": pa.array([b"a", None], pa.binary()),
            "picture": NOT_UTF8,
            "day": pa.array([dt.date(2025, 3, 1), None]),
            "moment": pa.array(
                [dt.datetime(2025, 3, 1, 4, tzinfo=dt.UTC), None], pa.timestamp("us", "UTC")
            ),
            "took": pa.array([dt.timedelta(hours=1), None]),
            "flag": pa.array([True, None]),
        }
    )
    frame = read_table(parquet(table), LIMITS)
    for name in ("text", "dictionary", "large", "old_writer"):
        assert isinstance(frame[name].dtype, pd.StringDtype)
        assert frame[name].iloc[0] == "a"
        assert frame[name].isna().iloc[1]
    assert frame["picture"].tolist() == [b"\xff\xfe", b"plain"]
    assert frame["day"].iloc[0] == pd.Timestamp("2025-03-01")
    assert frame["moment"].dt.tz is not None
    assert frame["took"].iloc[0] == pd.Timedelta(hours=1)
    assert frame["flag"].iloc[0]
    assert pd.isna(frame["flag"].iloc[1])


def test_many_batches_and_row_groups_keep_every_row_in_order():
    rows = 150_000
    table = pa.table({"x": np.arange(rows), "text": [f"v{i % 700}" for i in range(rows)]})
    frame = read_table(parquet(table, row_group_size=40_000), LIMITS)
    assert frame["x"].tolist() == list(range(rows))
    assert frame["text"].tolist() == table["text"].to_pylist()


@pytest.mark.parametrize("compression", ["none", "snappy", "gzip", "brotli", "zstd", "lz4"])
@pytest.mark.parametrize("page_version", ["1.0", "2.0"])
def test_every_compression_and_page_version(compression, page_version):
    frame = shop_rows().drop(columns="empty")
    file = parquet(frame, compression=compression, data_page_version=page_version)
    read = read_table(file, LIMITS)
    pd.testing.assert_frame_equal(read, frame, check_dtype=False)


@pytest.mark.parametrize("compression", ["none", "zstd"])
def test_no_damage_ends_in_anything_but_a_typed_error(compression):
    """Random bytes in random places; most of them in the footer, which says where all else is."""
    raw = parquet(shop_rows(), compression=compression).getvalue()
    footer = len(raw) - 8 - int.from_bytes(raw[-8:-4], "little")
    random = np.random.default_rng(5)
    refused = 0
    for start in [footer] * 200 + [4] * 50:
        damaged = bytearray(raw)
        for position in random.integers(start, len(raw) - 8, random.integers(1, 8)):
            damaged[position] = random.integers(256)
        try:
            read_table(io.BytesIO(bytes(damaged)), TableLimits(max_bytes_in_memory=2**27))
        except PipelineError:
            refused += 1
    assert refused > 100


def test_names_with_dots_and_spaces_are_plain_names():
    frame = pd.DataFrame({"a.b": ["x", "y"], "a": [1, 2], "": [3, 4], "größe in cm": [5, 6]})
    assert list(read_table(parquet(frame), LIMITS).columns) == list(frame.columns)


def test_the_index_that_pandas_adds_is_no_column():
    file = io.BytesIO()
    shop_rows().loc[5:].to_parquet(file)
    assert "__index_level_0__" not in read_table(file, LIMITS).columns


def test_nested_columns_are_left_out_with_the_reason():
    table = pa.table({"ok": [1, 2], "tags": [["a"], ["b"]], "place": [{"x": 1}, {"x": 2}]})
    for plain in (read_plain(parquet(table), LIMITS), make_plain(table.to_pandas(), LIMITS)):
        assert list(plain.frame.columns) == ["ok"]
        assert list(plain.unusable) == ["tags", "place"]
        assert "flatten it into one column per value" in plain.unusable["tags"]


def test_a_frame_gets_the_same_columns_as_its_file():
    frame = shop_rows()
    pd.testing.assert_frame_equal(
        make_plain(frame, LIMITS).frame, read_table(parquet(frame), LIMITS), check_dtype=True
    )


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (pd.DataFrame({"a": [[1], [2]]}), "No column can be used: 'a' holds lists"),
        (pd.DataFrame({"a": [1, "x"]}, dtype=object), "mixes values"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "Duplicate column names"),
    ],
)
def test_a_frame_with_the_same_faults_is_refused(frame, message):
    with pytest.raises(InvalidDataError, match=message):
        make_plain(frame, LIMITS)


def test_a_broken_disk_is_not_a_damaged_file():
    class BrokenDisk(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise OSError(5, "Input/output error")

    with pytest.raises(OSError, match="Input/output error"):
        read_table(BrokenDisk(parquet(shop_rows()).getvalue()), LIMITS)
