"""Running systems: our engine end to end, and what is put together from answers."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from benchmarks.forecast.measures import Measures
from benchmarks.forecast.report import records, summary
from benchmarks.forecast.run import Answer, Failure, median_of
from benchmarks.forecast.systems.registry import by_process, is_ours
from benchmarks.forecast.systems.task import COLUMNS

ROOT = Path(__file__).parents[3]


def answer(value: float, cpu_s: float) -> Answer:
    days = pd.date_range("2024-01-01", periods=2)
    cells = dict.fromkeys(("point", *COLUMNS), value)
    return Answer(pd.DataFrame({"series": "a", "ds": days, **cells}), cpu_s)


def measures(mase: float) -> Measures:
    return Measures(
        mase=mase,
        mase_median=mase,
        wape=0.1,
        wql=mase / 10,
        coverage_80=0.8,
        coverage_95=0.95,
        width_95=1.0,
        cpu_s=0.1,
        failures=0,
    )


def test_our_engine_is_measured_by_one_command(tmp_path: Path) -> None:
    command = "--sets monthly --products 2 --origins 1 --systems ours:seasonal_naive --out"
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.forecast", *command.split(), tmp_path],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "monthly: 2 monthly series, 12 ahead, 1 origins" in done.stdout
    measured = pd.read_parquet(tmp_path / "measures.parquet")
    assert measured["failures"].tolist() == [0]
    assert measured["mase"].between(0, 5).all()
    single = pd.read_parquet(tmp_path / "series.parquet")
    assert single["algorithm"].tolist() == ["seasonal_naive"] * 2


def test_the_median_of_systems_costs_what_they_cost_together() -> None:
    found = median_of([[answer(1, 2.0)], [answer(5, 3.0)], [answer(2, 4.0)], [Failure("no")]])
    assert isinstance(found[0], Answer)
    assert found[0].forecast["point"].tolist() == [2, 2]
    assert found[0].cpu_s == 9.0


def test_no_median_without_members() -> None:
    assert isinstance(median_of([[Failure("no")], [Failure("neither")]])[0], Failure)


def test_ours_and_each_family_of_peers_have_a_process() -> None:
    names = ["ours", "ours:mstl", "prophet", "auto_ets", "auto_ces"]
    assert by_process(names) == [["ours", "ours:mstl"], ["auto_ets", "auto_ces"], ["prophet"]]
    assert is_ours("ours:mstl")
    assert not is_ours("prophet")


def test_the_summary_compares_with_the_best_peer() -> None:
    results = {"bread": {"ours": measures(0.9), "good": measures(1.0), "bad": measures(2.0)}}
    said = summary(results)
    assert "0.900  of good" in said
    assert records(results)["system"].tolist() == ["ours", "good", "bad"]


@pytest.mark.parametrize("systems", [["ours"], ["good"]])
def test_a_summary_needs_no_peer(systems: list[str]) -> None:
    assert "Mean rank" in summary({"bread": {name: measures(1.0) for name in systems}})
