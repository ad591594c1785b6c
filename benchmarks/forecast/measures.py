"""How good forecasts are, over all series and origins of a set."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.forecast.panel import SCORED, SERIES, TIME, VALUE, Split
from benchmarks.forecast.systems.task import ALGORITHM, COLUMNS, LEVELS, POINT

DECILES = tuple(level for level in LEVELS if round(10 * level, 6) == round(10 * level))

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """Of one system on one set.

    Attributes
    ----------
    mase, mase_median
        Mean and median over series and origins of the mean absolute error, in units of the
        seasonal naive forecast's error in the training rows.
    wape, wql
        Absolute error, and twice the pinball loss averaged over the deciles, as shares of all that
        was sold.
    coverage_80, coverage_95, width_95
        Share of values within the interval, and its width as a share of all that was sold.
    cpu_s
        CPU seconds per series and origin.
    failures
        Series for which there was no forecast; a seasonal naive one stands in.
    """

    mase: float
    mase_median: float
    wape: float
    wql: float
    coverage_80: float
    coverage_95: float
    width_95: float
    cpu_s: float
    failures: int


def scored_rows(split: Split, forecast: pd.DataFrame) -> pd.DataFrame:
    """The rows that count, with values, forecasts and the error unit of their series.

    Series without a complete forecast get the seasonal naive one, and ``failed`` is True.
    """
    wanted = split.future[[SERIES, TIME, VALUE, SCORED]]
    joined = wanted.merge(forecast[[SERIES, TIME, POINT, *COLUMNS]], how="left")
    joined["failed"] = joined[POINT].isna().groupby(joined[SERIES]).transform("any")
    history = {name: rows[VALUE].to_numpy() for name, rows in split.train.groupby(SERIES)}
    season = split.panel.seasons[0]
    for name in joined.loc[joined["failed"], SERIES].unique():
        where = joined[SERIES] == name
        naive = seasonal_naive(history[name], season, int(where.sum()))
        joined.loc[where, [POINT, *COLUMNS]] = np.repeat(naive[:, None], len(COLUMNS) + 1, axis=1)
    scales = {name: error_unit(values, season) for name, values in history.items()}
    joined["scale"] = joined[SERIES].map(scales)
    return joined[joined[SCORED] & (joined["scale"] > 0)].reset_index(drop=True)


def measure(rows: list[pd.DataFrame], cpu_s: float) -> Measures:
    """Over the `scored_rows` of all origins."""
    mase = pd.concat([mase_by_series(one) for one in rows]).to_numpy()
    every = pd.concat(rows, ignore_index=True)
    actual = every[VALUE].to_numpy()
    sold = float(np.abs(actual).sum())
    return Measures(
        mase=float(mase.mean()),
        mase_median=float(np.median(mase)),
        wape=float(np.abs(actual - every[POINT]).sum() / sold),
        wql=weighted_quantile_loss(actual, {q: every[str(q)].to_numpy() for q in DECILES}),
        coverage_80=_coverage(every, "0.1", "0.9"),
        coverage_95=_coverage(every, "0.025", "0.975"),
        width_95=float((every["0.975"] - every["0.025"]).sum() / sold),
        cpu_s=cpu_s / len(mase),
        failures=int(sum(one.loc[one["failed"], SERIES].nunique() for one in rows)),
    )


def errors_by_series(rows: pd.DataFrame, forecast: pd.DataFrame) -> pd.DataFrame:
    """The MASE of each series, and by which of its algorithms the system forecast it."""
    errors = mase_by_series(rows).rename("mase").reset_index()
    if ALGORITHM not in forecast:
        return errors
    used = forecast.drop_duplicates(SERIES).set_index(SERIES)[ALGORITHM]
    return errors.assign(**{ALGORITHM: errors[SERIES].map(used)})


def mase_by_series(rows: pd.DataFrame) -> pd.Series:
    error = (rows[VALUE] - rows[POINT]).abs() / rows["scale"]
    return error.groupby(rows[SERIES]).mean()


def weighted_quantile_loss(actual: Array, quantiles: dict[float, Array]) -> float:
    """Twice the pinball loss, averaged over the levels, as a share of the sum of the values."""
    losses = [
        2 * np.maximum(level * (actual - value), (level - 1) * (actual - value)).sum()
        for level, value in quantiles.items()
    ]
    return float(np.mean(losses) / np.abs(actual).sum())


def error_unit(values: Array, season: int) -> float:
    """Mean absolute difference of values one season apart, or one row where there is no season."""
    lag = season if len(values) > season else 1
    return float(np.abs(values[lag:] - values[:-lag]).mean())


def seasonal_naive(values: Array, season: int, horizon: int) -> Array:
    """The newest season over and over."""
    newest = values[-min(season, len(values)) :]
    return np.asarray(np.resize(newest, horizon), dtype=float)


def _coverage(rows: pd.DataFrame, low: str, high: str) -> float:
    return float(rows[VALUE].between(rows[low], rows[high]).mean())
