"""Stored bytes under the SHA-256 of their content, on a disk or in S3.

Writing the same content twice stores it once; a reader sees all of it or nothing.
"""

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, Self, cast
from uuid import uuid4

import fsspec
from fsspec.implementations.local import LocalFileSystem

from core.errors import ArtifactCorruptError, ArtifactNotFoundError, ArtifactStoreAwayError
from core.private_files import make_private_directory, private_opener
from core.settings import Settings

CHUNK_BYTES = 1 << 20
AT_ONCE = 8
"""Files on their way to an object store, which waits for the network with each of them."""
REFRESH_AFTER = timedelta(hours=1)
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Blob:
    """What was stored: the SHA-256 of the bytes in hexadecimal, and their number."""

    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class StoredBlob(Blob):
    """A blob in the store, and when it was last put."""

    modified_at: datetime


class ArtifactStore:
    """A content-addressed store under a directory or an `s3://bucket/prefix`.

    What keeps it from working, such as a full disk, is an `OSError`; an object store that does not
    answer is an `ArtifactStoreAwayError`, which is one, too.
    """

    def __init__(self, root: str) -> None:
        # Listings change under us: other processes write to the same store.
        options = {"use_listings_cache": False} if "://" in root else {}
        self._files, path = fsspec.url_to_fs(root, **options)
        self._root = path.rstrip("/")
        self._is_local = isinstance(self._files, LocalFileSystem)
        self._away_errors = () if self._is_local else _errors_of_object_stores()

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """The store that an operator configured."""
        return cls(settings.model_storage_path)

    def put(self, data: bytes | BinaryIO) -> Blob:
        """Store bytes, or all that a file still holds, and return where they are found."""
        if isinstance(data, bytes):
            return self._put_all([data])[0]
        with self._new_file() as file:
            blob = _copy(data, file)
            file.flush()
            if not self._has_recent(blob.digest):
                self._place({blob.digest: Path(file.name)})
        return blob

    def put_all(self, contents: Sequence[bytes]) -> list[Blob]:
        """Store all of them, over a network at once; when it raises, some may be stored."""
        if self._is_local or len(contents) < 2:
            return self._put_all(contents)
        with ThreadPoolExecutor(min(len(contents), AT_ONCE)) as pool:
            return list(pool.map(self.put, contents))

    def open(self, digest: str) -> BinaryIO:
        """A file of the bytes, not verified: for reading large content in parts."""
        try:
            with self._reached():
                return cast("BinaryIO", self._files.open(self._path(digest), "rb"))
        except FileNotFoundError:
            raise ArtifactNotFoundError(digest) from None

    def read(self, digest: str) -> bytes:
        """All the bytes, verified."""
        with self._reached(), self.open(digest) as file:
            content = file.read()
        _verify(digest, hashlib.sha256(content).hexdigest())
        return content

    def fetch(self, digest: str, directory: Path) -> Path:
        """A local copy of the bytes, verified, in a file of its own."""
        target = directory / digest
        with (
            self._reached(),
            self.open(digest) as source,
            open(target, "xb", opener=private_opener) as file,
        ):
            found = _copy(source, file).digest
        if found != digest:
            target.unlink()
        _verify(digest, found)
        return target

    def exists(self, digest: str) -> bool:
        """Whether the store has these bytes."""
        return self._info(digest) is not None

    def size(self, digest: str) -> int | None:
        """How many bytes are stored; None where there are none."""
        info = self._info(digest)
        return None if info is None else int(info["size"])

    def delete(self, digest: str, *, unless_put_since: datetime | None = None) -> bool:
        """Remove bytes, if they are there and nobody has put them (again) since a time."""
        put_at = self._put_at(digest)
        if put_at is None or (unless_put_since and put_at > unless_put_since):
            return False
        incoming = self._incoming()
        if incoming is not None:
            return _take_away(Path(self._path(digest)), Path(incoming), unless_put_since)
        with suppress(FileNotFoundError), self._reached():
            self._files.rm_file(self._path(digest))
        return True

    def remove_unfinished(self, *, since_before: datetime) -> int:
        """Remove what processes that were killed left of files that they had begun to put, and not
        written to since then; how many.
        """
        incoming = self._incoming()
        left = [] if incoming is None else list(Path(incoming).iterdir())
        return sum(_remove_if_older(file, since_before) for file in left)

    def digests(self) -> Iterator[StoredBlob]:
        """Everything in the store."""
        with self._reached():
            found = self._files.find(f"{self._root}/sha256", detail=True)
        for path, info in found.items():
            yield StoredBlob(path.rsplit("/", 1)[-1], int(info["size"]), _modified_at(info))

    def _put_all(self, contents: Sequence[bytes]) -> list[Blob]:
        blobs = [Blob(hashlib.sha256(content).hexdigest(), len(content)) for content in contents]
        missing = {
            blob.digest: content
            for blob, content in zip(blobs, contents, strict=True)
            if not self._has_recent(blob.digest)
        }
        with ExitStack() as stack:
            files = {digest: stack.enter_context(self._new_file()) for digest in missing}
            for digest, file in files.items():
                file.write(missing[digest])
                file.flush()
            self._place({digest: Path(file.name) for digest, file in files.items()})
        return blobs

    @contextmanager
    def _new_file(self) -> Iterator[BinaryIO]:
        with tempfile.NamedTemporaryFile(dir=self._incoming(), prefix="incoming-") as file:
            yield cast("BinaryIO", file)

    def _path(self, digest: str) -> str:
        if not _DIGEST.fullmatch(digest):
            raise ArtifactNotFoundError(digest)
        return f"{self._root}/sha256/{digest[:2]}/{digest}"

    def _incoming(self) -> str | None:
        if not self._is_local:
            return None
        directory = Path(self._root, "incoming")
        make_private_directory(directory)
        return str(directory)

    def _has_recent(self, digest: str) -> bool:
        # What was put long ago may be an orphan about to be collected: put it again.
        put_at = self._put_at(digest)
        return put_at is not None and datetime.now(UTC) - put_at < REFRESH_AFTER

    def _put_at(self, digest: str) -> datetime | None:
        info = self._info(digest)
        return None if info is None else _modified_at(info)

    def _info(self, digest: str) -> dict[str, Any] | None:
        try:
            with self._reached():
                return dict(self._files.info(self._path(digest)))
        except FileNotFoundError:
            return None

    @contextmanager
    def _reached(self) -> Iterator[None]:
        try:
            yield
        except self._away_errors as error:
            raise ArtifactStoreAwayError(str(error)) from error

    def _place(self, files: Mapping[str, Path]) -> None:
        """Make the files the content under their digests."""
        if not self._is_local:
            with self._reached():
                for digest, file in files.items():
                    self._files.put_file(str(file), self._path(digest))
            return
        targets = {Path(self._path(digest)): file for digest, file in files.items()}
        # All of one kind in a row: the disk then writes its journal once for several.
        for file in targets.values():
            _sync(file)
        for target, file in targets.items():
            make_private_directory(target.parent)
            # A second name that then takes the place: the file removes its own name itself.
            ready = file.with_name(f"{file.name}.ready")
            ready.hardlink_to(file)
            ready.replace(target)
        for directory in {target.parent for target in targets}:
            _sync(directory)


