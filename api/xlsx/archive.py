"""The parts of a workbook: XML within a ZIP archive, each read once from its beginning."""

import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Protocol
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile

from api.xlsx.errors import WorkbookError

_PIECE = 1 << 16
_LONGEST_TAG = 1 << 20
_LARGEST_PART = 1 << 30
_LARGEST_DIRECTORY = 1 << 20
_END_OF_DIRECTORY = b"PK\x05\x06"
_SHORTEST_END = 22
_LONGEST_END = _SHORTEST_END + (1 << 16)
_LARGE_DIRECTORY = b"PK\x06\x07"


class Handler(Protocol):
    """What is told of a part; names are without their namespace."""

    def start(self, name: str, attributes: Mapping[str, str], /) -> None:
        """An element begins."""

    def end(self, name: str, /) -> None:
        """An element ends."""

    def text(self, text: str, /) -> None:
        """Some of the text of an element."""


class AttributeHandler:
    """A handler that needs only the attributes of elements."""

    def end(self, name: str) -> None:
        pass

    def text(self, text: str) -> None:
        pass


def open_archive(path: Path) -> ZipFile:
    _check_directory(path)
    try:
        return ZipFile(path)
    except (BadZipFile, OSError, ValueError) as error:
        raise WorkbookError(f"its archive is damaged ({error})") from error


def read(archive: ZipFile, part: str, handler: Handler) -> None:
    for _ in read_in_pieces(archive, part, handler):
        pass


def read_in_pieces(archive: ZipFile, part: str, handler: Handler) -> Iterator[None]:
    """Gives a turn after each piece."""
    try:
        with archive.open(part) as file:
            yield from _parsed(file, handler)
    except (BadZipFile, zlib.error, EOFError, OSError, RuntimeError) as error:
        raise WorkbookError(f"its archive is damaged or locked ({error})") from error
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise WorkbookError(f"its part {part} is damaged ({error})") from error


def _check_directory(path: Path) -> None:
    """That the list of the archive's parts, which is read as a whole, is short."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _LONGEST_END - len(_LARGE_DIRECTORY)))
        end = file.read()
    place = end.rfind(_END_OF_DIRECTORY)
    if place < 0 or len(end) - place < _SHORTEST_END:
        raise WorkbookError("its archive is damaged: the end is missing")
    length = int.from_bytes(end[place + 12 : place + 16], "little")
    if length > _LARGEST_DIRECTORY or _LARGE_DIRECTORY in end:
        raise WorkbookError("its archive has too many parts")


def _parsed(file: IO[bytes], handler: Handler) -> Iterator[None]:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, attributes: handler.start(_local(name), attributes)
    parser.EndElementHandler = lambda name: handler.end(_local(name))
    parser.CharacterDataHandler = handler.text
    parser.StartDoctypeDeclHandler = _refuse_document_type
    length = 0
    while piece := file.read(_PIECE):
        length += len(piece)
        parser.Parse(piece)
        if length - max(parser.CurrentByteIndex, 0) > _LONGEST_TAG or length > _LARGEST_PART:
            raise WorkbookError("it expands to more than can be read")
        yield
    parser.Parse(b"", True)
    yield


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _refuse_document_type(*_: object) -> None:
    raise WorkbookError("it declares a type of document, which no workbook does")
