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


def test_without_the_services_their_commands_say_what_to_install() -> None:
    program = (
        "import sys\n"
        "sys.modules['alembic'] = None\n"
        "sys.argv = ['model-studio', sys.argv[1]]\n"
        "from client.cli import main\n"
        "main()"
    )

    for command in ("up", "demo", "migrate"):
        done = subprocess.run(
            [sys.executable, "-c", program, command],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 1
        assert "pip install 'model-studio[all]'` (missing: alembic)" in done.stderr
        assert "Traceback" not in done.stderr
