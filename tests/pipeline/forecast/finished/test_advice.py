"""A low accuracy comes with what may help, and a good one with nothing."""

from dataclasses import replace

import pytest

from pipeline.forecast.finished.advice import accuracy_notes
from tests.pipeline.forecast.series import daily_sales, history_of


def test_a_good_accuracy_needs_no_advice():
    history = history_of(daily_sales(100))
    assert accuracy_notes({"accuracy": 70.0}, history, outliers=3) == ()
    assert accuracy_notes({"accuracy": None}, history, outliers=3) == ()


@pytest.mark.parametrize(("known", "is_told"), [("time_of_month", True), ("price", False)])
def test_what_drives_sales_is_asked_for_until_some_of_it_was_imported(known: str, *, is_told: bool):
    history = replace(history_of(daily_sales(100)), known=(known,))
    (note,) = accuracy_notes({"accuracy": 55.9}, history, outliers=0)
    assert ("prices and promotions" in note) == is_told


def test_advice_follows_from_the_history():
    (note,) = accuracy_notes({"accuracy": 55.9}, history_of(daily_sales(100)), outliers=3)
    assert note.startswith("The accuracy is 55 %, which is low. What may help: import a longer")
    assert "than 100 days; look at the 3 unusual quantities" in note
    assert "prices and promotions" in note
    assert "so few are sold" not in note
    (long,) = accuracy_notes({"accuracy": 55.4}, history_of(daily_sales(600)), outliers=0)
    assert "longer history" not in long
    assert "unusual" not in long
    few = daily_sales(100)
    few["quantity"] = (few["quantity"] > 30).astype(float)
    (rare,) = accuracy_notes({"accuracy": 0.0}, history_of(few), outliers=0)
    assert "judge it by its typical error (WAPE)" in rare
