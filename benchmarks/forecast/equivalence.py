"""Our fit of Prophet's model beside the prophet package: time, probability, forecasts, components.

    python -m benchmarks.forecast.equivalence [FILE.parquet]

The file has a row per day (``date``) and product (``product_id``) with its ``quantity``. Every
series is laid out once and fitted by both in this process; the package's optimiser runs in a
process of its own, whose time counts, too. Differences are in percent of the mean of the series.
"""

import argparse
import logging
import statistics
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from pipeline.forecast.calendar.holiday_calendar import holiday_calendar
from pipeline.forecast.structural.conversion import unfitted
from pipeline.forecast.structural.fit import fit_structure, lay_out
from pipeline.forecast.structural.holidays import Holidays
from pipeline.forecast.structural.layout import log_posterior
from pipeline.forecast.structural.model import Rows, StructuralModel
from pipeline.forecast.structural.reading import from_prophet
from pipeline.forecast.structural.structure import Seasonality, Structure, Way

T = TypeVar("T")

HORIZON = 28
REPEATS = 20
WAYS: tuple[Way, ...] = ("additive", "multiplicative")


@dataclass(frozen=True)
class Series:
    """Daily sales and the country of their holidays."""

    name: str
    frame: pd.DataFrame
    country: str


@dataclass(frozen=True)
class Measured:
    """Both fits of one series: CPU milliseconds, log posterior, differences in percent."""

    ours_ms: float
    theirs_ms: float
    gain: float
    forecast: float
    components: dict[str, float]

    @property
    def ratio(self) -> float:
        """How many of our fits cost as much as one of the package's."""
        return self.theirs_ms / self.ours_ms


def generated() -> Iterator[Series]:
    """Series whose trend bends, with a week, a year and Poisson noise."""
    for days, seed in ((365, 1), (730, 2), (730, 3), (1460, 4)):
        generator = np.random.default_rng(seed)
        day = np.arange(days)
        slopes = np.repeat(generator.normal(0, 0.1, 5), -(-days // 5))[:days]
        week = 1 + generator.uniform(-0.3, 0.3, 7)[day % 7]
        year = 1 + 0.2 * np.sin(2 * np.pi * (day / 365.25 + generator.random()))
        expected = np.maximum(60 + slopes.cumsum(), 5) * week * year
        ds = pd.date_range("2021-01-01", periods=days)
        frame = pd.DataFrame({"ds": ds, "y": generator.poisson(expected).astype(float)})
        yield Series(f"generated {days} {seed}", frame, "ES")


def of_file(path: Path, most: int = 8) -> Iterator[Series]:
    """The products of a file with the most sales."""
    sales = pd.read_parquet(path)
    totals = sales.groupby("product_id")["quantity"].sum().sort_values(ascending=False)
    for name in totals.index[:most]:
        sold = sales[sales["product_id"] == name].groupby("date")["quantity"].sum()
        days = pd.date_range(sold.index.min(), sold.index.max())
        values = sold.reindex(days, fill_value=0).to_numpy(dtype=float)
        yield Series(str(name), pd.DataFrame({"ds": days, "y": values}), "FR")


def structure_of(series: Series, way: Way) -> Structure:
    """Week, year and public holidays with Prophet's defaults."""
    years = series.frame["ds"].dt.year
    calendar = holiday_calendar(series.country, None, int(years.min()), int(years.max()))
    return Structure(
        seasonalities=(
            Seasonality(name="yearly", period=365.25, order=10, way=way),
            Seasonality(name="weekly", period=7.0, order=3, way=way),
        ),
        holidays=Holidays.from_frame(calendar.frame()),
        holidays_way=way,
    )


def measure(series: Series, structure: Structure) -> Measured:
    """Fit and forecast with both."""
    times, values = series.frame["ds"].to_numpy(), series.frame["y"].to_numpy()
    ahead = pd.date_range(times[-1], periods=HORIZON + 1)[1:]
    future = pd.DataFrame({"ds": ahead})

    def ours() -> tuple[StructuralModel, NDArray[np.float64]]:
        model = fit_structure(times, values, structure)
        return model, model.predict(future)

    def theirs() -> tuple[Any, NDArray[np.float64]]:
        prophet = unfitted(structure).fit(series.frame)
        return prophet, prophet.predict(future)["yhat"].to_numpy()

    ours()  # the first fit of a process lays out the calendar that all others share
    (model, forecast), ours_ms = timed(ours, REPEATS)
    (prophet, expected), theirs_ms = timed(theirs, 1)
    stans, mean = from_prophet(prophet), float(values.mean())
    layout = lay_out(Rows(times, {}), values, structure, model.scales)
    parts, stans_parts = model.components(future), stans.components(future)
    return Measured(
        ours_ms=ours_ms,
        theirs_ms=theirs_ms,
        gain=log_posterior(layout, model.mode) - log_posterior(layout, stans.mode),
        forecast=_percent(forecast - expected, mean),
        components={name: _percent(parts[name] - stans_parts[name], mean) for name in parts},
    )


def timed(work: Callable[[], T], repeats: int) -> tuple[T, float]:
    """The result, and the milliseconds of CPU of this process and its children for one of them."""
    before = _cpu_s()
    for _ in range(repeats):
        result = work()
    return result, 1000 * (_cpu_s() - before) / repeats


def _cpu_s() -> float:
    whole = [getrusage(who) for who in (RUSAGE_SELF, RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in whole)


def table_of(found: Mapping[tuple[str, Way], Measured]) -> Table:
    """A row per series and way."""
    table = Table(title="Our fit beside the prophet package")
    for heading in ("series", "way"):
        table.add_column(heading)
    for heading in ("ours ms", "prophet ms", "ratio", "log p +", "forecast %"):
        table.add_column(heading, justify="right")
    table.add_column("component farthest off", no_wrap=True)
    for (name, way), one in found.items():
        worst = max(one.components, key=lambda part: one.components[part])
        table.add_row(
            name,
            way,
            f"{one.ours_ms:.1f}",
            f"{one.theirs_ms:.0f}",
            f"{one.ratio:.0f}",
            f"{one.gain:.3f}",
            f"{one.forecast:.2f}",
            f"{worst} {one.components[worst]:.2f} %",
        )
    return table


def main() -> None:
    """Measure every series both ways and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, help="daily sales by product, as Parquet")
    file = parser.parse_args().file
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore", DeprecationWarning)
    found = {
        (series.name, way): measure(series, structure_of(series, way))
        for series in (*generated(), *(of_file(file) if file else ()))
        for way in WAYS
    }
    console, ratios = Console(width=110), [one.ratio for one in found.values()]
    console.print(table_of(found))
    console.print(f"CPU ratio: median {statistics.median(ratios):.0f}, least {min(ratios):.0f}")


def _percent(difference: NDArray[np.float64], mean: float) -> float:
    return 100 * float(np.abs(difference).max()) / mean


if __name__ == "__main__":
    main()
