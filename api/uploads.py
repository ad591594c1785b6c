"""Request bodies on their way to a private file, never as a whole in memory."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from flask import request
from werkzeug.formparser import FormDataParser

from api.errors import InvalidRequestError, UnsupportedTypeError

MULTIPART = "multipart/form-data"
_CHUNK_BYTES = 1 << 16
_LARGEST_FIELD_BYTES = 1 << 18
_MOST_PARTS = 50


class Upload:
    """A file of the request. `media_type` is what the sender calls it, `name` its name there."""

    def __init__(self, path: Path, media_type: str, name: str, fields: Mapping[str, str]) -> None:
        self.path = path
        self.media_type = media_type
        self.name = name
        self.fields = fields


@contextmanager
def receive_upload(
    directory: Path, *, raw_types: frozenset[str], max_bytes: int
) -> Iterator[Upload]:
    """The one file of the request: its body, or the part `file` of a form; deleted afterwards."""
    request.max_content_length = max_bytes
    with tempfile.NamedTemporaryFile(dir=directory, prefix="upload-") as file:
        if request.mimetype == MULTIPART:
            yield _receive_form(file, max_bytes)
        elif request.mimetype in raw_types:
            yield _receive_raw(file)
        else:
            accepted = ", ".join([*sorted(raw_types), MULTIPART])
            raise UnsupportedTypeError(
                f"Content-Type {request.mimetype or '(none)'} is not accepted; it takes {accepted}"
            )


def _receive_raw(file: IO[bytes]) -> Upload:
    while chunk := request.stream.read(_CHUNK_BYTES):
        file.write(chunk)
    file.flush()
    return Upload(Path(file.name), request.mimetype, "", {})


def _receive_form(file: IO[bytes], max_bytes: int) -> Upload:
    written = _OneFile(file)
    parser = FormDataParser(
        stream_factory=written.open,  # type: ignore[arg-type]  # called by keywords only
        max_form_memory_size=_LARGEST_FIELD_BYTES,
        max_content_length=max_bytes,
        max_form_parts=_MOST_PARTS,
        silent=False,
    )
    try:
        _, form, files = parser.parse(
            request.stream, MULTIPART, request.content_length, request.mimetype_params
        )
    except ValueError as error:
        raise InvalidRequestError(f"The form cannot be read: {error}") from error
    found = files.get("file")
    if found is None:
        raise InvalidRequestError("The form has no part `file` with the content of the file")
    file.flush()
    return Upload(Path(file.name), found.mimetype, found.filename or "", form.to_dict())


class _OneFile:
    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._is_open = False

    def open(self, **_: object) -> IO[bytes]:
        if self._is_open:
            raise InvalidRequestError("The form has more than one file; send one at a time")
        self._is_open = True
        return self._file
