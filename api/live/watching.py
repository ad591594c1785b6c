"""A socket that follows a job: one thread waits for progress and writes, one hears the peer."""

import threading
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError
from wsproto.frame_protocol import CloseReason

from api.errors import MessageTooBigError, PeerGoneError
from api.live.batches import View
from api.live.channel import Watcher
from api.live.connection import DRAIN_S, Connection
from api.live.remarks import answer_remarks
from api.live.slowness import Stopwatch
from api.services import Services

log = structlog.get_logger(__name__)


def follow(
    services: Services,
    connection: Connection,
    view: View,
    *,
    tenant_id: UUID,
    job_id: UUID,
    after: int,
    at_once: bool,
    window_bits: int | None,
) -> None:
    """Forward the job's messages behind a number until its last one, or until the peer leaves."""
    with services.relay.watch(job_id, after, at_once=at_once) as watcher:
        listener = threading.Thread(target=_listen, args=(connection, watcher), daemon=True)
        listener.start()
        try:
            while (batch := watcher.next()) is not None:
                sending = Stopwatch()
                connection.send(batch.frames(view, window_bits))
                watcher.is_slow = sending.is_slow
                services.telemetry.count_messages("socket", tenant_id, batch.types(view))
                if batch.is_final:
                    connection.close()
                    break
            else:
                connection.close(CloseReason.GOING_AWAY, "The service restarts; connect again")
        except SQLAlchemyError:
            log.warning("watcher sent away, as its history cannot be read", exc_info=True)
            connection.close(CloseReason.TRY_AGAIN_LATER, "The database does not answer")
        except PeerGoneError:
            connection.abort()
        finally:
            listener.join(DRAIN_S)
            connection.abort()
            listener.join()


def _listen(connection: Connection, watcher: Watcher) -> None:
    """Answer the peer, and notice when it goes."""
    try:
        answer_remarks(connection)
        connection.close(CloseReason.POLICY_VIOLATION, "This connection only sends progress")
    except MessageTooBigError as error:
        connection.close(CloseReason.MESSAGE_TOO_BIG, str(error))
    except PeerGoneError:
        pass
    finally:
        watcher.cancel()
