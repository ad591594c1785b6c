"""What came of all series, as the tables and figures of a result."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from pipeline.forecast.selection.metrics import Metrics
from pipeline.series.comparison import ENSEMBLE
from pipeline.series.fitting import Judged, Outcome
from pipeline.series.intervals import INTERVAL_LEVEL
from pipeline.series.methods.registry import METHODS
from pipeline.series.model import SeriesModel
from pipeline.series.scores import accuracy, measure
from pipeline.table.result import LeaderboardEntry
from pipeline.table.scores import finite

_SHOWN_SERIES = 50
_LISTED_SERIES = 500
_TAIL_PERIODS = 200
SELECTION_METRIC = "mase"


def main_algorithm(outcomes: Sequence[Outcome]) -> str:
    """What most series are forecast with."""
    counts = Counter(one.fitted.algorithm for one in outcomes)
    return max(sorted(counts), key=lambda name: counts[name])


def leaderboard(outcomes: Sequence[Outcome], model: SeriesModel) -> tuple[LeaderboardEntry, ...]:
    """Methods by their mean error over the series, on the windows that decided the choice."""
    weights = dict.fromkeys((*METHODS, ENSEMBLE), 0.0)
    for one in outcomes:
        for name in one.fitted.members:
            weights[name] += 1 / len(one.fitted.members) / len(outcomes)
    names = [
        name
        for name in (*METHODS, ENSEMBLE)
        if any(
            name in told.comparison.errors or name in told.comparison.failures for told in outcomes
        )
        or name == model.algorithm
    ]
    entries = [_entry(name, outcomes, model, weights[name]) for name in names]
    return tuple(
        sorted(entries, key=lambda one: (one.score is None, one.score or 0.0, one.algorithm))
    )


def _entry(
    name: str, outcomes: Sequence[Outcome], model: SeriesModel, weight: float
) -> LeaderboardEntry:
    errors = [
        one.comparison.errors[name]
        for one in outcomes
        if name in one.comparison.errors and one.comparison.was_scored
    ]
    failures = [
        one.comparison.failures[name] for one in outcomes if name in one.comparison.failures
    ]
    wins = sum(one.fitted.algorithm == name for one in outcomes)
    return LeaderboardEntry(
        algorithm=name,
        candidate=name,
        score=finite(float(np.mean(errors))) if errors else None,
        score_std=finite(float(np.std(errors))) if errors else None,
        fit_seconds=round(sum(one.comparison.seconds.get(name, 0.0) for one in outcomes), 3),
        hyperparameters={"series_compared": len(errors), "series_won": wins},
        weight=round(weight, 4),
        is_available=name in model.candidates,
        is_chosen=name == model.algorithm,
        failure=failures[0] if failures and not errors else None,
    )


def summary(outcomes: Sequence[Outcome]) -> dict[str, float | None]:
    """The figures of all series together."""
    test = measure([one.test for one in outcomes])
    training = measure([one.training for one in outcomes])
    simple = measure([one.baseline for one in outcomes])
    judged = accuracy(test)
    learned = accuracy(training)
    figures = {
        "train_accuracy": learned if learned is not None else judged,
        "test_accuracy": judged if judged is not None else learned,
        **test,
        "seasonal_naive_mase": simple["mase"],
        "seasonal_naive_wape": simple["wape"],
    }
    told = {name: finite(value) for name, value in figures.items()}
    always = ("train_accuracy", "test_accuracy")
    return {**told, **{name: told[name] or 0.0 for name in always}}


def explanation(outcomes: Sequence[Outcome], model: SeriesModel) -> dict[str, Any]:
    """What a page draws, as JSON: the forecast beside the newest history, the test, and a table
    with the figures of each series."""
    shown, listed = outcomes[:_SHOWN_SERIES], outcomes[:_LISTED_SERIES]
    left_out = {}
    if len(outcomes) > len(shown):
        left_out["forecast"] = (
            f"The forecasts of the first {len(shown)} of {len(outcomes):,} series are shown; the"
            " model answers for all"
        )
    if len(outcomes) > len(listed):
        left_out["series"] = f"The first {len(listed)} of {len(outcomes):,} series are listed"
    return {
        "frequency": model.calendar.name,
        "horizon": model.horizon,
        "interval_level": INTERVAL_LEVEL,
        "forecast": [_drawn(number, one, model) for number, one in enumerate(shown)],
        "series": [_listed(one, model) for one in listed],
        "left_out": left_out,
    }


def _drawn(number: int, outcome: Outcome, model: SeriesModel) -> dict[str, Any]:
    fitted, past = outcome.fitted, outcome.past
    tail = past.tail(min(_TAIL_PERIODS, max(3 * model.horizon, 30)))
    ahead = fitted.next + np.arange(min(model.horizon, _TAIL_PERIODS), dtype=np.int64)
    told = model.told[number][: len(ahead)]
    return {
        "series": names_of(fitted.names, model),
        "algorithm": fitted.algorithm,
        "history": {"time": _times(tail.positions, model), "value": _plain(tail.actual)},
        "test": _test(outcome.test, model),
        "forecast": {
            "time": _times(ahead, model),
            "prediction": _plain(told[:, 0]),
            "lower": _plain(told[:, 1]),
            "upper": _plain(told[:, 2]),
        },
    }


def _test(judged: Judged, model: SeriesModel) -> dict[str, Any]:
    newest = slice(-_TAIL_PERIODS, None)
    return {
        "time": _times(judged.periods[newest].astype(np.int64), model),
        "actual": _plain(judged.actual[newest]),
        "prediction": _plain(judged.predicted[newest]),
        "lower": _plain(judged.lower[newest]),
        "upper": _plain(judged.upper[newest]),
    }


def _listed(outcome: Outcome, model: SeriesModel) -> dict[str, Any]:
    figures: Metrics = measure([outcome.test])
    return {
        "series": names_of(outcome.fitted.names, model),
        "algorithm": outcome.fitted.algorithm,
        "members": list(outcome.fitted.members),
        "periods": len(outcome.past),
        "season": outcome.past.season,
        **{name: finite(value) for name, value in figures.items()},
    }


def names_of(names: tuple[str, ...], model: SeriesModel) -> Mapping[str, str]:
    """The value of each group column."""
    return dict(zip(model.columns.groups, names, strict=True))


def _times(positions: Any, model: SeriesModel) -> list[str]:
    times = model.calendar.times(positions)
    if model.columns.reader.is_counted:
        return [str(number) for number in model.columns.tell_times(times)]
    return [time.isoformat() for time in times]


def _plain(values: Any) -> list[float | None]:
    return [finite(float(value)) for value in values]
