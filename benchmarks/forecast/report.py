"""Tables of what was measured."""

from collections.abc import Mapping
from dataclasses import asdict

import pandas as pd

from benchmarks.forecast.measures import Measures
from benchmarks.forecast.systems.registry import is_ours

Results = Mapping[str, Mapping[str, Measures]]
"""By set and system."""

HEADINGS = {
    "mase": ("MASE", "8.3f"),
    "mase_median": ("median", "8.3f"),
    "wape": ("WAPE", "8.3f"),
    "wql": ("WQL", "8.4f"),
    "coverage_80": ("in 80 %", "8.3f"),
    "coverage_95": ("in 95 %", "8.3f"),
    "width_95": ("width", "8.2f"),
    "cpu_s": ("CPU s", "8.3f"),
    "failures": ("failed", "7d"),
}


def heading() -> str:
    return f"  {'system':<22}" + "".join(f"{title:>9}" for title, _ in HEADINGS.values())


def line(system: str, measures: Measures) -> str:
    values = asdict(measures)
    cells = "".join(f"{values[name]:>9{form[1:]}}" for name, (_, form) in HEADINGS.items())
    return f"  {system:<22}{cells}"


def summary(results: Results) -> str:
    """Mean ranks over the sets that every system forecast, and our ratio to the best peer."""
    lines = []
    for name, title in (("mase", "MASE"), ("wql", "quantile loss")):
        table = pd.DataFrame(
            {
                panel: {system: asdict(one)[name] for system, one in measured.items()}
                for panel, measured in results.items()
            }
        ).dropna(axis=1)
        lines += ["", f"Mean rank by {title} over {len(table.columns)} sets"]
        ranks = table.rank().mean(axis=1).sort_values()
        lines += [f"  {system:<22}{rank:>9.2f}" for system, rank in ranks.items()]
        lines += ["", f"{title} over that of the best peer", *_ratios(results, name)]
    return "\n".join(lines)


def records(results: Results) -> pd.DataFrame:
    """One row per set and system."""
    return pd.DataFrame(
        [
            {"set": panel, "system": system, **asdict(measures)}
            for panel, measured in results.items()
            for system, measures in measured.items()
        ]
    )


def _ratios(results: Results, name: str) -> list[str]:
    lines = []
    for panel, measured in results.items():
        values = {system: asdict(one)[name] for system, one in measured.items()}
        peers = {system: value for system, value in values.items() if not is_ours(system)}
        if not peers:
            continue
        best = min(peers, key=lambda system: peers[system])
        lines += [
            f"  {panel:<22}{system:<22}{value / peers[best]:>7.3f}  of {best}"
            for system, value in values.items()
            if is_ours(system)
        ]
    return lines
