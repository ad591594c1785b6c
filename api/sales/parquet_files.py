"""Sales as Parquet, by pyarrow."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from api.errors import InvalidRequestError
from api.sales.tables import (
    LONGEST_CELL,
    RawBatch,
    SalesFile,
    check_names,
    rows_at_once,
)
from api.sales.wide import NAMES, may_be_products, melted, wide_of

_MOST_ROWS = 100_000_000


@contextmanager
def open_parquet(path: Path) -> Iterator[SalesFile]:
    yield _read(path)


def _read(path: Path) -> SalesFile:
    try:
        # Repeated texts stay one text each, so that a small file cannot grow without bound.
        schema = pq.read_schema(path)
        texts = [field.name for field in schema if _is_text(field.type)]
        file = pq.ParquetFile(path, read_dictionary=texts)
    except (pa.ArrowException, OSError) as error:
        raise InvalidRequestError(f"The file is not a readable Parquet file: {error}") from error
    if file.metadata.num_rows > _MOST_ROWS:
        raise InvalidRequestError(f"The file has more than {_MOST_ROWS:,} rows")
    if names := _wide_names(schema):
        return _wide_file(file, names)
    check_names([name.strip().lower() for name in schema.names], is_wide=False)
    used = [field.name for field in schema if _is_usable(field.type)]
    names = [name.strip().lower() for name in used]
    return SalesFile(
        tuple(names),
        _batches(file, dict(zip(used, names, strict=True))),
        left_out=tuple(name for name in schema.names if name not in used),
    )


def _wide_file(file: pq.ParquetFile, used: Sequence[str]) -> SalesFile:
    names = [name.strip() for name in used]
    check_names(names, is_wide=True)
    wide = wide_of(names)
    batches = _batches(file, dict(zip(used, names, strict=True)))
    return SalesFile(NAMES, melted(batches, wide), wide=wide)


def _batches(file: pq.ParquetFile, names: Mapping[str, str]) -> Iterator[RawBatch]:
    """Of the columns named so in the file, by their names here."""
    first = 1
    try:
        for batch in file.iter_batches(
            batch_size=rows_at_once(len(names)), columns=list(names), use_threads=False
        ):
            columns: dict[str, Sequence[object]] = {
                names[name]: _cells(name, column)
                for name, column in zip(batch.schema.names, batch.columns, strict=True)
            }
            yield RawBatch(range(first, first + batch.num_rows), columns)
            first += batch.num_rows
    except (pa.ArrowException, OSError) as error:
        raise InvalidRequestError(f"The Parquet file is damaged: {error}") from error


def _cells(name: str, column: pa.Array) -> list[object]:
    kind = column.type
    if pa.types.is_dictionary(kind):
        longest = pc.max(pc.binary_length(column.dictionary)).as_py() or 0
        if longest > LONGEST_CELL:
            raise InvalidRequestError(
                f"The column {name!r} has a text of {longest:,} bytes; at most {LONGEST_CELL:,}"
            )
        texts = column.dictionary.to_pylist()
        return [None if index is None else texts[index] for index in column.indices.to_pylist()]
    if pa.types.is_timestamp(kind):
        # Of nanoseconds pyarrow makes pandas objects, and imports it.
        column = column.cast(pa.timestamp("us", kind.tz), safe=False)
    cells: list[object] = column.to_pylist()
    return cells


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _is_usable(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        return _is_text(kind.value_type)
    checks = (
        _is_text,
        pa.types.is_boolean,
        pa.types.is_integer,
        pa.types.is_floating,
        pa.types.is_decimal,
        pa.types.is_date,
        pa.types.is_timestamp,
    )
    return any(check(kind) for check in checks)


def _wide_names(schema: pa.Schema) -> list[str]:
    """The column of moments, wherever it stands, and the others, where each holds the numbers of a
    product; else none.
    """
    moments = (pa.types.is_date, pa.types.is_timestamp)
    counted = (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal)
    days, others = (
        [one.name for one in schema if any(check(one.type) for check in kind)]
        for kind in (moments, counted)
    )
    is_wide = len(days) == 1 and len(others) == len(schema) - 1 and may_be_products(others)
    return [*days, *others] if is_wide else []
