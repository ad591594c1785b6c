"""Watching a job through every kind of trouble on the wire, over both kinds of it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from client import Client
from client.connection import Over
from client.errors import NotFoundError, ServiceFailedError, ServiceUnreachableError
from client.progress import ProgressMessage
from client.server_sent_events import read_events
from client.watching import GIVE_UP_AFTER, POLL_AFTER
from tests.client.peer import (
    EventPeer,
    SocketPeer,
    Story,
    event_peer,
    message,
    socket_peer,
    tell,
    tell_and_break,
)

LAST = message(6, "training_completed")

Peer = SocketPeer | EventPeer
PEERS: dict[Over, Callable[..., Peer]] = {"websocket": SocketPeer, "events": EventPeer}


def serving(peer: Peer) -> AbstractContextManager[Any]:
    return socket_peer(peer) if isinstance(peer, SocketPeer) else event_peer(peer)


@pytest.fixture(params=PEERS)
def over(request: pytest.FixtureRequest) -> Over:
    way: Over = request.param
    return way


@pytest.fixture
def make_peer(over: Over) -> Callable[..., Peer]:
    return PEERS[over]


def watch(peer: Peer, *, after: int = 0, slept: list[float] | None = None) -> list[ProgressMessage]:
    slept = slept if slept is not None else []
    over: Over = "websocket" if isinstance(peer, SocketPeer) else "events"
    with serving(peer), Client(peer.url, over=over, sleep=slept.append) as studio:
        return list(studio.watch("job-1", after=after))


def test_a_socket_tells_its_position_in_the_address() -> None:
    peer = SocketPeer([tell(LAST)])

    watch(peer, after=4)

    assert peer.paths == ["/api/v1/training/ws/job-1?after=4"]


def test_a_stream_that_has_nothing_more_to_say_asks_for_the_state() -> None:
    peer = EventPeer([204], status=lambda: status("completed", 6))

    assert [(one.seq, one.type) for one in watch(peer, after=6)] == [(6, "training_completed")]


def test_the_way_can_be_said_for_one_watch() -> None:
    peer = EventPeer([tell(LAST)])
    with event_peer(peer), Client(peer.url) as studio:
        assert [one.seq for one in studio.watch("job-1", over="events")] == [6]


def test_events_are_read_whatever_the_pieces_they_come_in() -> None:
    said = ": still here\r\nid: 1\r\ndata: pão\u2028de\r\ndata:queijo\r\n\r\ndata: cut".encode()

    for size in (1, 2, 3, len(said)):
        pieces = [said[start : start + size] for start in range(0, len(said), size)]
        assert list(read_events(pieces)) == ["pão\u2028de\nqueijo"]


def status(state: str, seq: int, **fields: object) -> dict[str, object]:
    progress = {"progress_percentage": 50.0, "current_step": "Working", "progress_seq": seq}
    return {"job_id": "job-1", "status": state} | progress | fields


def test_a_cut_connection_resumes_after_the_last_message(make_peer: Callable[..., Peer]) -> None:
    peer = make_peer(
        [
            tell_and_break(message(1), message(2), message(3)),
            tell_and_break(message(4)),
            tell(message(5), LAST),
        ]
    )

    seen = watch(peer)

    assert [one.seq for one in seen] == [1, 2, 3, 4, 5, 6]
    assert peer.positions == ["0", "3", "4"]
    assert seen[-1].is_terminal
    assert not any(one.is_terminal for one in seen[:-1])


def test_messages_that_come_again_are_dropped(make_peer: Callable[..., Peer]) -> None:
    peer = make_peer(
        [tell_and_break(message(1), message(2)), tell(message(1), message(2), message(3), LAST)]
    )

    assert [one.seq for one in watch(peer)] == [1, 2, 3, 6]


def test_a_watch_can_start_in_the_middle(make_peer: Callable[..., Peer]) -> None:
    peer = make_peer([tell(message(5), LAST)])

    assert [one.seq for one in watch(peer, after=4)] == [5, 6]
    assert peer.positions == ["4"]


def test_nothing_is_asked_after_the_terminal_message(make_peer: Callable[..., Peer]) -> None:
    peer = make_peer([tell(LAST, message(7))])

    assert [one.seq for one in watch(peer)] == [6]
    assert len(peer.positions) == 1
    assert peer.polls == 0


def test_an_unknown_job_is_an_error_at_once(make_peer: Callable[..., Peer]) -> None:
    slept: list[float] = []

    with pytest.raises(NotFoundError, match="Refused by the script"):
        watch(make_peer([404]), slept=slept)

    assert slept == []


@pytest.mark.parametrize("refusal", [429, 503])
def test_a_busy_service_is_tried_again(make_peer: Callable[..., Peer], refusal: int) -> None:
    slept: list[float] = []

    seen = watch(make_peer([refusal, refusal, tell(message(1), LAST)]), slept=slept)

    assert [one.seq for one in seen] == [1, 6]
    assert len(slept) == 2


def test_when_sockets_keep_failing_the_state_is_polled(make_peer: Callable[..., Peer]) -> None:
    product = {"product_id": "p", "product_name": "Bun", "status": "running", "progress": 40.0}
    done = product | {"status": "completed", "progress": 100.0, "metrics": {"mase": 0.7}}
    states = [
        status("running", 5, products=[product]),
        status("running", 5, products=[product]),
        status("completed", 9, products=[done]),
    ]
    peer = make_peer([503], status=lambda: states.pop(0))

    seen = watch(peer)

    assert [(one.seq, one.product and one.product.status) for one in seen] == [
        (5, "running"),
        (9, "completed"),
        (9, None),
    ]
    assert seen[-1].type == "training_completed"
    assert all(one.polled for one in seen)
    assert seen[1].product is not None
    assert seen[1].product.metrics == {"mase": 0.7}


def test_what_has_ended_before_is_not_told_again_by_polling(
    make_peer: Callable[..., Peer],
) -> None:
    bun = {"product_id": "p", "product_name": "Bun", "status": "completed", "progress": 100.0}
    roll = bun | {"product_id": "q", "product_name": "Roll"}
    script = [tell_and_break(message(1, product=bun)), *[503] * POLL_AFTER]
    peer = make_peer(script, status=lambda: status("completed", 6, products=[bun, roll]))

    seen = watch(peer)

    told = [one.product.name for one in seen if one.product]
    assert told == ["Bun", "Roll"]
    assert [one.polled for one in seen] == [False, True, True]


def test_after_polling_the_socket_goes_on_from_there(make_peer: Callable[..., Peer]) -> None:
    script = [503] * POLL_AFTER + [tell(message(3), LAST)]
    peer = make_peer(script, status=lambda: status("running", 4))

    seen = watch(peer)

    assert [(one.seq, one.polled) for one in seen] == [(4, True), (6, False)]
    assert peer.positions[-1] == "4"


def test_a_connection_closed_in_order_before_the_end_asks_for_the_status(
    make_peer: Callable[..., Peer],
) -> None:
    peer = make_peer([tell(message(1))], status=lambda: status("failed", 2, error_message="no"))

    seen = watch(peer)

    assert [one.type for one in seen] == ["training_progress", "training_failed"]
    assert peer.polls == 1


def test_a_service_that_stays_away_ends_the_watch(
    make_peer: Callable[..., Peer], over: Over
) -> None:
    with serving(make_peer([503])) as peer:
        address = peer.url
    slept: list[float] = []

    with (
        Client(address, over=over, sleep=slept.append) as studio,
        pytest.raises(ServiceUnreachableError),
    ):
        list(studio.watch("job-1"))

    assert len(slept) == GIVE_UP_AFTER - 1
    assert slept[0] <= 0.25
    assert max(slept) <= 5.0
    assert sum(slept) > 30


def test_a_message_that_is_not_json_is_an_error(make_peer: Callable[..., Peer]) -> None:
    with pytest.raises(ServiceFailedError, match="not JSON"):
        watch(make_peer([Story(["{"])]))
