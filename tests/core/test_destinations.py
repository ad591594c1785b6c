"""Which addresses may be called: a wall against requests into the network of the service."""

import asyncio

import pytest

from core.destinations import Destinations
from core.errors import DestinationError
from core.settings import Settings

PUBLIC = Destinations()


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.9.10",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "2130706433",
        "0x7f.1",
        "localhost",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "fec0::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:53aa:64c:0:7bff:f5ff:fffe",
    ],
)
def test_what_is_not_public_is_not_called(address: str) -> None:
    with pytest.raises(DestinationError, match="not a public address"):
        asyncio.run(PUBLIC.resolve(address, 443))


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"])
def test_public_addresses_are_called(address: str) -> None:
    assert asyncio.run(PUBLIC.resolve(address, 443)) == [address]


def test_a_name_without_an_address_is_refused() -> None:
    with pytest.raises(DestinationError, match="no address"):
        asyncio.run(PUBLIC.resolve("nowhere.invalid", 443))


def test_an_operator_can_allow_networks() -> None:
    inside = Destinations.from_settings(
        Settings(webhook_allowed_networks="10.2.0.0/16, ::1/128, 127.0.0.0/8")
    )

    assert asyncio.run(inside.resolve("10.2.9.9", 80)) == ["10.2.9.9"]
    assert asyncio.run(inside.resolve("::1", 80)) == ["::1"]
    assert asyncio.run(inside.resolve("::ffff:127.0.0.1", 80)) == ["::ffff:127.0.0.1"]
    with pytest.raises(DestinationError):
        asyncio.run(inside.resolve("10.3.0.1", 80))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com",
        "http://example.com/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "https://",
        "https://user:secret@example.com/",
        "https://example.com/#part",
        "https://example.com:port/",
        "https://[::1",
        "https://127.0.0.1/",
        "https://[::ffff:10.0.0.1]/",
        "https://169.254.169.254/latest/meta-data",
    ],
)
def test_an_address_that_cannot_be_meant_is_refused_before_it_is_kept(url: str) -> None:
    with pytest.raises(DestinationError):
        PUBLIC.require_url(url)


def test_https_and_where_allowed_http_are_accepted() -> None:
    PUBLIC.require_url("https://example.com:8443/hook?a=b")
    Destinations(allow_http=True).require_url("http://example.com/")
