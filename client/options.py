"""Options that several commands share."""

import os
from pathlib import Path
from typing import Annotated

import typer

from client.connection import Over
from client.sdk import Client
from client.services import DEFAULT_PORT, running_url
from client.spreadsheets import WORKBOOK

EXIT_OK = 0
EXIT_JOB_FAILED = 1
EXIT_USAGE = 2
EXIT_UNREACHABLE = 3
EXIT_REFUSED = 4
EXIT_SERVICE_FAILED = 5
EXIT_INTERRUPTED = 130

Url = Annotated[
    str | None,
    typer.Option(
        "--url",
        envvar="MODEL_STUDIO_URL",
        help="Address of the service; otherwise the one that runs on DATA_DIR, or port 8004.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON, for programs.")]
WatchOver = Annotated[
    Over,
    typer.Option(
        "--over",
        help="How progress comes in; events: over plain HTTP, where a proxy lets no WebSocket"
        " through.",
    ),
]


def _named_as_written(path: Path | None) -> Path | None:
    if path is not None and path.suffix.lower() in _NOT_WRITTEN:
        raise typer.BadParameter(f"{path.name}: the name must end in .csv or {WORKBOOK}")
    return path


_NOT_WRITTEN = frozenset({".xls", ".xlsm", ".xlsb", ".ods", ".parquet", ".arrow", ".json"})
OutFile = Annotated[
    Path | None,
    typer.Option(
        dir_okay=False,
        callback=_named_as_written,
        help=f"A file to write them to: Excel where its name ends in {WORKBOOK}, else CSV.",
    ),
]
Limit = Annotated[int, typer.Option(min=1, help="How many to list.")]
DataDir = Annotated[
    Path, typer.Option("--data-dir", envvar="DATA_DIR", help="Where the embedded parts keep data.")
]
Port = Annotated[
    int, typer.Option("--port", envvar="PORT", min=1, max=65535, help="Port to serve on.")
]
DEFAULT_DATA_DIR = Path(".data")


def connect(url: str | None, *, over: Over = "websocket") -> Client:
    """A client of the named service, or of the one that this machine runs."""
    data_dir = Path(os.environ.get("DATA_DIR", DEFAULT_DATA_DIR))
    port = os.environ.get("PORT", DEFAULT_PORT)
    return Client(url or running_url(data_dir) or f"http://127.0.0.1:{port}", over=over)
