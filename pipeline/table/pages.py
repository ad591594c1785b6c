"""How large the pages of a Parquet file say they unpack to, read from their headers alone.

The footer of a hostile file may understate the size of a page, and one page of a few kilobytes can
unpack to two gigabytes. The headers are what the decoder allocates by, so they are added up first.
"""

from collections.abc import Iterator
from typing import Any, BinaryIO

from pipeline.errors import InvalidDataError, ResourceLimitError
from pipeline.table.footer import read_footer
from pipeline.table.thrift import Struct, ThriftError, ThriftReader

_USUAL_HEADER_BYTES = 1024
_MAX_HEADER_BYTES = 1024**2
_ROW_GROUPS, _COLUMNS, _COLUMN_METADATA = 4, 1, 3
_CHUNK_PACKED, _DATA_OFFSET, _DICTIONARY_OFFSET = 7, 9, 11
_PAGE_UNPACKED, _PAGE_PACKED = 2, 3


def check_pages(source: BinaryIO, max_bytes: int) -> None:
    """Refuse a file whose pages unpack to more than ``max_bytes`` in total.

    Raises
    ------
    ResourceLimitError
        If they do.
    InvalidDataError
        If the file does not say where its pages are, or they are not there.
    """
    unpacked = 0
    for pages in _pages_of_chunks(source):
        unpacked += sum(pages)
        _check_unpacked(unpacked, max_bytes)


def check_pages_in_turn(source: BinaryIO, max_bytes: int) -> None:
    """The same for a file that is read a few rows at a time: a page of each column is unpacked at
    once, so the largest pages of the columns together count.

    Raises
    ------
    ResourceLimitError
        If they unpack to more than ``max_bytes``.
    InvalidDataError
        If the file does not say where its pages are, or they are not there.
    """
    columns = _columns(source)
    largest = [0] * columns
    for number, pages in enumerate(_pages_of_chunks(source)):
        column = number % columns
        largest[column] = max(largest[column], *pages, 0)
        _check_unpacked(sum(largest), max_bytes)


def _check_unpacked(unpacked: int, max_bytes: int) -> None:
    if unpacked > max_bytes:
        raise ResourceLimitError(
            "The Parquet file unpacks to more than is accepted: "
            f"up to {max_bytes / 1024**2:,.0f} MB"
        )


def _pages_of_chunks(source: BinaryIO) -> Iterator[list[int]]:
    """What the pages of each column of each row group unpack to, in bytes."""
    size = source.seek(0, 2)
    packed = 0
    for chunk in _chunks(read_footer(source)):
        start, length = _extent(chunk, size)
        packed += length
        if packed > size:
            raise _damaged("its columns overlap")
        yield list(_unpacked_bytes(source, start, start + length))


def _columns(source: BinaryIO) -> int:
    """Columns of the widest row group, at least one."""
    footer = read_footer(source)
    return max((len(columns) for columns in _row_groups(footer)), default=1) or 1


def _chunks(footer: bytes) -> Iterator[Struct]:
    """The description of each column of each row group."""
    for columns in _row_groups(footer):
        yield from columns


def _row_groups(footer: bytes) -> Iterator[list[Struct]]:
    """The descriptions of the columns of each row group."""
    try:
        for group in _structs(ThriftReader(footer).struct().get(_ROW_GROUPS)):
            columns = _structs(group.get(_COLUMNS))
            yield _structs([column.get(_COLUMN_METADATA) for column in columns])
    except (EOFError, ThriftError) as error:
        raise _damaged("its footer cannot be read") from error


def _structs(values: Any) -> list[Struct]:
    if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
        raise ThriftError("a list of structures is expected")
    return values


def _extent(chunk: Struct, size: int) -> tuple[int, int]:
    """Where a column begins, and its length; writers state 0 for a dictionary that is not there."""
    starts = [chunk.get(_DICTIONARY_OFFSET), chunk.get(_DATA_OFFSET)]
    start = min((s for s in starts if isinstance(s, int) and s), default=-1)
    length = chunk.get(_CHUNK_PACKED)
    if not isinstance(length, int) or length < 0 or not 0 < start <= size - length:
        raise _damaged("a column lies outside the file")
    return start, length


def _unpacked_bytes(source: BinaryIO, position: int, end: int) -> Iterator[int]:
    while position < end:
        header, header_bytes = _page_header(source, position)
        sizes = (header.get(_PAGE_UNPACKED), header.get(_PAGE_PACKED))
        if not all(isinstance(size, int) and size >= 0 for size in sizes):
            raise _damaged("a page states no size")
        yield sizes[0] or 0
        position += header_bytes + (sizes[1] or 0)


def _page_header(source: BinaryIO, position: int) -> tuple[Struct, int]:
    """The header at ``position``, and its length."""
    for length in (_USUAL_HEADER_BYTES, _MAX_HEADER_BYTES):
        source.seek(position)
        reader = ThriftReader(source.read(length))
        try:
            return reader.struct(), reader.position
        except EOFError:
            continue
        except ThriftError as error:
            raise _damaged("the header of a page cannot be read") from error
    raise _damaged("the header of a page has no end")


def _damaged(why: str) -> InvalidDataError:
    return InvalidDataError(f"The Parquet file is damaged: {why}")
