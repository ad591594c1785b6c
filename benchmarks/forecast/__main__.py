"""Forecasts of this engine and of its peers: the same series, splits and known covariates.

`python -m benchmarks.forecast [--sets …] [--systems …] [--products 50] [--origins 2] [--data DIR]`

The peers are installed into an environment of their own, kept under `.venv/peers-forecast`. Each
system runs by itself on one thread. `ours:NAME` holds our engine to one candidate. Measures are
explained in `measures.py`; lower is better, but for the shares of values within intervals.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from benchmarks.forecast import report
from benchmarks.forecast.measures import Measures, errors_by_series, measure, scored_rows
from benchmarks.forecast.panel import TIME, Split, splits
from benchmarks.forecast.run import Answer, Answers, Failure, median_of, peers_interpreter, run
from benchmarks.forecast.sets import known_sets, panels
from benchmarks.forecast.systems.registry import (
    MEDIAN,
    MEMBERS_OF_MEDIAN,
    OURS,
    PEERS,
    is_ours,
)
from benchmarks.forecast.systems.task import task_of


def main(arguments: Sequence[str] | None = None) -> None:
    asked = _asked(arguments)
    chosen: list[str] = asked.systems or [OURS, *PEERS, MEDIAN]
    sets = [
        splits(panel.with_horizon(asked.horizon), asked.origins)
        for panel in panels(asked.sets, asked.data, asked.products, asked.seed)
    ]
    answers = _answers([split for cuts in sets for split in cuts], chosen, asked)
    results: dict[str, dict[str, Measures]] = {}
    errors: list[pd.DataFrame] = []
    start = 0
    for cuts in sets:
        mine = {name: given[start : start + len(cuts)] for name, given in answers.items()}
        start += len(cuts)
        results[cuts[0].panel.name] = _measured(cuts, mine, errors)
    if not errors:
        sys.exit("No system forecast a set at all its origins")
    print(report.summary(results))
    if asked.out:
        asked.out.mkdir(parents=True, exist_ok=True)
        report.records(results).to_parquet(asked.out / "measures.parquet")
        pd.concat(errors, ignore_index=True).to_parquet(asked.out / "series.parquet")


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    """What the command line asks for; a set or system that there is not ends the program."""
    parser = _parser()
    asked = parser.parse_args(arguments)
    sets = known_sets(asked.data)
    for name in asked.sets or []:
        if name not in sets:
            parser.error(f"argument --sets: there is no {name!r}, but {', '.join(sets)}")
    systems = [OURS, *PEERS, MEDIAN]
    for name in asked.systems or []:
        if name not in systems and not is_ours(name):
            parser.error(f"argument --systems: there is no {name!r}, but {', '.join(systems)}")
    return asked


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.forecast", description=__doc__)
    parser.add_argument("--sets", nargs="+", help="by default all")
    parser.add_argument("--systems", nargs="+", help=f"of {', '.join([OURS, *PEERS, MEDIAN])}")
    parser.add_argument("--products", type=int, default=50, help="series of each set")
    parser.add_argument("--origins", type=int, default=2, help="forecasts of each series")
    parser.add_argument("--horizon", type=int, help="periods ahead; by default what suits the set")
    parser.add_argument("--budget", default="balanced", choices=("fast", "balanced", "best"))
    parser.add_argument("--seconds", type=float, default=120.0, help="of systems that need a limit")
    parser.add_argument("--limit", type=float, default=7200.0, help="seconds for a family")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--data", type=Path, help="<name>.<frequency>.<horizon>.<country>.parquet")
    parser.add_argument("--keep", type=Path, help="where peers' answers are kept, to be used again")
    parser.add_argument("--out", type=Path, help="where measures are written")
    return parser


def _answers(cuts: Sequence[Split], chosen: Sequence[str], asked: argparse.Namespace) -> Answers:
    tasks = [
        task_of(cut, budget=asked.budget, seconds=asked.seconds, seed=asked.seed) for cut in cuts
    ]
    python = Path(sys.executable) if all(map(is_ours, chosen)) else peers_interpreter()
    named = [name for name in chosen if name != MEDIAN]
    answers = run(named, tasks, python, asked.limit, asked.keep)
    if MEDIAN in chosen:
        answers[MEDIAN] = median_of([answers[one] for one in MEMBERS_OF_MEDIAN if one in answers])
    return answers


def _measured(
    cuts: Sequence[Split], answers: Answers, errors: list[pd.DataFrame]
) -> dict[str, Measures]:
    """The measures of every system that answered to all origins, which are printed.

    The errors of single series are added to ``errors``.
    """
    panel = cuts[0].panel
    print(
        f"\n{panel.name}: {len(cuts[0].series)} {panel.frequency} series, {panel.horizon} ahead,"
        f" {len(cuts)} origins\n{report.heading()}"
    )
    measured: dict[str, Measures] = {}
    for name, given in answers.items():
        failed = [one.reason for one in given if isinstance(one, Failure)]
        if failed:
            print(f"  {name:<22}failed: {failed[0]}")
            continue
        made = [one for one in given if isinstance(one, Answer)]
        scored = [scored_rows(cut, one.forecast) for cut, one in zip(cuts, made, strict=True)]
        measured[name] = measure(scored, sum(one.cpu_s for one in made))
        print(report.line(name, measured[name]), flush=True)
        errors += [
            errors_by_series(rows, one.forecast).assign(
                set=panel.name, system=name, origin=str(cut.train[TIME].max())
            )
            for cut, rows, one in zip(cuts, scored, made, strict=True)
        ]
    return measured


if __name__ == "__main__":
    main()
