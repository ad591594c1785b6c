"""What an Arrow stream says of itself before any of it is unpacked.

Arrow unpacks a compressed batch as a whole, and a few kilobytes can hold gigabytes. Whether a batch
is compressed stands in the flat buffer before it (https://arrow.apache.org/docs/format/Columnar.html
#serialization-and-interprocess-communication-ipc); only these few fields are read here.
"""

import struct

from pipeline.errors import InvalidDataError

_CONTINUATION = 0xFFFFFFFF
_HEADER_TYPE, _HEADER, _BODY_LENGTH = 1, 2, 3
_DICTIONARY_BATCH, _RECORD_BATCH = 2, 3
_DATA_OF_DICTIONARY = 1
_COMPRESSION = 3


def refuse_compression(stream: bytes) -> None:
    """Raise `InvalidDataError` if a batch of the stream is compressed, or the stream is cut off."""
    try:
        position = 0
        while position < len(stream):
            length, position = _metadata_length(stream, position)
            if length == 0:
                return
            metadata = stream[position : position + length]
            if _is_compressed(metadata):
                raise InvalidDataError(
                    "The Arrow stream is compressed; write it without compression"
                )
            position += length + _body_length(metadata)
    except struct.error as error:
        raise InvalidDataError("The body is not an Arrow stream, or it is cut off") from error


def _metadata_length(stream: bytes, position: int) -> tuple[int, int]:
    (length,) = struct.unpack_from("<I", stream, position)
    if length == _CONTINUATION:
        position += 4
        (length,) = struct.unpack_from("<I", stream, position)
    return length, position + 4


def _body_length(metadata: bytes) -> int:
    place = _field(metadata, _root(metadata), _BODY_LENGTH)
    length: int = struct.unpack_from("<q", metadata, place)[0] if place else 0
    if length < 0:
        raise InvalidDataError("The Arrow stream is damaged: a batch has a negative length")
    return length


def _is_compressed(metadata: bytes) -> bool:
    message = _root(metadata)
    kind_place, header_place = (_field(metadata, message, n) for n in (_HEADER_TYPE, _HEADER))
    if not kind_place or not header_place:
        return False
    kind = metadata[kind_place : kind_place + 1]
    batch = _follow(metadata, header_place)
    if kind == bytes([_DICTIONARY_BATCH]):
        data = _field(metadata, batch, _DATA_OF_DICTIONARY)
        return bool(data and _field(metadata, _follow(metadata, data), _COMPRESSION))
    return kind == bytes([_RECORD_BATCH]) and bool(_field(metadata, batch, _COMPRESSION))


def _root(metadata: bytes) -> int:
    return _follow(metadata, 0)


def _follow(metadata: bytes, place: int) -> int:
    (offset,) = struct.unpack_from("<I", metadata, place)
    return place + int(offset)


def _field(metadata: bytes, table: int, number: int) -> int:
    """Where a field of a table stands, or 0 if it has its default."""
    (back,) = struct.unpack_from("<i", metadata, table)
    layout = table - back
    if layout < 0:
        raise struct.error("a table without a layout")
    (size,) = struct.unpack_from("<H", metadata, layout)
    slot = 4 + 2 * number
    if slot >= size:
        return 0
    (offset,) = struct.unpack_from("<H", metadata, layout + slot)
    return table + int(offset) if offset else 0
