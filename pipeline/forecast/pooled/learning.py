"""Learning from all products of a job at once, within bounds of time and memory."""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from pipeline.forecast.calendar.frequency import Frequency
from pipeline.forecast.calendar.holiday_calendar import HolidayCalendar
from pipeline.forecast.history.prepared import PRICE, History
from pipeline.forecast.pooled.beside import Covariate
from pipeline.forecast.pooled.examples import Examples, examples_of, joined
from pipeline.forecast.pooled.group import Group, group_of
from pipeline.forecast.pooled.group_view import GroupView
from pipeline.forecast.pooled.growing import grow
from pipeline.forecast.pooled.model import FrequencyModel, Grown
from pipeline.forecast.pooled.pace import pace_of
from pipeline.forecast.pooled.running import Values
from pipeline.forecast.pooled.series import Series
from pipeline.forecast.pooled.table import Surround
from pipeline.forecast.pooled.trees import Trees
from pipeline.forecast.pooled.usefulness import useful_to_observe
from pipeline.forecast.selection.windows import plan_windows
from pipeline.forecast.spec import BEST, ForecastSpec

LEAST_PRODUCTS = 3
LEAST_EXAMPLES = 200
MOST_EXAMPLES = 60_000
"""In all: with more of them errors on shops of several kinds hardly fall, time and memory grow."""
EXAMPLES_OF_PRODUCT = 400
"""Two years of days have about as many that do not overlap much; more of them teach little."""
MOST_EXAMPLES_OF_PRODUCT = 1_500
LEAST_EXAMPLES_OF_JOB = 15_000
"""Where few products teach, each teaches more: below this, errors fall with more of the same."""
MOST_STEPS = 366
MOST_COVARIATES = 12
MOST_OBSERVED = 4
"""Trees are grown once more for each covariate of which only the past is known."""
ROUNDS = 80
"""With these settings errors on shops of several kinds stop falling here; more only cost time."""
ROUNDS_OF_JUDGES = 40
"""Half of the trees tell as well which columns help: of 18 shops with a column that tells sales two
weeks ahead, the same number found it, and of 24 none took one of chance."""
SETTINGS: dict[str, Any] = {
    "objective": "poisson",
    "num_leaves": 24,
    "learning_rate": 0.08,
    "min_data_in_leaf": 40,
    "max_bin": 63,
    "feature_fraction": 0.3,
    "lambda_l2": 1.0,
}

OnStep = Callable[[float, str], None]
"""Told the share that is done and what is being done; what it raises ends the learning."""


def learn(
    products: Sequence[Series],
    spec: ForecastSpec,
    holidays: HolidayCalendar,
    *,
    threads: int = 1,
    on_step: OnStep,
) -> FrequencyModel | None:
    """Learn from products with rows of one frequency.

    Parameters
    ----------
    products
        Their order makes no difference to more than the last digits.
    spec
        Horizon, windows and seed.
    threads
        How many to grow trees with; the result is the same.
    on_step
        Called for every 50 products and for every tree.

    Returns
    -------
    FrequencyModel or None
        None for fewer than three products, or too few rows.
    """
    frequency = products[0].frequency
    if len(products) < LEAST_PRODUCTS:
        return None
    shop, categories = _groups(products, frequency)
    covariates, observed = covariates_of(products), _often_observed(products)
    horizon = horizon_of(frequency, spec)
    views = {name: GroupView(group, holidays) for name, group in categories.items()}
    of_shop = GroupView(shop, holidays)
    count = _examples_each(len(products))
    is_sparse = count < EXAMPLES_OF_PRODUCT  # then many products would leave the same days out
    parts = []
    for number, series in enumerate(products):
        if number % 50 == 0:
            on_step(0.5 * number / len(products), "Looking at the past of all products")
        of_category = views.get(series.category or "", of_shop)
        surround = Surround(
            holidays=holidays,
            groups={"shop": of_shop, "category": of_category},
            covariates=covariates,
            observed=observed,
        )
        place = number if is_sparse else 0
        parts.append(examples_of(series, surround, horizon, count, place))
    examples = joined(parts)
    parts.clear()
    oldest, newest, last = _known_at_tests(products, spec)
    grower = partial(
        _grow,
        rounds=ROUNDS_OF_JUDGES,
        seed=spec.seed,
        threads=threads,
        on_round=lambda _: on_step(0.5, "Looking for columns that help"),
    )
    useful = useful_to_observe(examples.until(newest), observed, grower)
    examples = examples.without(set(observed) - set(useful))
    cutoffs = {*oldest, last, *([newest] if spec.budget == BEST else [])}
    grown = _grown(examples, sorted(cutoffs), spec.seed, threads, on_step)
    if not grown:
        return None
    return FrequencyModel(
        grown=grown,
        names=examples.names,
        covariates=covariates,
        shop=shop,
        categories=categories,
        observed=useful,
    )


