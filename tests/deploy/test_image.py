"""The Dockerfile: what it copies is there, what it needs is locked, what runs holds no tools."""

import importlib
import json
import re
import sys
from pathlib import Path

import pytest

from tests.deploy.composition import ROOT, services

PYTHON = re.compile(r"python:(?P<version>\d+\.\d+)\.\d+-slim-\w+")


def instructions() -> list[tuple[str, str]]:
    """Instructions and their arguments, with continued lines joined."""
    text = re.sub(r"^#.*\n", "", (ROOT / "deploy/Dockerfile").read_text(), flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    return [(line.split(" ", 1)[0], line.split(" ", 1)[1]) for line in lines if line]


def stage(name: str) -> list[tuple[str, str]]:
    """The instructions between `FROM … AS name` and the next FROM."""
    found = instructions()
    starts = [number for number, (word, _) in enumerate(found) if word == "FROM"]
    for start, end in zip(starts, [*starts[1:], len(found)], strict=True):
        if found[start][1].endswith(f"AS {name}"):
            return found[start + 1 : end]
    raise AssertionError(f"no stage {name}")


def copied() -> list[str]:
    return [arguments.split()[0] for word, arguments in stage("builder") if word == "COPY"]


def test_what_is_copied_is_there_and_is_sent_to_the_builder() -> None:
    assert [path for path in copied() if not (ROOT / path).exists()] == []
    ignore = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in ignore
    assert {line.removeprefix("!") for line in ignore if line.startswith("!")} == set(copied())


def test_all_our_packages_are_in_the_image() -> None:
    pyproject = (ROOT / "pyproject.toml").read_text()
    (included,) = re.findall(r"^only-include = \[(.*)\]$", pyproject, re.MULTILINE)
    assert set(json.loads(f"[{included}]")) | {"requirements.txt"} == set(copied())


def test_dependencies_are_installed_by_hash_and_nothing_is_resolved_or_compiled() -> None:
    runs = [words for word, words in stage("builder") if word == "RUN"]
    (install,) = [words for words in runs if "requirements.txt" in words]
    assert {"--no-deps", "--require-hashes", "--only-binary"} <= set(install.split())
    assert "index" not in install
    locked = (ROOT / "requirements.txt").read_text()
    assert locked.count("--hash=sha256:") >= len(re.findall(r"^[\w.-]+==", locked, re.MULTILINE))


def test_the_python_is_pinned_and_the_one_that_the_lock_is_made_for() -> None:
    ((_, argument),) = [one for one in instructions() if one[0] == "ARG"]
    pinned = PYTHON.fullmatch(argument.removeprefix("PYTHON="))
    assert pinned is not None
    assert f"--python-version {pinned['version']}" in (ROOT / "Makefile").read_text()
    assert [words.split()[0] for word, words in instructions() if word == "FROM"] == [
        "${PYTHON}",
        "${PYTHON}",
    ]


def test_the_running_image_installs_nothing() -> None:
    ran = " ".join(words for word, words in stage("runtime") if word == "RUN")
    assert not re.search(r"\b(apt|apt-get|pip|gcc|make|curl)\b", ran)
    assert {words.split()[0] for word, words in stage("runtime") if word == "COPY"} == {
        "--from=builder"
    }


def test_lightgbm_finds_openmp_where_every_program_looks_for_libraries() -> None:
    """Its wheel brings none, other than those of scikit-learn and XGBoost."""
    built = " ".join(words for word, words in stage("builder") if word == "RUN")
    assert re.search(r"--target-directory=/opt/lib \S*/libgomp\.so\.1\b", built)
    assert ("COPY", "--from=builder /opt/lib /usr/lib") in stage("runtime")


def test_its_user_owns_what_the_containers_write() -> None:
    runtime = dict(stage("runtime"))
    for service in services().values():
        if service.is_ours:
            assert runtime["USER"] == service.definition["user"]
    (made,) = [words for word, words in stage("runtime") if word == "RUN"]
    assert "--uid 10001" in made
    assert "--gid 10001" in made
    assert made.endswith("/models /data")


def test_it_runs_programs_of_the_service() -> None:
    runtime = dict(stage("runtime"))
    python, flag, module = json.loads(runtime["ENTRYPOINT"])
    assert (python, flag) == ("python", "-m")
    assert callable(importlib.import_module(module).main)
    assert json.loads(runtime["CMD"]) == ["api"]
    assert runtime["STOPSIGNAL"] == "SIGTERM"


@pytest.mark.parametrize("package", ["api", "client", "core", "db", "pipeline", "worker"])
def test_no_module_reads_a_file_that_the_image_lacks(package: str) -> None:
    """Nothing of tests, examples or the project file is imported by what the image holds."""
    outside = {path.name for path in ROOT.iterdir() if (path / "__init__.py").exists()}
    outside -= set(copied())
    imports = re.compile(rf"^(?:from|import) ({'|'.join(outside)})\b", re.MULTILINE)
    found = {
        str(file): imports.findall(file.read_text()) for file in Path(ROOT, package).rglob("*.py")
    }
    assert {file: names for file, names in found.items() if names} == {}


def test_the_tests_run_on_the_python_of_the_image() -> None:
    ((_, argument),) = [one for one in instructions() if one[0] == "ARG"]
    assert f":{sys.version_info.major}.{sys.version_info.minor}." in argument
