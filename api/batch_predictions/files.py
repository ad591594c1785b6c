"""Files of rows as they come in, and results as they go out: never as a whole in memory."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from flask import Response, request

from api.errors import InvalidRequestError
from api.services import Services
from api.uploads.spool import Spool

_PARQUET_MAGIC = b"PAR1"
_LOOKED_AT = 1 << 16
_CHUNK_BYTES = 1 << 18


def check_rows(spool: Spool) -> None:
    """Refuse what is certainly neither Parquet nor CSV; the worker reads the rest."""
    head = spool.read(0, _LOOKED_AT)
    if head.startswith(_PARQUET_MAGIC):
        return
    if not head:
        raise InvalidRequestError("The file is empty; send a Parquet or CSV file with rows")
    if b"\0" in head:
        raise InvalidRequestError(
            "The file is neither Parquet (it does not begin with PAR1) nor CSV (it is no text)"
        )


def not_changed(digest: str) -> bool:
    """Whether the caller has these bytes already."""
    return request.if_none_match.contains(digest)


def send_stored(services: Services, digest: str, media_type: str, name: str) -> Response:
    """Stored bytes as a download."""
    directory = Path(services.settings.data_dir).resolve() / "downloads"
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = services.chores.fetch(digest, directory)
    file = services.aside(path.open, "rb")
    # It stays readable until it is closed, and nothing is left behind.
    path.unlink()
    path.parent.rmdir()
    response = Response(_chunks(services, file), content_type=media_type)
    response.content_length = services.aside(lambda: file.seek(0, 2))
    file.seek(0)
    response.call_on_close(file.close)
    response.set_etag(digest)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _chunks(services: Services, file: BinaryIO) -> Iterator[bytes]:
    while chunk := services.aside(file.read, _CHUNK_BYTES):
        yield chunk