def _examples_each(products: int) -> int:
    of_few = min(MOST_EXAMPLES_OF_PRODUCT, LEAST_EXAMPLES_OF_JOB // products)
    return min(max(EXAMPLES_OF_PRODUCT, of_few), MOST_EXAMPLES // products)


def horizon_of(frequency: Frequency, spec: ForecastSpec) -> int:
    """Rows from an origin to its farthest target: what is forecast, within bounds."""
    asked = min(MOST_STEPS, frequency.horizon_rows(spec.horizon_days))
    return max(asked, pace_of(frequency).levels[1])


def covariates_of(products: Sequence[Series]) -> tuple[Covariate, ...]:
    """The covariates that most products have, in the order of their names."""
    found: dict[str, list[Values]] = {}
    for series in products:
        for name, values in series.covariates.items():
            if name != PRICE:
                found.setdefault(name, []).append(values[: len(series)][np.isfinite(series.values)])
    common = sorted(found, key=lambda name: (-len(found[name]), name))[:MOST_COVARIATES]
    return tuple(_covariate(name, np.concatenate(found[name])) for name in sorted(common))


def _often_observed(products: Sequence[Series]) -> tuple[str, ...]:
    """The covariates of which most products know the past only."""
    counts = Counter(name for series in products for name in series.observed)
    common = sorted(counts, key=lambda name: (-counts[name], name))[:MOST_OBSERVED]
    return tuple(name for name in common if 2 * counts[name] > len(products))


def _covariate(name: str, values: Values) -> Covariate:
    known = values[np.isfinite(values)]
    is_flag = bool(np.isin(known, (0.0, 1.0)).all())
    return Covariate(name, is_flag, is_mostly_on=is_flag and bool(known.mean() > 0.5))


def _groups(products: Sequence[Series], frequency: Frequency) -> tuple[Group, dict[str, Group]]:
    members: dict[str, list[Series]] = {}
    for series in products:
        if series.category is not None:
            members.setdefault(series.category, []).append(series)
    categories = {
        name: group_of(of_category, frequency)
        for name, of_category in members.items()
        if len(of_category) > 1
    }
    return group_of(products, frequency), categories


def _known_at_tests(
    products: Sequence[Series], spec: ForecastSpec
) -> tuple[set[np.datetime64], np.datetime64, np.datetime64]:
    """The last periods known at the oldest tests on past sales, with and without the season a year
    ago, which young products do not have, at the newest test, and now."""
    longest = max(products, key=len)
    history = History(
        ds=pd.DatetimeIndex(longest.stamps),
        actual=longest.values,
        columns={},
        frequency=longest.frequency,
    )
    ahead = longest.frequency.horizon_rows(spec.horizon_days)
    windows, usual = (
        plan_windows(history, ahead, spec.budget, with_season=each) for each in (True, False)
    )
    known = [longest.stamps[one.origin - 1] for one in (windows[0], usual[0], windows[-1])]
    return set(known[:2]), known[-1], max(series.stamps[-1] for series in products)


def _grown(
    examples: Examples,
    cutoffs: Sequence[np.datetime64],
    seed: int,
    threads: int,
    on_step: OnStep,
) -> tuple[Grown, ...]:
    grown = []
    for number, cutoff in enumerate(cutoffs):
        known = examples.until(cutoff)
        if len(known) < LEAST_EXAMPLES:
            continue

        def on_round(done: int, number: int = number) -> None:
            share = (number + done / ROUNDS) / len(cutoffs)
            on_step(0.5 + 0.5 * share, "Learning from all products together")

        trees = _grow(known, rounds=ROUNDS, seed=seed, threads=threads, on_round=on_round)
        grown.append(Grown(trees, cutoff))
    return tuple(grown)


def _grow(
    examples: Examples,
    *,
    rounds: int,
    seed: int,
    threads: int,
    on_round: Callable[[int], None] | None = None,
) -> Trees:
    return grow(
        examples.table,
        examples.targets,
        SETTINGS,
        rounds=rounds,
        threads=threads,
        seed=seed,
        expected=examples.expected,
        weights=examples.weights,
        on_round=on_round,
    )
