"""Hundreds of watchers of one job on one API process."""

import asyncio
import json
import resource
import subprocess
import sys
import textwrap

import httpx

from api.live.events import RETRY_AFTER_MS
from tests.api.running_job import RunningJob
from tests.fixtures.served import ROOT, Served

WATCHERS = 300
REPORTS = 40


def test_each_of_hundreds_of_watchers_gets_every_number(shared_served: Served) -> None:
    job = RunningJob.begin(shared_served.sessions, shared_served.stream)
    url = shared_served.watch_url(job.job_id)
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.watchers", url, str(WATCHERS)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as watchers:
        assert watchers.stdout is not None
        assert watchers.stdout.readline() == "connected\n"
        job.report(REPORTS)
        job.fail()
        seen = json.loads(watchers.communicate(timeout=60)[0])
    assert watchers.returncode == 0
    assert seen["breaks"] == 0
    assert seen["first"] == [1] * WATCHERS
    assert seen["last"] == [REPORTS + 4] * WATCHERS


def test_each_of_a_crowd_of_event_streams_gets_every_number(shared_served: Served) -> None:
    job = RunningJob.begin(shared_served.sessions, shared_served.stream)
    url = f"{shared_served.url}/api/v1/training/events/{job.job_id}"

    async def numbers(client: httpx.AsyncClient, connected: asyncio.Barrier) -> list[int]:
        async with client.stream("GET", url) as stream:
            lines = stream.aiter_lines()
            assert await anext(lines) == f"retry: {RETRY_AFTER_MS}"
            await connected.wait()
            return [int(line[4:]) async for line in lines if line.startswith("id: ")]

    async def watch() -> list[list[int]]:
        limits = httpx.Limits(max_connections=WATCHERS)
        connected = asyncio.Barrier(WATCHERS + 1)
        async with httpx.AsyncClient(limits=limits, timeout=60) as client:
            seen = asyncio.gather(*(numbers(client, connected) for _ in range(WATCHERS)))
            await connected.wait()
            await asyncio.to_thread(job.report, REPORTS)
            await asyncio.to_thread(job.fail)
            return await seen

    assert asyncio.run(watch()) == [list(range(1, REPORTS + 5))] * WATCHERS


def test_the_limit_of_open_files_is_raised_as_far_as_allowed() -> None:
    script = """
        import resource
        from api.server.file_limit import raise_file_limit
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, 1000))
        for sockets in (500, 9000):
            assert raise_file_limit(sockets) == resource.getrlimit(resource.RLIMIT_NOFILE)[0]
            print("now", resource.getrlimit(resource.RLIMIT_NOFILE))
    """
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[1] >= 1000
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    limits = [line for line in done.stdout.splitlines() if line.startswith("now")]
    assert limits == ["now (700, 1000)", "now (1000, 1000)"]
    assert done.stdout.count("few open files are allowed") == 1
