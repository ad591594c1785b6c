"""Nothing of a whole service can be reached from another machine."""

import ipaddress

import psutil

from tests.e2e.service import Service


def test_nothing_listens_beyond_loopback(service: Service) -> None:
    processes = [service.launcher, *service.launcher.children(recursive=True)]
    addresses = {
        (connection.laddr.ip, connection.laddr.port)
        for process in processes
        for connection in process.net_connections(kind="inet")
        if connection.status == psutil.CONN_LISTEN
    }

    assert len(addresses) >= 3, "the API, PostgreSQL and Valkey listen"
    assert [ip for ip, _ in addresses if not ipaddress.ip_address(ip).is_loopback] == []
