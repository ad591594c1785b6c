"""Bytes that arrive: in memory while they are few, in a private file when they are many."""

import mmap
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

_LARGEST_IN_MEMORY = 1 << 20


class Spool:
    """Append, then look at everything at once. The file has no name that others could open."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._memory = bytearray()
        self._file: IO[bytes] | None = None
        self.size = 0

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def append(self, chunk: bytes) -> None:
        self.size += len(chunk)
        if self._file is None and self.size > _LARGEST_IN_MEMORY:
            self._file = tempfile.TemporaryFile(dir=self._directory)  # noqa: SIM115  # see close
            self._file.write(self._memory)
            self._memory = bytearray()
        if self._file is None:
            self._memory += chunk
        else:
            self._file.write(chunk)

    @contextmanager
    def content(self) -> Iterator["bytes | mmap.mmap"]:
        """All bytes, to be searched and cut; a large content stays in the file."""
        if self._file is None:
            yield bytes(self._memory)
            return
        self._file.flush()
        with mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
            yield mapped
