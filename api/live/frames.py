"""WebSocket text frames as bytes, made once and sent to every watcher.

Compressed frames can be shared too, as every connection agrees to `server_no_context_takeover`: no
frame depends on what was sent before it.
"""

import struct
import zlib
from collections.abc import MutableMapping
from typing import Any

_FIN_TEXT = 0x81
_COMPRESSED = 0x40
_SMALLEST_WORTH_COMPRESSING = 200
_SYNC_TAIL = b"\x00\x00\xff\xff"
_OFFERS = "HTTP_SEC_WEBSOCKET_EXTENSIONS"
_LARGEST_WINDOW = 15


def text_frame(text: bytes, window_bits: int | None) -> bytes:
    """One unmasked text message, compressed when the peer agreed to a window of this size."""
    if window_bits is None or len(text) < _SMALLEST_WORTH_COMPRESSING:
        return _header(_FIN_TEXT, len(text)) + text
    compressed = _deflate(text, window_bits)
    return _header(_FIN_TEXT | _COMPRESSED, len(compressed)) + compressed


def _header(first: int, length: int) -> bytes:
    if length < 126:
        return struct.pack("!BB", first, length)
    if length < 1 << 16:
        return struct.pack("!BBH", first, 126, length)
    return struct.pack("!BBQ", first, 127, length)


def _deflate(text: bytes, window_bits: int) -> bytes:
    compressor = zlib.compressobj(wbits=-window_bits)
    return (compressor.compress(text) + compressor.flush(zlib.Z_SYNC_FLUSH)).removesuffix(
        _SYNC_TAIL
    )


def agree_on_compression(environ: MutableMapping[str, Any]) -> int | None:
    """The window (in bits) to compress with, or None for no compression.

    Rewrites the peer's offer to the one answer that we want, because wsproto only repeats what was
    offered: no context taken over in either direction, whether or not the peer asked for it (RFC
    7692 allows a server to demand both).
    """
    for offer in environ.pop(_OFFERS, "").split(","):
        answer = _answer(offer)
        if answer is not None:
            environ[_OFFERS], window_bits = answer
            return window_bits
    return None


def _answer(offer: str) -> tuple[str, int] | None:
    name, *parameters = (part.strip() for part in offer.split(";"))
    if name != "permessage-deflate":
        return None
    named = {
        key.strip(): value.strip(' "') for key, _, value in (p.partition("=") for p in parameters)
    }
    window_bits = _window(named.get("server_max_window_bits"))
    if window_bits is None:
        return None
    answer = [name, "server_no_context_takeover", "client_no_context_takeover"]
    if "server_max_window_bits" in named:
        answer.append(f"server_max_window_bits={window_bits}")
    return "; ".join(answer), window_bits


def _window(asked: str | None) -> int | None:
    if asked is None:
        return _LARGEST_WINDOW
    # zlib cannot make a raw stream with a window of 8 bits.
    return int(asked) if asked.isdecimal() and 9 <= int(asked) <= _LARGEST_WINDOW else None
