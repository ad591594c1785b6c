"""Whether an address answers: `python -m core.health http://127.0.0.1:8004/readyz`.

For health checks in an image that holds no curl; ends with 0 or 1.
"""

import argparse
import sys
import urllib.request
from collections.abc import Sequence

TIMEOUT_S = 5.0


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m core.health", description=__doc__)
    parser.add_argument("url")
    problem = what_is_wrong(parser.parse_args(arguments).url)
    if problem:
        sys.stderr.write(f"{problem}\n")
    return 1 if problem else 0


def what_is_wrong(url: str, timeout_s: float = TIMEOUT_S) -> str | None:
    """Why the address is not healthy, or None."""
    without_proxy = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with without_proxy.open(url, timeout=timeout_s):
            return None
    except OSError as error:  # refused, timed out, or an HTTP status of 400 or more
        return f"{url} does not answer: {error}"


if __name__ == "__main__":
    sys.exit(main())
