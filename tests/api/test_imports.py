"""The API process stays light: what it loads is told by a fresh interpreter."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
FORBIDDEN = {
    "cmdstanpy",
    "holidays",
    "joblib",
    "numpy",
    "pandas",
    "pipeline",
    "prophet",
    "pyarrow",
    "scipy",
    "sklearn",
    "worker",
    "xgboost",
}


def test_the_api_process_loads_no_machine_learning() -> None:
    environment = {
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
        "REDIS_URL": "redis://127.0.0.1:1/0",
    }
    code = "import api.gunicorn_conf, api.wsgi, json, sys; api.wsgi.create(); "
    code += "print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, check=True
    )
    loaded = set(json.loads(done.stdout))
    assert {"api", "db", "core", "flask"} <= loaded
    assert not loaded & FORBIDDEN
