"""One POST to an address that a tenant named: to a checked address, without redirects, proxies and
cookies, and within a time that no receiver can stretch.
"""

import asyncio
import ssl
from collections.abc import Mapping
from functools import cache

import httpx

from core.destinations import Destinations
from core.errors import DestinationError
from worker.errors import NotDeliveredError


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    destinations: Destinations,
    timeout_s: float,
) -> int:
    """The status of the answer, whose body nobody reads; raises `NotDeliveredError`.

    An event loop of its own for each call: only there has the whole call one deadline, the search
    for the address and a receiver that answers byte by byte included.
    """
    return asyncio.run(_post_in_time(url, body, headers, destinations, timeout_s))


async def _post_in_time(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    destinations: Destinations,
    timeout_s: float,
) -> int:
    try:
        async with asyncio.timeout(timeout_s):
            return await _post(httpx.URL(url), body, headers, destinations, timeout_s)
    except TimeoutError as error:
        raise NotDeliveredError(f"No answer within {timeout_s:g} seconds") from error
    except DestinationError as error:
        raise NotDeliveredError(str(error)) from error
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise NotDeliveredError(f"{type(error).__name__}: {error}") from error


async def _post(
    url: httpx.URL,
    body: bytes,
    headers: Mapping[str, str],
    destinations: Destinations,
    timeout_s: float,
) -> int:
    destinations.require_url(str(url))
    host = url.raw_host.decode()
    addresses = await destinations.resolve(host, url.port or _PORTS[url.scheme])
    async with httpx.AsyncClient(trust_env=False, timeout=timeout_s, verify=_tls()) as client:
        for address in addresses[:-1]:
            try:
                return await _post_to(client, url, address, body, headers)
            except httpx.ConnectError:
                continue
        return await _post_to(client, url, addresses[-1], body, headers)


async def _post_to(
    client: httpx.AsyncClient,
    url: httpx.URL,
    address: str,
    body: bytes,
    headers: Mapping[str, str],
) -> int:
    """The name goes into the Host header and the TLS handshake, the connection to the address."""
    request = client.stream(
        "POST",
        url.copy_with(host=address),
        content=body,
        headers={**headers, "Host": url.netloc.decode()},
        extensions={"sni_hostname": url.raw_host.decode()},
    )
    async with request as response:
        return response.status_code


_PORTS = {"http": 80, "https": 443}


@cache
def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context()
