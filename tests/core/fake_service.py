"""A launcher whose children are small: `python -m tests.core.fake_service [failing-step|…]`."""

import signal
import sys

from core.children import Child, Plan
from core.errors import CoreError
from core.launcher import run
from core.processes import end_with_parent
from core.settings import Settings

API = """
import http.server, os
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
http.server.HTTPServer((os.environ["HOST"], int(os.environ["PORT"])), Handler).serve_forever()
"""

WITH_A_CHILD_OF_ITS_OWN = """
import os, pathlib, subprocess, sys, json
own = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
file = pathlib.Path(os.environ["DATA_DIR"], "worker.json")
unfinished = file.with_suffix(".unfinished")
unfinished.write_text(json.dumps({"own_child": own.pid, "environment": dict(os.environ)}))
unfinished.rename(file)
own.wait()
"""

STUBBORN = """
import os, pathlib, signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path(os.environ["DATA_DIR"], "stubborn").touch()
while True:
    signal.pause()
"""

ENDS_WITH_ANOTHER = """
import os, pathlib, signal, sys, time
own, other = (pathlib.Path(os.environ["DATA_DIR"], name) for name in sys.argv[1:])
def end(*_):
    own.with_suffix(".told").touch()
    while not other.with_suffix(".told").exists():
        time.sleep(0.01)
    own.with_suffix(".ended").touch()
    sys.exit()
signal.signal(signal.SIGTERM, end)
own.with_suffix(".began").touch()
while True:
    signal.pause()
"""

CRASHING = "import sys; sys.exit('no luck today')"
STEP = "import os, pathlib; pathlib.Path(os.environ['DATA_DIR'], 'step').touch()"


def _python(name: str, code: str, *arguments: str, **details: object) -> Child:
    command = (sys.executable, "-c", code, *arguments)
    return Child(name, command, **details)  # type: ignore[arg-type] # forwards


def _ends_with(name: str, other: str) -> Child:
    signals = ((signal.SIGTERM, 60.0),)
    return _python(name, ENDS_WITH_ANOTHER, name, other, stop_signals=signals)


CHILDREN = {
    "crashing": _python("crashing", CRASHING),
    "left": _ends_with("left", "right"),
    "right": _ends_with("right", "left"),
    "patient": _python("patient", "import signal; signal.pause()", may_wait=True),
    "stubborn": _python("stubborn", STUBBORN, stop_signals=((signal.SIGTERM, 60.0),)),
}


def main(words: list[str]) -> int:
    end_with_parent(signal.SIGTERM)  # a run of the tests that was cut off leaves nothing behind
    step = CRASHING if "failing-step" in words else STEP

    def plan(settings: Settings) -> Plan:
        worker = _python("worker", WITH_A_CHILD_OF_ITS_OWN, environment={"OMP_NUM_THREADS": "1"})
        more = tuple(CHILDREN[word] for word in words if word in CHILDREN)
        return Plan((_python("step", step),), (*more, _python("api", API), worker))

    try:
        run(Settings.from_environment(), plan)
    except CoreError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
