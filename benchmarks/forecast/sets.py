"""The series that are forecast: generated, stored beside this package, or the user's own."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pandas as pd

from benchmarks.forecast.generators.births import births
from benchmarks.forecast.generators.coarse import monthly, weekly
from benchmarks.forecast.generators.disruptions import disruptions
from benchmarks.forecast.generators.hourly import hourly
from benchmarks.forecast.generators.intermittent import intermittent
from benchmarks.forecast.generators.store_products import store_products
from benchmarks.forecast.generators.store_sales import store_sales
from benchmarks.forecast.panel import CATEGORY, OFFSETS, SCORED, SERIES, TIME, VALUE, Panel

DATA = Path(__file__).parents[1] / "data"
LEFT_OUT = {SERIES, TIME, VALUE, CATEGORY, SCORED, "revenue"}
"""Of a user's file: what is no covariate. Revenue is not known ahead."""

Maker = Callable[[int, int], Panel]
"""Makes a panel of so many products from a seed."""


def known_sets(directory: Path | None) -> list[str]:
    """What `panels` can make: those of `MAKERS` and the files of ``directory``."""
    return [*MAKERS, *(path.name.split(".")[0] for path in _files(directory))]


def panels(
    names: Sequence[str] | None, directory: Path | None, products: int, seed: int
) -> Iterator[Panel]:
    """The sets called ``names``, by default all, and every Parquet file of ``directory``."""
    for name, make in MAKERS.items():
        if names is None or name in names:
            yield make(products, seed)
    for path in _files(directory):
        if names is None or path.name.split(".")[0] in names:
            yield read_panel(path, products, seed)


def _files(directory: Path | None) -> list[Path]:
    return sorted(directory.glob("*.parquet")) if directory else []


def read_panel(path: Path, products: int, seed: int) -> Panel:
    """A file called ``<name>.<frequency>.<horizon>.<country>.parquet``.

    Columns ``series`` (or ``product_id``), ``ds`` (or ``date``) and ``y`` (or ``quantity``),
    perhaps ``category``, and numeric covariates that are known ahead. A period without a row
    counts as 0.
    """
    name, frequency, horizon, country, _ = path.name.split(".")
    frame = pd.read_parquet(path).rename(
        columns={"product_id": SERIES, "date": TIME, "quantity": VALUE}
    )
    covariates = tuple(frame.select_dtypes(["number", "bool"]).columns.difference(list(LEFT_OUT)))
    return Panel(
        name=name,
        frame=_regular(_sample(frame, products, seed), frequency, covariates),
        frequency=frequency,
        horizon=int(horizon),
        covariates=covariates,
        country=country,
    )


def _stored(file: str) -> Maker:
    return lambda products, seed: read_panel(DATA / file, products, seed)


def _sample(frame: pd.DataFrame, products: int, seed: int) -> pd.DataFrame:
    names = pd.Series(frame[SERIES].unique())
    chosen = names.sample(min(products, len(names)), random_state=seed)
    return frame[frame[SERIES].isin(chosen)]


def _regular(frame: pd.DataFrame, frequency: str, covariates: Sequence[str]) -> pd.DataFrame:
    last = frame[TIME].max()
    rows = []
    for name, part in frame.groupby(SERIES, sort=True):
        grid = pd.date_range(part[TIME].min(), last, freq=OFFSETS[frequency], name=TIME)
        kept = [name for name in (VALUE, CATEGORY, SCORED, *covariates) if name in part]
        laid = part.set_index(TIME)[kept].reindex(grid)
        laid[VALUE] = laid[VALUE].fillna(0.0).astype(float)
        laid[SCORED] = laid[SCORED].fillna(value=True).astype(bool) if SCORED in laid else True
        still = [name for name in kept if name not in (VALUE, SCORED)]
        laid[still] = laid[still].ffill()
        rows.append(laid.assign(series=str(name)).reset_index())
    return pd.concat(rows, ignore_index=True)


MAKERS: dict[str, Maker] = {
    "store_sales": store_sales,
    "disruptions": disruptions,
    "births": births,
    "store_products": store_products,
    "hourly": hourly,
    "weekly": weekly,
    "monthly": monthly,
    "intermittent": intermittent,
    "flights_daily": _stored("flights_daily.daily.28.US.parquet"),
    "flights_hourly": _stored("flights_hourly.hourly.48.US.parquet"),
}
