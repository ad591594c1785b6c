"""Parquet files that were made to do harm."""

import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tests.pipeline.table.tables import parquet

MEGABYTE = 1024**2


def repeated_text(rows: int = 200_000, length: int = MEGABYTE) -> io.BytesIO:
    """One long text in every row: some hundred bytes that unpack to ``rows × length``."""
    indices = pa.array(np.zeros(rows, dtype=np.int32))
    column = pa.DictionaryArray.from_arrays(indices, pa.array(["x" * length]))
    return parquet(pa.table({"text": column}), compression="zstd", store_schema=False)


def zeros(rows: int = 4_000_000) -> io.BytesIO:
    """Run-length encoded numbers: 8 bytes a row once unpacked, almost none in the file."""
    return parquet(pa.table({"number": np.zeros(rows)}), compression="zstd")


def understated_page(size: int = 96 * MEGABYTE) -> io.BytesIO:
    """One page of ``size`` bytes in a file whose footer says that it takes one byte."""
    table = pa.table({"text": pa.array(["x" * size])})
    raw = parquet(table, compression="zstd", use_dictionary=False, store_schema=False).getvalue()
    length = int.from_bytes(raw[-8:-4], "little")
    start = len(raw) - 8 - length
    footer = raw[start:]
    group = pq.ParquetFile(io.BytesIO(raw)).metadata.row_group(0)
    for true_size in {group.total_byte_size, group.column(0).total_uncompressed_size}:
        stated = _varint(2 * true_size)
        footer = footer.replace(stated, _varint(2, length=len(stated)))
    return io.BytesIO(raw[:start] + footer)


def header_of_columns(count: int) -> io.BytesIO:
    """A file of nothing but a footer that lists ``count`` columns: version, schema, and no more."""
    root = b"\x48\x01s\x15" + _varint(2 * count) + b"\x00"
    column = b"\x15\x02\x25\x00\x18\x01c\x00"
    listed = b"\xfc" + _varint(count + 1) + root + column * count
    footer = b"\x15\x04\x19" + listed + b"\x16\x02\x19\x0c\x00"
    return io.BytesIO(b"PAR1" + footer + len(footer).to_bytes(4, "little") + b"PAR1")


def _varint(value: int, length: int = 0) -> bytes:
    """A Thrift varint, with needless continuation bytes up to ``length``."""
    groups = []
    while value or not groups or len(groups) < length:
        groups.append(value & 0x7F)
        value >>= 7
    return bytes([*(group | 0x80 for group in groups[:-1]), groups[-1]])
