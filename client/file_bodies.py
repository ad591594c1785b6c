"""A file as the body of a request: of one that may be sent again where it can be read again."""

import os
from collections.abc import Iterator
from typing import BinaryIO

_PIECE_BYTES = 1 << 16


class FromHere:
    """The rest of a file from where it stands now, each time it is iterated."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._start = file.tell()
        self.size = file.seek(0, os.SEEK_END) - self._start

    def __iter__(self) -> Iterator[bytes]:
        self._file.seek(self._start)
        return pieces(self._file)


def pieces(file: BinaryIO) -> Iterator[bytes]:
    """What is left of a file. httpx takes a pipe for an empty file, but an iterator as it is."""
    return iter(lambda: file.read(_PIECE_BYTES), b"")
