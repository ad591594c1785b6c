"""What holds for every module: importing it does nothing, and celeryconfig needs nothing."""

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from core.training_options import (
    ForecastAlgorithm,
    ForecastBudget,
    ForecastEngine,
    ForecastPoint,
)
from pipeline.forecast.spec import ALGORITHMS, AUTO, BUDGETS, ENGINES, POINTS

ROOT = Path(__file__).parents[1]
PACKAGES = ("api", "client", "core", "db", "pipeline", "worker")
ENTRY_POINTS = {"api.wsgi", "worker.app"}

IMPORT_ALL = """
import importlib, json, sys, threading
import prophet  # which asks `uname` for the platform when it is imported
deeds = []
def watch(event, args):
    if event in {"socket.connect", "socket.bind", "subprocess.Popen", "os.fork"}:
        deeds.append(f"{current}: {event}")
current = ""
sys.addaudithook(watch)
for current in json.loads(sys.argv[1]):
    threads = threading.active_count()
    importlib.import_module(current)
    if threading.active_count() > threads:
        deeds.append(f"{current}: started a thread")
print(json.dumps(deeds))
"""


def modules() -> list[str]:
    paths = (path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py")))
    names = (".".join(path.relative_to(ROOT).with_suffix("").parts) for path in paths)
    return [name for name in names if ".migrations" not in name and not name.endswith("__main__")]


def test_importing_any_module_has_no_side_effect() -> None:
    names = [name.removesuffix(".__init__") for name in modules() if name not in ENTRY_POINTS]
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL, json.dumps(names)],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == []


@pytest.mark.parametrize("name", [name for name in modules() if name not in ENTRY_POINTS])
def test_no_module_reads_the_environment_at_import(name: str) -> None:
    path = ROOT.joinpath(*name.split(".")).with_suffix(".py")
    tree = ast.parse(path.read_text())
    at_import = [node for node in tree.body if not isinstance(node, ast.If)]
    reads = [
        child.lineno
        for statement in at_import
        for child in _executed_at_import(statement)
        if isinstance(child, ast.Attribute) and child.attr in {"environ", "getenv"}
    ]
    assert reads == []


def test_the_api_accepts_the_algorithms_of_the_pipeline() -> None:
    assert get_args(ForecastAlgorithm) == (AUTO, *ALGORITHMS)


def test_the_api_accepts_the_budgets_and_engines_of_the_pipeline() -> None:
    assert get_args(ForecastBudget) == BUDGETS
    assert get_args(ForecastEngine) == ENGINES
    assert get_args(ForecastPoint) == POINTS


def test_celeryconfig_imports_nothing() -> None:
    tree = ast.parse((ROOT / "celeryconfig.py").read_text())
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    assert imports == []


def _executed_at_import(node: ast.AST) -> list[ast.AST]:
    """The node and what runs with it; the bodies of functions run later."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        return []
    return [
        node,
        *(deep for child in ast.iter_child_nodes(node) for deep in _executed_at_import(child)),
    ]
