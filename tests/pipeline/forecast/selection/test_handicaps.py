"""Whose errors count more than they are."""

import pytest

from pipeline.forecast.calendar.frequency import Frequency, Unit
from pipeline.forecast.candidates.known import CANDIDATES
from pipeline.forecast.selection.combination import robust_average
from pipeline.forecast.selection.handicaps import handicap

DAILY, WEEKLY, MONTHLY = Frequency(Unit.DAY), Frequency(Unit.WEEK), Frequency(Unit.MONTH)


def weights(errors: dict[str, float], frequency: Frequency) -> dict[str, float]:
    counted = {name: error * handicap(name, frequency) for name, error in errors.items()}
    return robust_average(counted, most=4)


def test_a_simple_model_needs_a_clear_lead() -> None:
    alike = weights({"prophet": 1.0, "seasonal_mean": 1.05}, DAILY)
    ahead = weights({"prophet": 1.0, "seasonal_mean": 0.45}, DAILY)
    far_ahead = weights({"prophet": 1.0, "seasonal_mean": 0.3}, DAILY)

    assert alike.keys() == {"prophet"}
    assert ahead["seasonal_mean"] > ahead["prophet"] > 0.2
    assert far_ahead.keys() == {"seasonal_mean"}


def test_of_months_a_full_model_that_does_not_smooth_counts_less_than_one_that_does() -> None:
    errors = {"prophet_tuned": 1.0, "mstl": 1.0}

    assert weights(errors, MONTHLY)["mstl"] > 0.7
    assert weights(errors, WEEKLY) == {"prophet_tuned": 0.5, "mstl": 0.5}


@pytest.mark.parametrize("frequency", [DAILY, WEEKLY, MONTHLY])
def test_the_simple_count_least_and_those_that_smooth_as_they_are(frequency: Frequency) -> None:
    for name, candidate in CANDIDATES.items():
        counts = handicap(name, frequency)

        assert (counts == 1.6) == candidate.is_simple
        assert not candidate.smooths or counts == 1
