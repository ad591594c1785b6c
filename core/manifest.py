"""The signed list of the files that make up a model.

Signed form: one line with the HMAC-SHA256 in hexadecimal, then the JSON that it signs. Nothing of
the JSON is read before the signature is verified.
"""

import hmac
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from core.errors import ManifestFormatError, ManifestSignatureError

FORMAT = 1
_PURPOSE = b"model-studio manifest\0"

Compression = Literal["none", "gzip"]


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One file: the digest and size of what is stored, the SHA-256 and size of what it holds."""

    digest: str
    size: int
    content_sha256: str
    content_size: int
    compression: Compression


@dataclass(frozen=True, slots=True)
class Manifest:
    """The files of a bundle, the libraries that wrote them, and the data they were made from."""

    files: Mapping[str, FileEntry]
    versions: Mapping[str, str]
    data_digest: str | None
    created_at: datetime
    format: int = FORMAT


def sign(manifest: Manifest, key: str) -> bytes:
    """The manifest in its signed form."""
    fields = asdict(manifest) | {"created_at": manifest.created_at.isoformat()}
    payload = json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()
    return _signature(payload, key).encode() + b"\n" + payload


def verify(signed: bytes, key: str) -> Manifest:
    """The manifest, if this key signed exactly these bytes."""
    signature, _, payload = signed.partition(b"\n")
    if not hmac.compare_digest(signature, _signature(payload, key).encode()):
        raise ManifestSignatureError(
            "The manifest's signature does not fit: it was changed, or ARTIFACT_SIGNING_KEY is not"
            " the one that signed it"
        )
    return _manifest(json.loads(payload))


def _signature(payload: bytes, key: str) -> str:
    return hmac.new(key.encode(), _PURPOSE + payload, "sha256").hexdigest()


def _manifest(fields: dict[str, Any]) -> Manifest:
    if fields.get("format") != FORMAT:
        raise ManifestFormatError(
            f"The manifest has format {fields.get('format')!r}; this version reads {FORMAT}"
        )
    files = {name: FileEntry(**entry) for name, entry in fields.pop("files").items()}
    created_at = datetime.fromisoformat(fields.pop("created_at"))
    return Manifest(files=files, created_at=created_at, **fields)
