"""Model Studio's training request: what it may say, and how it is read from one large JSON message.

The Base64 text is cut out before the rest is parsed, and decoded in pieces, so that 100 MB neither
fill the memory nor hold up the other connections of the process.
"""

import binascii
import json
import mmap
import re
import time
from collections.abc import Mapping
from typing import IO, Any

from pydantic import ValidationError

from api.errors import BadMessageError
from api.schemas import StudioRequest

_FILE_DATA = re.compile(rb'"file_data"\s*:\s*"')
_LARGEST_ENVELOPE_BYTES = 1 << 16
_PIECE = 1 << 20
_EXAMPLE = (
    'Send one JSON object: {"action": "start_training", "file_data": "<Base64 of a Parquet file>",'
    ' "ml_task": "regression", "target_variable": "<column>"}'
)

Content = bytes | mmap.mmap


def read_request(content: Content, target: IO[bytes]) -> StudioRequest:
    """The request without its file, which is decoded into `target` if the message carries it.

    Raises `BadMessageError`, whose text says what was expected.
    """
    found = _FILE_DATA.search(content)
    if found is None:
        return _envelope(content[: _LARGEST_ENVELOPE_BYTES + 1])
    end = _end_of_text(content, found.end())
    if end < 0:
        raise BadMessageError(f"The message is not valid JSON: file_data has no end. {_EXAMPLE}")
    rest = (
        content[: found.end()][-_LARGEST_ENVELOPE_BYTES:] + content[end:][:_LARGEST_ENVELOPE_BYTES]
    )
    request = _envelope(rest)
    decode_base64(content, found.end(), end, target)
    return request


def _end_of_text(content: Content, start: int) -> int:
    for at in range(start, len(content), _PIECE):
        found = content.find(b'"', at, at + _PIECE)
        if found >= 0:
            return found
        time.sleep(0)
    return -1


def decode_base64(content: Content, start: int, end: int, target: IO[bytes]) -> None:
    """Decode a part of the content piece by piece."""
    at, carried = start, b""
    while at < end:
        cut = min(at + _PIECE, end)
        if content[cut - 1 : cut] == b"\\":
            cut += 1
        # JSON may write a slash as \/, and MIME puts line ends between, written as \n.
        piece = carried + content[at:cut].replace(b"\\/", b"/").replace(b"\\r", b"").replace(
            b"\\n", b""
        )
        whole = len(piece) - len(piece) % 4 if cut < end else len(piece)
        carried = piece[whole:]
        at = cut
        try:
            target.write(binascii.a2b_base64(piece[:whole], strict_mode=True))
        except binascii.Error as error:
            raise BadMessageError(
                f"file_data is not valid Base64 ({error}); it takes a Parquet file as Base64 text"
            ) from error
        time.sleep(0)


def _envelope(text: bytes) -> StudioRequest:
    if len(text) > 2 * _LARGEST_ENVELOPE_BYTES:
        raise BadMessageError(f"The message has no file_data. {_EXAMPLE}")
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
        problems = [
            f"{'.'.join(map(str, problem['loc'])) or 'request'}: {problem['msg']}"
            for problem in error.errors(include_url=False, include_input=False)
        ]
        raise BadMessageError(f"The request is not accepted. {'; '.join(problems[:5])}") from error
