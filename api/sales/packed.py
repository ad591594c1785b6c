"""Packed sales files: gzip, or an archive (ZIP) of one file, unpacked beside it."""

import gzip
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import NamedTemporaryFile
from typing import IO, cast

from api.errors import InvalidRequestError

_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"
_OF_WORKBOOKS = ("xl/", "content.xml")  # of Excel, and of LibreOffice
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_IS_ENCRYPTED = 0x1
_PIECE = 1 << 20


@contextmanager
def unpacked(path: Path, most_bytes: int) -> Iterator[Path]:
    """The file itself if it is not packed, else for a while what is in it.

    Raises `InvalidRequestError` for more than `most_bytes`, several files, or a damaged one.
    """
    with path.open("rb") as file:
        begin = file.read(len(_ZIP))
        file.seek(0)
        packed = _open(file, begin)
        if packed is None:
            yield path
            return
        with packed, NamedTemporaryFile(dir=path.parent, prefix="unpacked-") as whole:
            _copy(packed, whole, most_bytes)
            yield Path(whole.name)


def _open(file: IO[bytes], begin: bytes) -> IO[bytes] | None:
    if begin.startswith(_GZIP):
        return cast("IO[bytes]", gzip.open(file))
    return _only_file(file) if begin == _ZIP else None


def _only_file(file: IO[bytes]) -> IO[bytes] | None:
    """What is in an archive; none for a workbook, which is one, too, or where it is damaged."""
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, NotImplementedError):
        return None
    if any(name.startswith(_OF_WORKBOOKS) for name in archive.namelist()):
        return None
    files = [one for one in archive.infolist() if not one.is_dir() and not _is_hidden(one.filename)]
    if len(files) != 1:
        raise InvalidRequestError(
            f"The archive (ZIP) holds {len(files)} files: send each of them on its own"
        )
    (one,) = files
    if one.flag_bits & _IS_ENCRYPTED or one.compress_type not in _METHODS:
        raise InvalidRequestError(
            "The archive (ZIP) has a password, or is packed in an unusual way: unpack it, and send"
            f" {one.filename!r}"
        )
    return archive.open(one)


def _is_hidden(name: str) -> bool:
    """As what macOS adds to archives."""
    return any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(name).parts)


def _copy(packed: IO[bytes], whole: IO[bytes], most_bytes: int) -> None:
    size = 0
    try:
        while piece := packed.read(_PIECE):
            size += len(piece)
            if size > most_bytes:
                raise InvalidRequestError(
                    f"Unpacked, the file has more than {most_bytes // 10**6:,} MB; send it in parts"
                )
            whole.write(piece)
    except (gzip.BadGzipFile, EOFError, zlib.error, zipfile.BadZipFile) as error:
        raise InvalidRequestError(f"The packed file is damaged: {error}") from error
    whole.flush()
