"""Every Arrow type that can be learned from, brought down to six plain ones: numbers, booleans,
text, bytes, timestamps and durations."""

import pyarrow as pa
import pyarrow.compute as pc

_MOST_NAMED = 50


def unusable_columns(schema: pa.Schema) -> dict[str, str]:
    """The columns that no model can use, each with the reason: nested ones and unknown types."""
    reasons = {field.name: _why_unusable(field.type) for field in schema}
    return {name: reason for name, reason in reasons.items() if reason is not None}


def _why_unusable(data_type: pa.DataType) -> str | None:
    if pa.types.is_nested(storage_type(data_type)):
        return "holds lists or structures; flatten it into one column per value to use it"
    if plain_type(data_type) is None:
        return f"is of the type {data_type}, which cannot be used"
    return None


def name_columns(names: list[str]) -> str:
    """The names in quotes, the first 50 of them, then how many more there are."""
    shown = ", ".join(repr(name) for name in names[:_MOST_NAMED])
    more = len(names) - _MOST_NAMED
    return f"{shown}, … and {more} more" if more > 0 else shown


def storage_type(data_type: pa.DataType) -> pa.DataType:
    """The type of the values themselves, without dictionary encoding or extension."""
    if isinstance(data_type, pa.BaseExtensionType):
        return storage_type(data_type.storage_type)
    if pa.types.is_dictionary(data_type):
        return storage_type(data_type.value_type)
    return data_type


_PLAIN = (
    (pa.types.is_boolean, None),
    (pa.types.is_integer, None),
    (pa.types.is_floating, pa.float64()),
    (pa.types.is_decimal, pa.float64()),
    (pa.types.is_null, pa.float64()),
    (pa.types.is_string, pa.large_string()),
    (pa.types.is_large_string, None),
    (pa.types.is_string_view, pa.large_string()),
    (pa.types.is_binary, pa.large_binary()),
    (pa.types.is_large_binary, None),
    (pa.types.is_binary_view, pa.large_binary()),
    (pa.types.is_fixed_size_binary, pa.large_binary()),
    (pa.types.is_date, pa.timestamp("ms")),
    (pa.types.is_timestamp, None),
    (pa.types.is_time, pa.float64()),
    (pa.types.is_duration, None),
)


def plain_type(data_type: pa.DataType) -> pa.DataType | None:
    """The plain type that values of ``data_type`` become, or ``None`` if there is none."""
    stored = storage_type(data_type)
    if pa.types.is_timestamp(stored) and stored.unit == "ns":
        # The range of nanoseconds ends in 1677 and 2262, where no time zone can be applied.
        return pa.timestamp("us", stored.tz)
    for matches, plain in _PLAIN:
        if matches(stored):
            return plain or stored
    return None


def to_plain(array: pa.Array) -> pa.Array:
    """The same values in their plain type; times of day become seconds since midnight.

    Raises
    ------
    pyarrow.ArrowInvalid
        If text is not valid UTF-8.
    """
    array.validate(full=True)
    if isinstance(array.type, pa.BaseExtensionType):
        return to_plain(array.storage)
    if pa.types.is_dictionary(array.type):
        return to_plain(array.dictionary).take(array.indices)
    if pa.types.is_time(array.type):
        return _seconds(array)
    plain = _as_text(array) if _is_bytes(array.type) else array
    target = plain_type(plain.type)
    return plain if plain.type == target else plain.cast(target, safe=False)


def expanded_bytes(array: pa.Array) -> int:
    """How many bytes ``array`` will take once its dictionary encoding is undone."""
    if not pa.types.is_dictionary(array.type):
        return int(array.nbytes)
    if not _has_lengths(array.type.value_type):
        return len(array) * 8
    lengths = pc.binary_length(array.dictionary).cast(pa.int64())
    return len(array) * 8 + int(pc.sum(lengths.take(array.indices)).as_py() or 0)


def _seconds(times: pa.Array) -> pa.Array:
    per_second = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[times.type.unit]
    ticks = times.cast(pa.int32() if pa.types.is_time32(times.type) else pa.int64())
    return pc.divide(ticks.cast(pa.float64()), float(per_second))


def _as_text(array: pa.Array) -> pa.Array:
    """Bytes as text where all of them are UTF-8, as older writers store text; else unchanged."""
    try:
        return array.cast(pa.large_binary()).cast(pa.large_string())
    except pa.ArrowInvalid:
        return array


def _is_bytes(data_type: pa.DataType) -> bool:
    return bool(plain_type(data_type) == pa.large_binary())


def _has_lengths(data_type: pa.DataType) -> bool:
    return plain_type(data_type) in (pa.large_binary(), pa.large_string())
