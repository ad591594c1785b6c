"""An interrupted search goes on where it was."""

import json

import numpy as np
import pytest

from pipeline.progress import Progress
from pipeline.table.predict import predict_rows
from pipeline.table.search.candidate import FoldFit
from pipeline.table.search.journal import Memory
from pipeline.table.spec import TableSpec
from pipeline.table.train import train_table
from tests.pipeline.table.tables import shop_rows


class Pages:
    """A journal in memory that holds what can be written as JSON."""

    def __init__(self):
        self.lines = []

    def load(self):
        return [json.loads(line) for line in self.lines]

    def append(self, entry):
        self.lines.append(json.dumps(entry, allow_nan=False))


def fold_fit(seconds=1.0, rows=3):
    return FoldFit(
        judged=np.linspace(0, 1, rows, dtype=np.float32),
        tested=np.array([0.1, 0.2]),
        rows=10,
        seconds=seconds,
        rounds=5,
        predict_ms=0.1,
        size_bytes=100,
        train_accuracy=0.9,
        validation_accuracy=0.8,
    )


def test_a_fit_is_recalled_as_it_was():
    pages, fit = Pages(), fold_fit()
    Memory(pages, "a").keep("linear", {"alpha": 1.0}, 2, fit)
    again = Memory(pages, "a").recall("linear", {"alpha": 1.0}, 2)
    np.testing.assert_array_equal(again.judged, fit.judged)
    np.testing.assert_array_equal(again.tested, fit.tested)
    assert (again.rounds, again.seconds, again.size_bytes) == (5, 1.0, 100)


@pytest.mark.parametrize(
    ("search", "family", "parameters", "fold"),
    [
        ("b", "linear", {"alpha": 1.0}, 2),
        ("a", "knn", {"alpha": 1.0}, 2),
        ("a", "linear", {"alpha": 2.0}, 2),
        ("a", "linear", {"alpha": 1.0}, 3),
    ],
)
def test_another_fit_is_not_recalled(search, family, parameters, fold):
    pages = Pages()
    Memory(pages, "a").keep("linear", {"alpha": 1.0}, 2, fold_fit())
    assert Memory(pages, search).recall(family, parameters, fold) is None


def test_what_is_quickly_repeated_or_very_large_is_not_kept():
    pages = Pages()
    Memory(pages, "a").keep("linear", {}, 0, fold_fit(seconds=0.001))
    Memory(pages, "a").keep("linear", {}, 1, fold_fit(rows=2_000_000))
    assert pages.lines == []


class CrashError(Exception):
    """The end of a worker."""


def test_an_interrupted_training_goes_on_and_ends_with_the_same_model():
    request = TableSpec(
        ml_task="regression",
        target_variable="amount",
        model_type="extra_trees",
        exclude_columns=("level",),
        max_trials=3,
        time_budget_seconds=600,
    )
    pages = Pages()

    def crash(progress: Progress) -> None:
        if progress.metrics.get("candidates") == 3:
            raise CrashError

    with pytest.raises(CrashError):
        train_table(shop_rows(), request, on_progress=crash, journal=pages)
    kept = len(pages.lines)
    assert kept > 0
    resumed = train_table(shop_rows(), request, journal=pages)
    whole = train_table(shop_rows(), request)
    fits = [json.loads(line)["fit"] for line in pages.lines]
    assert len(set(fits)) == len(fits)
    new = shop_rows(20, seed=9)
    np.testing.assert_array_equal(
        predict_rows(resumed, new)["prediction"], predict_rows(whole, new)["prediction"]
    )
