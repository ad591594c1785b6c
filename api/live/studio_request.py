"""Model Studio's training request: what it may say, and how it is read from one large JSON message.

The Base64 text is cut out before the rest is parsed, and decoded in pieces, so that 100 MB neither
fill the memory nor hold up the other connections of the process.
"""

import binascii
import json
import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from api.errors import BadMessageError
from api.uploads.schemas import StudioRequest
from api.uploads.spool import Spool
from core.validation import in_words

_FILE_DATA = re.compile(rb'"file_data"\s*:\s*"')
_LARGEST_ENVELOPE_BYTES = 1 << 16
_PIECE_BYTES = 1 << 18
_EXAMPLE = (
    'Send one JSON object: {"action": "start_training", "file_data": "<Base64 of a Parquet file>",'
    ' "ml_task": "regression", "target_variable": "<column>"}'
)


def read_request(message: Spool, target: Spool) -> StudioRequest:
    """The request without its file, which is decoded into `target` if the message carries it.

    Raises `BadMessageError`, whose text says what was expected.
    """
    head = message.read(0, _LARGEST_ENVELOPE_BYTES)
    found = _FILE_DATA.search(head)
    if found is None:
        return _envelope(head, is_whole=message.size <= len(head))
    end = _end_of_text(message, found.end())
    rest = message.read(end, end + _LARGEST_ENVELOPE_BYTES)
    request = _envelope(head[: found.end()] + rest, is_whole=message.size <= end + len(rest))
    _decode_base64(message, found.end(), end, target)
    return request


def _end_of_text(message: Spool, start: int) -> int:
    for at in range(start, message.size, _PIECE_BYTES):
        found = message.read(at, at + _PIECE_BYTES).find(b'"')
        if found >= 0:
            return at + found
    raise BadMessageError(f"The message is not valid JSON: file_data has no end. {_EXAMPLE}")


def _decode_base64(message: Spool, start: int, end: int, target: Spool) -> None:
    at, carried = start, b""
    while at < end:
        cut = min(at + _PIECE_BYTES, end)
        text = message.read(at, cut)
        if text.endswith(b"\\"):
            text += message.read(cut, cut + 1)
        at += len(text)
        # JSON may write a slash as \/, and MIME puts line ends between, written as \n.
        if b"\\" in text:
            text = text.replace(b"\\/", b"/").replace(b"\\r", b"").replace(b"\\n", b"")
        text = carried + text
        whole = len(text) - len(text) % 4 if at < end else len(text)
        carried = text[whole:]
        try:
            target.append(binascii.a2b_base64(text[:whole], strict_mode=True))
        except binascii.Error as error:
            raise BadMessageError(
                f"file_data is not valid Base64 ({error}); it takes a Parquet file as Base64 text"
            ) from error


def _envelope(text: bytes, *, is_whole: bool) -> StudioRequest:
    if not is_whole:
        raise BadMessageError(
            f"The message is not valid JSON, or has more than {_LARGEST_ENVELOPE_BYTES:,} bytes"
            f" before or after file_data. {_EXAMPLE}"
        )
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadMessageError(f"The message is not valid JSON. {_EXAMPLE}") from error
    if not isinstance(fields, dict):
        raise BadMessageError(f"The message is not a JSON object. {_EXAMPLE}")
    return _checked(fields)


def _checked(fields: Mapping[str, Any]) -> StudioRequest:
    try:
        return StudioRequest.model_validate(fields)
    except ValidationError as error:
        raise BadMessageError(
            f"The request is not accepted. {in_words(error, 'request')}"
        ) from error
