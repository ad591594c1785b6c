"""How large the pages of a Parquet file say they unpack to, read from the page headers alone.

The footer of a hostile file may understate the size of a page, and one page of a few kilobytes can
unpack to two gigabytes. The headers are what the decoder allocates by, so they are added up first.
They are Thrift compact structures: https://github.com/apache/thrift/blob/master/doc/specs/
"""

from typing import BinaryIO

import pyarrow.parquet as pq

from pipeline.errors import InvalidDataError, ResourceLimitError

_USUAL_HEADER_BYTES = 1024
_MAX_HEADER_BYTES = 1024**2
_UNPACKED_SIZE, _PACKED_SIZE = 2, 3
_STOP, _TRUE, _FALSE, _BYTE, _INTEGERS, _DOUBLE, _BINARY = 0, 1, 2, 3, (4, 5, 6), 7, 8
_STRUCT = 12
_MAX_DEPTH = 8
_MAX_VARINT_BITS = 63


def check_pages(source: BinaryIO, metadata: pq.FileMetaData, max_bytes: int) -> None:
    """Refuse a file whose pages unpack to more than ``max_bytes`` in total.

    Raises
    ------
    ResourceLimitError
        If they do.
    InvalidDataError
        If a page header cannot be read or points outside the file.
    """
    unpacked = packed = 0
    size = source.seek(0, 2)
    for group in range(metadata.num_row_groups):
        for column in range(metadata.num_columns):
            chunk = metadata.row_group(group).column(column)
            packed += max(chunk.total_compressed_size, 0)
            if packed > size:
                raise InvalidDataError("The Parquet file is damaged: its columns overlap")
            unpacked += _unpacked_bytes(source, chunk)
            if unpacked > max_bytes:
                raise ResourceLimitError(
                    "The Parquet file unpacks to more than is accepted: "
                    f"up to {max_bytes / 1024**2:,.0f} MB"
                )


def _unpacked_bytes(source: BinaryIO, chunk: pq.ColumnChunkMetaData) -> int:
    starts = (chunk.dictionary_page_offset, chunk.data_page_offset)
    position = min(start for start in starts if start)
    end = position + chunk.total_compressed_size
    unpacked = 0
    while position < end:
        sizes, header_bytes = _page_header(source, position)
        unpacked_size, packed_size = sizes.get(_UNPACKED_SIZE, -1), sizes.get(_PACKED_SIZE, -1)
        if unpacked_size < 0 or packed_size < 0:
            raise InvalidDataError("The Parquet file is damaged: a page states no size")
        unpacked += unpacked_size
        position += header_bytes + packed_size
    return unpacked


def _page_header(source: BinaryIO, position: int) -> tuple[dict[int, int], int]:
    """The integer fields of the header at ``position``, and its length."""
    for length in (_USUAL_HEADER_BYTES, _MAX_HEADER_BYTES):
        source.seek(position)
        reader = _Reader(source.read(length))
        try:
            return reader.struct(), reader.position
        except EOFError:
            continue
    raise _damaged()


class _Reader:
    """Just enough of the Thrift compact protocol to step over a page header."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.position = 0

    def struct(self, depth: int = 0) -> dict[int, int]:
        """Step over a structure and return its integer fields by number."""
        if depth > _MAX_DEPTH:
            raise _damaged()
        integers: dict[int, int] = {}
        field = 0
        while (head := self._byte()) != _STOP:
            step, kind = head >> 4, head & 0x0F
            field = field + step if step else self._zigzag()
            if kind in _INTEGERS:
                integers[field] = self._zigzag()
            else:
                self._skip(kind, depth)
        return integers

    def _skip(self, kind: int, depth: int) -> None:
        if kind in (_TRUE, _FALSE):
            return
        if kind == _BYTE:
            self._forward(1)
        elif kind == _DOUBLE:
            self._forward(8)
        elif kind == _BINARY:
            self._forward(self._varint())
        elif kind == _STRUCT:
            self.struct(depth + 1)
        else:
            # Page headers have no lists or maps in any version of the format.
            raise _damaged()

    def _byte(self) -> int:
        self._forward(1)
        return self._data[self.position - 1]

    def _forward(self, count: int) -> None:
        self.position += count
        if self.position > len(self._data):
            raise EOFError

    def _varint(self) -> int:
        value = shift = 0
        while True:
            byte = self._byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7
            if shift > _MAX_VARINT_BITS:
                raise _damaged()

    def _zigzag(self) -> int:
        value = self._varint()
        return (value >> 1) ^ -(value & 1)


def _damaged() -> InvalidDataError:
    return InvalidDataError("The Parquet file is damaged: the header of a page cannot be read")
