"""Watching a job through every kind of trouble on the wire."""

import pytest

from client import Client
from client.errors import NotFoundError, ServiceFailedError, ServiceUnreachableError
from client.watching import GIVE_UP_AFTER, POLL_AFTER
from tests.client.peer import SocketPeer, message, socket_peer, tell, tell_and_break

LAST = message(6, "training_completed")


def watch(peer: SocketPeer, *, after: int = 0, slept: list[float] | None = None):
    slept = slept if slept is not None else []
    with socket_peer(peer), Client(peer.url, sleep=slept.append) as studio:
        return list(studio.watch("job-1", after=after))


def status(state: str, seq: int, **fields: object) -> dict[str, object]:
    progress = {"progress_percentage": 50.0, "current_step": "Working", "progress_seq": seq}
    return {"job_id": "job-1", "status": state} | progress | fields


def test_a_cut_connection_resumes_after_the_last_message() -> None:
    peer = SocketPeer(
        [
            tell_and_break(message(1), message(2), message(3)),
            tell_and_break(message(4)),
            tell(message(5), LAST),
        ]
    )

    seen = watch(peer)

    assert [one.seq for one in seen] == [1, 2, 3, 4, 5, 6]
    assert [path.partition("=")[2] for path in peer.paths] == ["0", "3", "4"]
    assert seen[-1].is_terminal
    assert not any(one.is_terminal for one in seen[:-1])


def test_messages_that_come_again_are_dropped() -> None:
    peer = SocketPeer(
        [tell_and_break(message(1), message(2)), tell(message(1), message(2), message(3), LAST)]
    )

    assert [one.seq for one in watch(peer)] == [1, 2, 3, 6]


def test_a_watch_can_start_in_the_middle() -> None:
    peer = SocketPeer([tell(message(5), LAST)])

    assert [one.seq for one in watch(peer, after=4)] == [5, 6]
    assert peer.paths == ["/api/v1/training/ws/job-1?after=4"]


def test_nothing_is_asked_after_the_terminal_message() -> None:
    peer = SocketPeer([tell(LAST, message(7))])

    assert [one.seq for one in watch(peer)] == [6]
    assert len(peer.paths) == 1
    assert peer.polls == 0


def test_an_unknown_job_is_an_error_at_once() -> None:
    slept: list[float] = []

    with pytest.raises(NotFoundError, match="Refused by the script"):
        watch(SocketPeer([404]), slept=slept)

    assert slept == []


@pytest.mark.parametrize("refusal", [429, 503])
def test_a_busy_service_is_tried_again(refusal: int) -> None:
    slept: list[float] = []

    seen = watch(SocketPeer([refusal, refusal, tell(message(1), LAST)]), slept=slept)

    assert [one.seq for one in seen] == [1, 6]
    assert len(slept) == 2


def test_when_sockets_keep_failing_the_state_is_polled() -> None:
    product = {"product_id": "p", "product_name": "Bun", "status": "running", "progress": 40.0}
    done = product | {"status": "completed", "progress": 100.0, "metrics": {"mase": 0.7}}
    states = [
        status("running", 5, products=[product]),
        status("running", 5, products=[product]),
        status("completed", 9, products=[done]),
    ]
    peer = SocketPeer([503], status=lambda: states.pop(0))

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


def test_after_polling_the_socket_goes_on_from_there() -> None:
    script = [503] * POLL_AFTER + [tell(message(3), LAST)]
    peer = SocketPeer(script, status=lambda: status("running", 4))

    seen = watch(peer)

    assert [(one.seq, one.polled) for one in seen] == [(4, True), (6, False)]
    assert peer.paths[-1].endswith("after=4")


def test_a_connection_closed_in_order_before_the_end_asks_for_the_status() -> None:
    peer = SocketPeer([tell(message(1))], status=lambda: status("failed", 2, error_message="no"))

    seen = watch(peer)

    assert [one.type for one in seen] == ["training_progress", "training_failed"]
    assert peer.polls == 1


def test_a_service_that_stays_away_ends_the_watch() -> None:
    with socket_peer(SocketPeer([503])) as peer:
        address = peer.url
    slept: list[float] = []

    with Client(address, sleep=slept.append) as studio, pytest.raises(ServiceUnreachableError):
        list(studio.watch("job-1"))

    assert len(slept) == GIVE_UP_AFTER - 1
    assert slept[0] <= 0.25
    assert max(slept) <= 5.0
    assert sum(slept) > 30


def test_a_message_that_is_not_json_is_an_error() -> None:
    with pytest.raises(ServiceFailedError, match="not JSON"):
        watch(SocketPeer([lambda connection: connection.send("{")]))
