"""Starts both servers and waits: `python -m tests.core.embedded_owner DIRECTORY`.

Says the URLs and process numbers as one line of JSON; stops the servers and ends at the end of its
input.
"""

import json
import sys
from pathlib import Path

from core.embedded import EmbeddedPostgres, EmbeddedServer, EmbeddedValkey


def main(directory: Path) -> None:
    servers: dict[str, EmbeddedServer] = {
        "postgres": EmbeddedPostgres(directory / "postgres", durable=False),
        "valkey": EmbeddedValkey(directory / "valkey"),
    }
    for server in servers.values():
        server.start()
    facts = {
        name: {"url": server.url, "pid": server.process.pid if server.process else None}
        for name, server in servers.items()
    }
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()
    sys.stdin.read()
    for server in servers.values():
        server.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
