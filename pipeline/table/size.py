"""How large a table may be, checked by what it says of itself and by what it turns out to be."""

import pyarrow as pa

from pipeline.errors import InsufficientDataError, InvalidDataError, ResourceLimitError
from pipeline.table.arrow import plain_type, storage_type
from pipeline.table.spec import TableLimits


def check_shape(rows: int, columns: int, limits: TableLimits) -> None:
    """Refuse a table without rows or columns, or with more than ``limits`` accepts."""
    if columns > limits.max_columns:
        raise ResourceLimitError(
            f"The table has {columns:,} columns; accepted: up to {limits.max_columns:,}"
        )
    if columns == 0:
        raise InvalidDataError("The table has no columns")
    if rows > limits.max_rows:
        raise ResourceLimitError(
            f"The table has {rows:,} rows; accepted: up to {limits.max_rows:,}"
        )
    if rows == 0:
        raise InsufficientDataError("The table has no rows")


def check_bytes(used: int, limits: TableLimits) -> None:
    """Refuse a table of which ``used`` bytes are known and more than ``limits`` accepts."""
    if used > limits.max_bytes_in_memory:
        raise ResourceLimitError(
            "The table takes too much memory once it is unpacked; "
            f"accepted: up to {limits.max_bytes_in_memory / 1024**2:,.0f} MB"
        )


def row_bytes(schema: pa.Schema) -> int:
    """A lower bound of what one row takes in memory: of text and bytes only their offsets."""
    return sum(_value_bytes(field.type) for field in schema)


def is_text(data_type: pa.DataType) -> bool:
    """Whether values are text or bytes of any length."""
    stored = storage_type(data_type)
    return not pa.types.is_fixed_size_binary(stored) and plain_type(stored) in (
        pa.large_string(),
        pa.large_binary(),
    )


def _value_bytes(data_type: pa.DataType) -> int:
    stored = storage_type(data_type)
    if pa.types.is_fixed_size_binary(stored):
        return int(stored.byte_width)
    return 1 if pa.types.is_boolean(stored) else 8
