"""Frames against wsproto, an implementation that is not ours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsproto.extensions import PerMessageDeflate
from wsproto.frame_protocol import FrameProtocol, Opcode

from api.live.frames import agree_on_compression, text_frame

WINDOWS = st.sampled_from([None, 9, 10, 12, 15])


def read_by_a_client(frames: bytes, window_bits: int | None) -> list[str]:
    extensions = []
    if window_bits is not None:
        deflate = PerMessageDeflate()
        deflate.finalize(
            f"permessage-deflate; server_no_context_takeover; server_max_window_bits={window_bits}"
        )
        extensions.append(deflate)
    protocol = FrameProtocol(client=True, extensions=extensions)
    protocol.receive_bytes(frames)
    texts, current = [], ""
    for frame in protocol.received_frames():
        assert frame.opcode is Opcode.TEXT
        current += frame.payload
        if frame.message_finished:
            texts.append(current)
            current = ""
    return texts


@given(st.lists(st.text(max_size=2000), min_size=1, max_size=5), WINDOWS)
def test_a_client_reads_what_was_written(texts: list[str], window_bits: int | None) -> None:
    frames = b"".join(text_frame(text.encode(), window_bits) for text in texts)
    assert read_by_a_client(frames, window_bits) == texts


@pytest.mark.parametrize("length", [0, 125, 126, 65_535, 65_536, 200_000])
def test_every_length_has_its_header(length: int) -> None:
    text = "é" * (length // 2) + "x" * (length % 2)
    assert read_by_a_client(text_frame(text.encode(), None), None) == [text]


@pytest.mark.parametrize(
    ("offer", "window_bits", "answer"),
    [
        ("", None, None),
        ("x-webkit-deflate-frame", None, None),
        (
            "permessage-deflate; client_max_window_bits",
            15,
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
        ),
        (
            "permessage-deflate; server_max_window_bits=12; client_max_window_bits=12",
            12,
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover;"
            " server_max_window_bits=12",
        ),
        ("permessage-deflate; server_max_window_bits=8", None, None),
        ("permessage-deflate; server_max_window_bits=many", None, None),
        (
            "permessage-deflate; server_max_window_bits=8, permessage-deflate",
            15,
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
        ),
    ],
)
def test_compression_is_agreed_on_so_that_frames_can_be_shared(
    offer: str, window_bits: int | None, answer: str | None
) -> None:
    environ = {"HTTP_SEC_WEBSOCKET_EXTENSIONS": offer}
    assert agree_on_compression(environ) == window_bits
    assert environ.get("HTTP_SEC_WEBSOCKET_EXTENSIONS") == answer
