"""Work that would hold up every connection of an API process: files to store, read and import.

Served by gevent, one thread has all connections, so a chore runs in a child process. That may also
load what this one must not (pyarrow brings numpy), and use `COPY`, which psycopg2 cannot do under
gevent.
"""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache, partial
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog

from api.chores.memory import ABORTED, TOO_MUCH
from api.chores.protocol import ChoreError
from api.chores.statuses import AWAY, REFUSED, UNREADABLE
from api.errors import (
    InvalidRequestError,
    ModelNotLoadableError,
    TookTooLongError,
    UnavailableError,
)
from api.sales.schemas import ImportQuery, ImportReport
from core.artifacts import Blob
from db.models.stored import Reclaimed

log = structlog.get_logger(__name__)

# Two programs: a file is stored in less time than the other one takes to load its libraries.
_FILES, _ROWS = "api.chores.file_child", "api.chores.row_child"
_AT_ONCE = 2
# Proxies and clients commonly give up after a minute.
_LONGEST_WAIT_S = 40.0
_LONGEST_S = 3600.0
_KEPT_TEXTS = 32


class ChildChores:
    """Each chore in a Python process of its own, which gets our environment.

    Two run at a time, and beside them two of those that only concern the store, so that no short
    one waits for long imports. Who gets no turn in time is refused with `UnavailableError`, and
    what does not end within an hour is ended, with `TookTooLongError`.
    """

    def __init__(
        self,
        environment: Mapping[str, str],
        *,
        longest_wait_s: float = _LONGEST_WAIT_S,
        longest_s: float = _LONGEST_S,
    ) -> None:
        self._environment = dict(environment)
        self._longest_wait_s, self._longest_s = longest_wait_s, longest_s
        self._turns = {child: threading.Semaphore(_AT_ONCE) for child in (_FILES, _ROWS)}
        # What a manifest names never changes, and a page asks for the same again and again.
        self._read_text = lru_cache(_KEPT_TEXTS)(partial(self._run, _FILES, "read-text"))

    def store(self, path: Path) -> Blob:
        return Blob(**self._run(_FILES, "store", str(path)))

    def holds(self, digest: str) -> bool:
        return bool(self._run(_FILES, "holds", digest))

    def fetch(self, digest: str, directory: Path) -> Path:
        return Path(self._run(_FILES, "fetch", digest, str(directory)))

    def reclaim(self, freed: Mapping[str, int]) -> Reclaimed:
        return Reclaimed(**self._run(_ROWS, "reclaim", json.dumps(dict(freed))))

    def read_text(self, manifest_digest: str, name: str) -> str:
        return str(self._read_text(manifest_digest, name))

    def import_sales(
        self, path: Path, media_type: str, tenant_id: UUID, query: ImportQuery
    ) -> ImportReport:
        arguments = str(path), media_type, str(tenant_id), query.model_dump_json()
        answer = self._run(_ROWS, "import-sales", *arguments)
        return ImportReport.model_validate(answer)

    @contextmanager
    def _turn(self, child: str) -> Iterator[None]:
        turn = self._turns[child]
        if not turn.acquire(timeout=self._longest_wait_s):
            raise UnavailableError("Others send as many files as can be read now; try again soon")
        try:
            yield
        finally:
            turn.release()

    def _run(self, child: str, *arguments: str) -> Any:
        with self._turn(child):
            done = self._done([sys.executable, "-m", child, *arguments])
        if done.returncode == REFUSED:
            raise InvalidRequestError(**json.loads(done.stdout))
        if done.returncode == UNREADABLE:
            raise ModelNotLoadableError(**json.loads(done.stdout))
        if done.returncode == AWAY:
            log.warning("chore put off", arguments=arguments, said=_said(done))
            raise UnavailableError(**json.loads(done.stdout))
        if done.returncode == ABORTED and child == _ROWS:
            raise InvalidRequestError(TOO_MUCH)
        if done.returncode != 0:
            log.error("chore failed", arguments=arguments, said=_said(done))
            raise ChoreError(f"{arguments[0]} ended with status {done.returncode}")
        return json.loads(done.stdout)

    def _done(self, command: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
        try:
            return subprocess.run(
                command,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=self._longest_s,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise TookTooLongError(
                f"It did not end within {self._longest_s / 60:.0f} minutes, and nothing of it was"
                " kept; send a large file in parts, or try again when less is going on"
            ) from None


def _said(done: subprocess.CompletedProcess[bytes]) -> str:
    """The end of its log."""
    return done.stderr.decode(errors="replace")[-4000:]
