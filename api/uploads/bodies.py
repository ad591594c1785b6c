"""Request bodies on their way to a private file, never as a whole in memory."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, cast

from flask import request
from werkzeug.formparser import FormDataParser

from api.errors import InvalidRequestError, UnsupportedTypeError
from api.uploads.spool import Spool

MULTIPART = "multipart/form-data"
_CHUNK_BYTES = 1 << 16
_LARGEST_FIELD_BYTES = 1 << 18
_MOST_PARTS = 50


@dataclass(frozen=True, slots=True)
class Upload:
    """What the sender says about the file: its type, its name there, and the form's fields."""

    media_type: str
    name: str
    fields: Mapping[str, str]


def receive_upload(spool: Spool, *, raw_types: frozenset[str], max_bytes: int) -> Upload:
    """Take the one file of the request: its body, or the part `file` of a form."""
    request.max_content_length = max_bytes
    if request.mimetype == MULTIPART:
        return _receive_form(spool, max_bytes)
    if request.mimetype in raw_types:
        return _receive_raw(spool)
    accepted = ", ".join([*sorted(raw_types), MULTIPART])
    raise UnsupportedTypeError(
        f"Content-Type {request.mimetype or '(none)'} is not accepted; it takes {accepted}"
    )


def _receive_raw(spool: Spool) -> Upload:
    while chunk := request.stream.read(_CHUNK_BYTES):
        spool.append(chunk)
    return Upload(request.mimetype, "", {})


def _receive_form(spool: Spool, max_bytes: int) -> Upload:
    parser = FormDataParser(
        stream_factory=_OnePart(spool).open,  # type: ignore[arg-type]  # called by keywords only
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
    repeated = [name for name, values in form.lists() if len(values) > 1]
    if repeated:
        raise InvalidRequestError(f"The form has more than one {repeated[0]}; send one of each")
    with_nul = [name for name, value in form.items() if "\0" in name + value]
    if with_nul:
        raise InvalidRequestError(f"{with_nul[0]!r} holds a NUL character, which no text has")
    found = files.get("file")
    if found is None:
        raise InvalidRequestError("The form has no part `file` with the content of the file")
    return Upload(found.mimetype, found.filename or "", form.to_dict())


class _OnePart:
    """The file that the parser of forms writes to."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._is_open = False

    def open(self, **_: object) -> IO[bytes]:
        if self._is_open:
            raise InvalidRequestError("The form has more than one file; send one at a time")
        self._is_open = True
        return cast("IO[bytes]", self)

    def write(self, chunk: bytes) -> None:
        self._spool.append(chunk)

    def seek(self, _: int) -> None:
        """The parser rewinds what it has written; nobody reads it here."""
