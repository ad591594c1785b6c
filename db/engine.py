"""Connections. One engine per process, made after a fork; a session is opened where it is used and
closed soon.
"""

from sqlalchemy import Engine, make_url
from sqlalchemy import create_engine as _create_engine
from sqlalchemy.orm import Session, sessionmaker

from db.liveness import look_at_connections
from db.prepared import prepare_repeated
from db.tenancy import enforce
from db.text import to_json

Sessions = sessionmaker[Session]

DRIVER = "postgresql+psycopg2"
CONNECT_TIMEOUT_S = 5
NOTICE_LOSS = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 4,
    "tcp_user_timeout": 30_000,
}
"""A server whose machine is gone without a word is given up after half a minute: unless told so,
Linux waits for two hours. One that only takes its time is waited for.
"""


def create_engine(
    url: str,
    *,
    pool_size: int = 5,
    max_overflow: int = 10,
    longest_pause_s: float | None = None,
) -> Engine:
    """An engine for a `postgresql://` URL that notices dead connections before they are used.

    A transaction that pauses for longer than `longest_pause_s` is ended by the server, so that a
    process that was stopped, or cut off, does not hold its locks for good. Without it, the server
    decides.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() not in {"postgresql", "postgres"}:
        raise ValueError(f"DATABASE_URL must start with postgresql://, not {parsed.drivername}://")
    engine = _create_engine(
        parsed.set(drivername=DRIVER),
        pool_size=pool_size,
        max_overflow=max_overflow,
        hide_parameters=True,  # errors are logged, and values may be secrets
        json_serializer=to_json,
        connect_args={
            "connect_timeout": CONNECT_TIMEOUT_S,
            "options": _options(longest_pause_s),
            **NOTICE_LOSS,
        },
    )
    look_at_connections(engine)
    prepare_repeated(engine)
    return engine


def _options(longest_pause_s: float | None) -> str:
    zone = "-c timezone=UTC"
    if longest_pause_s is None:
        return zone
    return f"{zone} -c idle_in_transaction_session_timeout={round(1000 * longest_pause_s)}"


def create_sessions(engine: Engine) -> Sessions:
    """Sessions whose objects stay readable after the commit, and which keep tenants apart."""
    sessions = sessionmaker(engine, expire_on_commit=False)
    enforce(sessions)
    return sessions
