"""The client stands alone: light to import, and without any part of the service."""

import subprocess
import sys

HEAVY = ("api", "core", "db", "worker", "pipeline", "examples", "numpy", "pandas", "pyarrow")
HEAVY += ("sqlalchemy", "flask", "celery", "pydantic", "prophet", "sklearn", "xgboost")


def test_nothing_of_the_service_is_imported() -> None:
    program = (
        "import sys, client, client.cli\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )

    assert done.stdout.strip() == "[]"
