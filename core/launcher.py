"""Runs the whole service on one machine: `python -m core.launcher [--flower] [--insecure]`.

Embedded servers stand in for those whose URLs are unset. Nothing outlives the launcher, however it
ends, and the next start finds the same data.
"""

import argparse
import logging
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from threading import Event
from types import FrameType

import structlog

from core.children import Child, Plan, service_plan
from core.data_directory import DataDirectory
from core.embedded import EmbeddedPostgres, EmbeddedValkey
from core.errors import CoreError, LauncherError
from core.health import what_is_wrong
from core.listening import public_url, require_free_port, require_permission_to_listen
from core.logs import configure_logs
from core.private_files import make_private_directory, private_opener, read_or_make_secret
from core.processes import end_with_parent
from core.settings import Settings
from core.supervisor import ChildProcess, Ended, Supervisor

log = structlog.get_logger(__name__)

ROOT = Path(__file__).resolve().parent.parent
POLL_S = 0.05
PROBE_TIMEOUT_S = 2.0
PATIENCE_AFTER_A_KILL_S = 15.0
LOG_TAIL_LINES = 12
REPORT_AFTER = 3

MakePlan = Callable[[Settings], Plan]
Say = Callable[[str], None]


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m core.launcher", description=__doc__)
    parser.add_argument("--flower", action="store_true", help="also run Flower (port 5555)")
    parser.add_argument("--insecure", action="store_true", help="let other machines in, unasked")
    parser.add_argument("--with-parent", action="store_true", help="stop when the parent ends")
    options = parser.parse_args(arguments)
    if options.with_parent:
        end_with_parent(signal.SIGTERM)
    try:
        settings = Settings.from_environment()
        if options.insecure:
            settings = settings.model_copy(update={"insecure": True})
        run(settings, partial(service_plan, with_flower=options.flower))
    except CoreError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def run(settings: Settings, make_plan: MakePlan = service_plan, say: Say | None = None) -> None:
    """Run the service until SIGINT or SIGTERM; a second signal ends programs at once."""
    require_permission_to_listen(settings)
    directory = DataDirectory(settings.data_dir)
    with directory.held():
        patience_s = PATIENCE_AFTER_A_KILL_S if directory.was_left_in_a_hurry() else 0.0
        directory.remove_status()
        require_free_port(settings, patience_s)
        Launcher(settings, directory, say or _say).run(make_plan)


class Launcher:
    """One run of the service."""

    def __init__(self, settings: Settings, directory: DataDirectory, say: Say) -> None:
        self._settings = settings
        self._directory = directory
        self._say = say
        self._url = public_url(settings)
        self._stop = Event()
        self._is_ready = False
        self._waiting: dict[str, ChildProcess] = {}
        self._supervisor = Supervisor(on_change=self._write_status, on_end=self._report)

    def run(self, make_plan: MakePlan) -> None:
        """Start everything, look after it, stop everything."""
        make_private_directory(self._directory.log("launcher").parent)
        logging.raiseExceptions = False  # a full disk must not fill the terminal with tracebacks
        with open(self._directory.log("launcher"), "a", opener=private_opener) as log_file:
            configure_logs("launcher", self._settings.log_level, log_file)
            previous = {number: signal.signal(number, self._on_signal) for number in _SIGNALS}
            try:
                self._start(make_plan)
                self._supervisor.watch(self._stop, self._announce_when_ready)
            finally:
                self._supervisor.stop_all()
                self._directory.remove_status()
                for number, handler in previous.items():
                    signal.signal(number, handler)

    def _start(self, make_plan: MakePlan) -> None:
        self._directory.empty_temporary()
        settings = self._with_servers()
        plan = make_plan(settings)
        environment = _environment(settings, self._directory)
        for child in plan.first:
            self._complete(child, self._process(child, environment))
        self._waiting = {
            child.name: self._process(child, environment) for child in plan.then if child.may_wait
        }
        for child in plan.then:
            if not child.may_wait and not self._stop.is_set():
                self._supervisor.start(child.name, self._process(child, environment))

    def _with_servers(self) -> Settings:
        settings, directory = self._settings, self._directory
        found: dict[str, str] = {"data_dir": str(directory.path)}
        if settings.database_url is None:
            postgres = EmbeddedPostgres(directory.postgres, directory.log("postgres"))
            self._supervisor.start("postgres", postgres)
            found["database_url"] = postgres.url
        if settings.redis_url is None:
            valkey = EmbeddedValkey(directory.valkey, directory.log("valkey"))
            self._supervisor.start("valkey", valkey)
            found["redis_url"] = valkey.url
            found["broker_url"] = settings.broker_url or valkey.url
        if "model_storage_path" not in settings.model_fields_set:
            found["model_storage_path"] = str(directory.models)
        if settings.artifact_signing_key is None:
            found["artifact_signing_key"] = read_or_make_secret(directory.signing_key)
        return settings.model_copy(update=found)

    def _process(self, child: Child, environment: Mapping[str, str]) -> ChildProcess:
        log = self._directory.log(child.name)
        return ChildProcess(child, environment=environment, directory=ROOT, log=log)

    def _complete(self, child: Child, process: ChildProcess) -> None:
        process.start()
        while process.process and process.process.poll() is None:
            if self._stop.wait(POLL_S):
                process.stop()
                return
        if process.process and process.process.returncode != 0:
            raise LauncherError(f"`{child.name}` failed:\n{_tail(process.log)}")

    def _announce_when_ready(self) -> None:
        if self._is_ready or what_is_wrong(f"{self._url}/readyz", PROBE_TIMEOUT_S):
            return
        self._is_ready = True
        for name, process in self._waiting.items():
            self._supervisor.start(name, process)
        self._write_status(self._supervisor.pids())
        self._say(f"Model Studio is ready at {self._url}")

    def _write_status(self, pids: Mapping[str, int]) -> None:
        status = {"pid": os.getpid(), "url": self._url, "ready": self._is_ready}
        try:
            self._directory.write_status({**status, "children": pids})
        except OSError as error:  # on a full disk the service goes on
            log.warning("status not written", reason=str(error))

    def _report(self, ended: Ended) -> None:
        self._say(
            f"{ended.name} ended ({_reason(ended.exit_code)}); it starts again in"
            f" {ended.delay_s:.1f} s. Its log: {ended.log}"
        )
        if ended.in_a_row % REPORT_AFTER == 0:
            self._say(f"{ended.name} keeps ending. The end of its log:\n{_tail(ended.log)}")

    def _on_signal(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - Python's
        if self._stop.is_set():
            self._supervisor.kill_programs()
        self._stop.set()


_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def _environment(settings: Settings, directory: DataDirectory) -> dict[str, str]:
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {
        **os.environ,
        **settings.to_environment(),
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONUNBUFFERED": "1",
        "TMPDIR": str(directory.temporary),
    }


def _reason(exit_code: int) -> str:
    if exit_code >= 0:
        return f"exit code {exit_code}"
    return signal.Signals(-exit_code).name


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-LOG_TAIL_LINES:])


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
