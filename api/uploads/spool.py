"""Bytes that arrive: in memory while they are few, in a private file when they are many."""

import tempfile
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from api.errors import cannot_keep
from api.server.aside import Aside

_PIECE_BYTES = 1 << 18


class Spool:
    """Append, then read any part. Deleted when it is closed.

    Each piece that goes to the disk also lets other connections have their turn.
    """

    def __init__(self, directory: Path, aside: Aside) -> None:
        self._directory = directory
        self._aside = aside
        self._pending = bytearray()
        self._file: IO[bytes] | None = None
        self.size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def append(self, chunk: bytes) -> None:
        """Raises `UnavailableError` when the disk is full."""
        self.size += len(chunk)
        self._pending += chunk
        if len(self._pending) >= _PIECE_BYTES:
            self._write_out()

    def read(self, start: int, end: int) -> bytes:
        """The bytes between two positions, as far as there are any."""
        if self._file is None:
            return bytes(self._pending[start:end])
        if self._pending:
            self._write_out()
        return self._aside(self._read, self._file, start, end)

    def path(self) -> Path:
        """Where another process finds everything that was appended."""
        return Path(self._write_out().name)

    def close(self) -> None:
        if self._file is not None:
            self._aside(self._file.close)

    def _write_out(self) -> IO[bytes]:
        try:
            if self._file is None:
                self._file = tempfile.NamedTemporaryFile(  # noqa: SIM115  # see close
                    dir=self._directory, prefix="upload-", buffering=0
                )
            self._aside(self._write, self._file, bytes(self._pending))
        except OSError as error:
            raise cannot_keep(error) from error
        self._pending.clear()
        return self._file

    @staticmethod
    def _write(file: IO[bytes], chunk: bytes) -> None:
        rest = memoryview(chunk)
        while rest:
            rest = rest[file.write(rest) :]

    @staticmethod
    def _read(file: IO[bytes], start: int, end: int) -> bytes:
        file.seek(start)
        try:
            return file.read(max(0, end - start))
        finally:
            file.seek(0, 2)
