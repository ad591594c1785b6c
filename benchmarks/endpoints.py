"""How long the main requests take in a shop that has trained for a year, beside `/healthz`.

`python -m benchmarks.endpoints [--requests 30]`. `/healthz` reads no row, so that it says what the
way to the API and back costs in the same run. One client, one request at a time, in turns, so that
what else the machine does meets all of them; the first turn is not counted.
"""

import argparse
import time
from collections.abc import Iterator, Mapping, Sequence
from statistics import quantiles

import httpx

from api.addresses import ROOT, TRAINING
from benchmarks.api_process import running_api
from benchmarks.large_shop import write_large_shop
from benchmarks.report import Line, print_lines

REQUEST_TIMEOUT_S = 60
BARE = "/healthz"
PATHS = (
    BARE,
    "/readyz",
    "/metrics",
    f"{TRAINING}/history",
    f"{TRAINING}/products",
    f"{ROOT}/models",
    f"{TRAINING}/analytics/performance",
    f"{TRAINING}/analytics/accuracy",
    f"{TRAINING}/analytics/duration",
    f"{TRAINING}/alerts",
    f"{TRAINING}/audit",
    f"{TRAINING}/retention",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=30, help="of each path, at least 2")
    requests = parser.parse_args().requests
    with running_api(LOG_LEVEL="WARNING") as api:
        with api.sessions.begin() as session:
            write_large_shop(session)
        taken_ms = measure(api.url, requests)
    print_lines(f"{requests} requests of each path, 20,000 models", list(_lines(taken_ms)))


def measure(url: str, requests: int) -> Mapping[str, Sequence[float]]:
    """Milliseconds of each request, by path."""
    taken_ms: dict[str, list[float]] = {path: [] for path in PATHS}
    with httpx.Client(base_url=url, timeout=REQUEST_TIMEOUT_S) as http:
        for turn in range(requests + 1):
            for path in PATHS:
                began = time.perf_counter()
                http.get(path).raise_for_status()
                if turn > 0:
                    taken_ms[path].append(1000 * (time.perf_counter() - began))
    return taken_ms


def _lines(taken_ms: Mapping[str, Sequence[float]]) -> Iterator[Line]:
    for path, each_ms in taken_ms.items():
        twentieths = quantiles(each_ms, n=20, method="inclusive")
        name = path.removeprefix(f"{TRAINING}/").removeprefix(f"{ROOT}/")
        yield Line(f"{name}: p50", twentieths[9], "ms")
        yield Line(f"{name}: p95", twentieths[18], "ms")


if __name__ == "__main__":
    main()
