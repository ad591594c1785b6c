"""Without a login, only this machine may ask, and only under its own name.

A page of another site can make a browser send requests to 127.0.0.1 under the site's own name (DNS
rebinding); the name in the Host header gives it away.
"""

from ipaddress import ip_address

_NAMES = ("localhost", "127.0.0.1", "[::1]")


def is_loopback(host: str) -> bool:
    """Whether nobody outside this machine can reach the address."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def trusted_hosts(host: str) -> tuple[str, ...] | None:
    """The names under which the service answers; None where others may reach it, under any name."""
    if not is_loopback(host):
        return None
    return (*_NAMES, f"[{host}]" if ":" in host else host)
