"""Without a login, only this machine may ask, and only under its own name.

A page of another site can make a browser send requests to 127.0.0.1 under the site's own name (DNS
rebinding); the name in the Host header gives it away.
"""

from core.listening import is_loopback

_NAMES = ("localhost", "127.0.0.1", "[::1]")


def trusted_hosts(host: str) -> tuple[str, ...] | None:
    """The names under which the service answers; None where others may reach it, under any name."""
    if not is_loopback(host):
        return None
    return (*_NAMES, f"[{host}]" if ":" in host else host)
