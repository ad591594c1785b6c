"""The peer of `benchmarks.sockets`: the plain way to push progress with flask-sock.

Every socket has a queue of its own, and every handler makes and compresses its own text. Redis is
listened to once per process, as in the API; nothing is replayed, and slow watchers are not handled.
"""

import json
import os
import queue
import threading
from uuid import UUID

import simple_websocket  # type: ignore[import-untyped]  # it has no types
from flask import Flask
from flask_sock import Sock

from api.live.progress_views import forecast_view
from core.progress import ProgressMessage, ProgressStream, Reconnected

PATH = "/watch/<uuid:job_id>"

Inbox = queue.Queue[ProgressMessage]


def create() -> Flask:
    """The whole server, for `gunicorn --worker-class gevent`."""
    app = Flask("plain")
    sock = Sock(app)
    inboxes: set[Inbox] = set()
    stream = ProgressStream(os.environ["REDIS_URL"])
    threading.Thread(target=_hand_out, args=(stream, inboxes), daemon=True).start()
    app.add_url_rule("/readyz", "readyz", lambda: "ready")

    @sock.route(PATH)  # type: ignore[untyped-decorator]  # flask-sock has no types
    def watch(server: simple_websocket.Server, job_id: UUID) -> None:
        inbox: Inbox = queue.Queue()
        inboxes.add(inbox)
        while True:
            message = inbox.get()
            if message.job_id == job_id:
                server.send(json.dumps(forecast_view(message.body)))
                if message.body["event"] == "job_failed":
                    return

    return app


def _hand_out(stream: ProgressStream, inboxes: set[Inbox]) -> None:
    position = 0
    for heard in stream.listen(threading.Event()):
        if isinstance(heard, Reconnected):
            continue
        for message in stream.read(heard.job_id, position) or ():
            position = message.seq
            for inbox in tuple(inboxes):
                inbox.put(message)