def _errors_of_object_stores() -> tuple[type[Exception], ...]:
    """Of a client that is installed where there is an object store."""
    from botocore.exceptions import BotoCoreError  # noqa: PLC0415 - see above

    return (BotoCoreError,)


def _take_away(path: Path, incoming: Path, unless_put_since: datetime | None) -> bool:
    """Delete a file, but put it back if it turns out to have been replaced at the last moment."""
    aside = incoming / f"deleted-{uuid4().hex}"
    try:
        path.rename(aside)
    except FileNotFoundError:
        return False
    put_at = datetime.fromtimestamp(aside.stat().st_mtime, UTC)
    was_put_since = unless_put_since is not None and put_at > unless_put_since
    if was_put_since:
        with suppress(FileExistsError):
            path.hardlink_to(aside)
    aside.unlink()
    return not was_put_since


def _remove_if_older(file: Path, moment: datetime) -> bool:
    try:
        is_older = datetime.fromtimestamp(file.stat().st_mtime, UTC) < moment
        if is_older:
            file.unlink()
    except FileNotFoundError:  # whoever put it has finished
        return False
    return is_older


def _copy(source: BinaryIO, target: BinaryIO) -> Blob:
    digest = hashlib.sha256()
    size = 0
    while chunk := source.read(CHUNK_BYTES):
        digest.update(chunk)
        size += target.write(chunk)
    return Blob(digest.hexdigest(), size)


def _verify(digest: str, found: str) -> None:
    if found != digest:
        raise ArtifactCorruptError(digest, found)


def _modified_at(info: dict[str, Any]) -> datetime:
    moment = info.get("mtime", info.get("LastModified"))
    return moment if isinstance(moment, datetime) else datetime.fromtimestamp(moment or 0, UTC)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
