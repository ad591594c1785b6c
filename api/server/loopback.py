"""Without a login, only this machine may ask, and only under its own name.

A page of another site can make a browser send requests to 127.0.0.1 under the site's own name (DNS
rebinding); the name in the Host header gives it away. With tokens such a page has nothing to show,
and a proxy on this machine passes on whatever name the service has outside.
"""

from core.listening import is_loopback
from core.settings import Settings

_NAMES = ("localhost", "127.0.0.1", "[::1]")


def trusted_hosts(settings: Settings) -> tuple[str, ...] | None:
    """The names under which the service answers; None where others may reach it, under any name."""
    host = settings.host
    if settings.auth_mode != "none" or not is_loopback(host):
        return None
    return (*_NAMES, f"[{host}]" if ":" in host else host)
