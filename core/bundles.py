"""The files of a model, stored together under one signed manifest.

The bytes that `load_bundle` returns are the bytes that it verified; unpickle those, never a file.
"""

import gzip
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from core.artifacts import ArtifactStore, Blob
from core.errors import ArtifactCorruptError
from core.manifest import Compression, FileEntry, Manifest, sign, verify

COMPRESSION_LEVEL = 6


@dataclass(frozen=True, slots=True)
class StoredBundle:
    """Where a bundle is found: the digest of its manifest, and each file as stored."""

    manifest_digest: str
    files: Mapping[str, Blob]


def store_bundle(
    store: ArtifactStore,
    files: Mapping[str, bytes],
    *,
    key: str,
    compress: bool,
    versions: Mapping[str, str],
    data_digest: str | None,
) -> StoredBundle:
    """Store files together with the signed manifest that names them."""
    compression: Compression = "gzip" if compress else "none"
    stored = [_compressed(content, compression) for content in files.values()]
    entries = {
        name: _entry(one, content, compression)
        for (name, content), one in zip(files.items(), stored, strict=True)
    }
    manifest = Manifest(entries, dict(versions), data_digest, datetime.now(UTC))
    *blobs, vouching = store.put_all([*stored, sign(manifest, key)])
    return StoredBundle(vouching.digest, dict(zip(files, blobs, strict=True)))


def load_manifest(store: ArtifactStore, manifest_digest: str, key: str) -> Manifest:
    """The manifest of a bundle, verified."""
    return verify(store.read(manifest_digest), key)


def load_bundle(store: ArtifactStore, manifest_digest: str, key: str) -> dict[str, bytes]:
    """The content of every file of a bundle, verified."""
    manifest = load_manifest(store, manifest_digest, key)
    return {name: _load(store, entry) for name, entry in manifest.files.items()}


def load_file(store: ArtifactStore, manifest_digest: str, key: str, name: str) -> bytes | None:
    """The content of one file of a bundle, verified; None if the bundle has no such file."""
    entry = load_manifest(store, manifest_digest, key).files.get(name)
    return None if entry is None else _load(store, entry)


def _compressed(content: bytes, compression: Compression) -> bytes:
    # Without a time in it, the same content compresses to the same bytes and is stored once.
    return gzip.compress(content, COMPRESSION_LEVEL, mtime=0) if compression == "gzip" else content


def _entry(stored: bytes, content: bytes, compression: Compression) -> FileEntry:
    of_stored, of_content = (hashlib.sha256(one).hexdigest() for one in (stored, content))
    return FileEntry(of_stored, len(stored), of_content, len(content), compression)


def _load(store: ArtifactStore, entry: FileEntry) -> bytes:
    stored = store.read(entry.digest)
    content = gzip.decompress(stored) if entry.compression == "gzip" else stored
    found = hashlib.sha256(content).hexdigest()
    if not hmac.compare_digest(found, entry.content_sha256):
        raise ArtifactCorruptError(entry.digest, found)
    return content
