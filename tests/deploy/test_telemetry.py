"""Prometheus and Grafana ask for figures that the service has."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from tests.deploy.composition import ROOT, services
from tests.fixtures.waiting import PATIENCE_S

DEPLOY = ROOT / "deploy"
OF_PROMETHEUS = {"up"}
WORDS_OF_PROMQL = {"and", "or", "unless", "by"}

promtool = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="needs promtool (Debian's package prometheus)"
)


def configuration() -> Any:
    return yaml.safe_load((DEPLOY / "prometheus.yml").read_text())


def alerts() -> list[dict[str, Any]]:
    groups = yaml.safe_load((DEPLOY / "alerts.yml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def dashboard() -> Any:
    return json.loads((DEPLOY / "grafana/model-studio.json").read_text())


def questions() -> Iterator[str]:
    """Every PromQL expression that is asked."""
    yield from (rule["expr"] for rule in alerts())
    for panel in dashboard()["panels"]:
        yield from (target["expr"] for target in panel["targets"])


def series_in(expression: str) -> set[str]:
    """The series that an expression names, without labels, ranges, functions and keywords."""
    bare = re.sub(r"\{[^}]*\}|\[[^\]]*\]|\b(by|without)\s*\([^)]*\)", " ", expression)
    names = re.findall(r"[a-zA-Z_:][\w:]*(?!\s*\()\b(?!\s*\()", bare)
    return set(names) - WORDS_OF_PROMQL


def exposed(metrics: str) -> set[str]:
    """The series of a scrape, those without a value yet included."""
    names = set()
    for name, kind in re.findall(r"^# TYPE (\S+) (\S+)$", metrics, re.MULTILINE):
        suffixes = ("_bucket", "_sum", "_count") if kind == "histogram" else ("",)
        names |= {name + suffix for suffix in suffixes}
    return names


def test_names_of_series_are_found_in_expressions() -> None:
    asked = 'sum by (le) (rate(a_total{status="failed"}[1h])) > 0.5 * b and c == 0'
    assert series_in(asked) == {"a_total", "b", "c"}


def test_every_series_that_is_asked_for_is_exposed(api: str) -> None:
    found = exposed(httpx.get(f"{api}/metrics", timeout=PATIENCE_S).raise_for_status().text)
    asked = {name for question in questions() for name in series_in(question)}
    assert len(asked) > 8
    assert asked - OF_PROMETHEUS - found == set()


def test_targets_are_services_and_their_ports() -> None:
    containers = services()
    for scrape in configuration()["scrape_configs"]:
        for target in scrape["static_configs"][0]["targets"]:
            host, port = target.split(":")
            name = "prometheus" if host == "127.0.0.1" else host
            assert name in containers
            (published,) = containers[name].definition["ports"]
            assert published.endswith(f":{port}")


def test_files_are_mounted_where_they_are_looked_for() -> None:
    mounts = dict(mount.split(":")[:2] for mount in services()["prometheus"].definition["volumes"])
    assert mounts["./deploy/prometheus.yml"] == "/etc/prometheus/prometheus.yml"
    assert configuration()["rule_files"] == ["alerts.yml"]
    assert mounts["./deploy/alerts.yml"] == "/etc/prometheus/alerts.yml"
    mounts = dict(mount.split(":")[:2] for mount in services()["grafana"].definition["volumes"])
    (provider,) = yaml.safe_load((DEPLOY / "grafana/dashboards.yml").read_text())["providers"]
    target = mounts["./deploy/grafana/model-studio.json"]
    assert target.startswith(provider["options"]["path"] + "/")


def test_the_dashboard_asks_the_data_source_that_is_set_up() -> None:
    (source,) = yaml.safe_load((DEPLOY / "grafana/datasource.yml").read_text())["datasources"]
    used = {panel["datasource"]["uid"] for panel in dashboard()["panels"]}
    assert used == {source["uid"]}
    host, port = source["url"].removeprefix("http://").split(":")
    assert services()[host].definition["ports"][0].endswith(f":{port}")


def test_every_alert_says_what_to_do() -> None:
    assert [rule["alert"] for rule in alerts() if not rule["annotations"]["action"]] == []
    assert {rule["labels"]["severity"] for rule in alerts()} <= {"critical", "warning"}


@promtool
def test_prometheus_accepts_its_configuration_and_its_rules() -> None:
    checked = run_promtool("check", "config", "deploy/prometheus.yml")
    assert checked.returncode == 0, checked.stderr


@promtool
def test_alerts_fire_when_they_should_and_not_before() -> None:
    checked = run_promtool("test", "rules", str(Path(__file__).parent / "alerts_test.yml"))
    assert checked.returncode == 0, checked.stderr + checked.stdout


def run_promtool(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["promtool", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
