"""Which addresses the service calls when a tenant names one: public ones, and networks that the
operator allows.

The address that was checked is the one to connect to: a name may stand for another a moment later.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from core.errors import DestinationError
from core.settings import Settings

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_LAST_32_BITS = (1 << 32) - 1


@dataclass(frozen=True, slots=True)
class Destinations:
    """What may be called."""

    allow_http: bool = False
    networks: tuple[IPNetwork, ...] = ()

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        listed = filter(None, map(str.strip, settings.webhook_allowed_networks.split(",")))
        return cls(settings.webhook_allow_http, tuple(map(ipaddress.ip_network, listed)))

    def require_url(self, url: str) -> None:
        """Raise `DestinationError` for what can be told without asking for the host's address."""
        try:
            parts = urlsplit(url)
            host, _ = parts.hostname, parts.port
        except ValueError as error:
            raise DestinationError(f"This is not a URL: {error}") from error
        schemes = ("https", "http") if self.allow_http else ("https",)
        if parts.scheme not in schemes or not host:
            wanted = " or ".join(f"{scheme}://" for scheme in schemes)
            raise DestinationError(f"A URL that starts with {wanted} and names a host is needed")
        if parts.username is not None or parts.password is not None or parts.fragment:
            raise DestinationError("A URL without user, password and fragment is needed")
        if (address := _as_address(host)) is not None and not self._allows(address):
            raise _not_public(host)

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        """The addresses of a host that may be called; raises `DestinationError` if none may."""
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise DestinationError(f"The host {host} has no address: {error}") from error
        addresses = [str(address[0]) for *_, address in found]
        allowed = [
            address
            for address in dict.fromkeys(addresses)
            if self._allows(ipaddress.ip_address(address))
        ]
        if not allowed:
            raise _not_public(host)
        return allowed

    def _allows(self, address: IPAddress) -> bool:
        plain = _embedded(address)
        return _is_public(plain) or any(plain in network for network in self.networks)


def _as_address(host: str) -> IPAddress | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _embedded(address: IPAddress) -> IPAddress:
    """The IPv4 address that an IPv6 address carries, where it does: that is who is reached."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & _LAST_32_BITS)
    return address.ipv4_mapped or address.sixtofour or address


def _is_public(address: IPAddress) -> bool:
    is_special = address.is_multicast or address.is_reserved or address.is_unspecified
    if isinstance(address, ipaddress.IPv6Address):
        is_special = is_special or address.is_site_local or address.teredo is not None
    return address.is_global and not is_special


def _not_public(host: str) -> DestinationError:
    return DestinationError(
        f"{host} is not a public address; an operator can allow its network with"
        " WEBHOOK_ALLOWED_NETWORKS"
    )
