"""Where the API may listen, and whether it can."""

import ipaddress
import socket
import time

from core.errors import LauncherError
from core.settings import Settings

_POLL_S = 0.2


def is_loopback(host: str) -> bool:
    """Whether nobody outside this machine can reach the address."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def require_permission_to_listen(settings: Settings) -> None:
    """Refuse an address that others can reach while callers are not recognised."""
    if not (settings.auth_mode == "jwt" or is_loopback(settings.host) or settings.insecure):
        raise LauncherError(
            f"HOST={settings.host} would let other machines in, and AUTH_MODE=none does not ask who"
            " calls. Use HOST=127.0.0.1, give callers tokens (AUTH_MODE=jwt), or allow it with"
            " --insecure (INSECURE=true)"
        )


def require_free_port(settings: Settings, patience_s: float) -> None:
    """Refuse a port on which another program still listens after a while."""
    deadline = time.monotonic() + patience_s
    while not _is_free(settings.host, settings.port):
        if time.monotonic() >= deadline:
            raise LauncherError(
                f"Port {settings.port} is taken by another program. Stop that program or set PORT"
                " to a free port"
            )
        time.sleep(_POLL_S)


def public_url(settings: Settings) -> str:
    """The address to open on this machine."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)  # noqa: S104
    bracketed = f"[{host}]" if ":" in host and not host.startswith("[") else host
    return f"http://{bracketed}:{settings.port}"


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
