"""Which products of a large job the trees learn from."""

from collections import Counter

import pandas as pd

from pipeline.forecast.pooled.teachers import LEAST_OF_KIND, MOST_TEACHERS, Teachers

DAYS = pd.Series(pd.date_range("2024-01-01", periods=400))
WEEKS = pd.Series(pd.date_range("2024-01-01", periods=60, freq="7D"))
NONE = DAYS[:0]


def test_all_products_of_a_small_job_teach() -> None:
    teachers = Teachers(MOST_TEACHERS)
    assert all(teachers.takes("bread", DAYS) for _ in range(MOST_TEACHERS))


def test_of_a_large_job_each_category_has_its_share() -> None:
    teachers, taken = Teachers(4 * MOST_TEACHERS), Counter[str]()
    for number in range(4 * MOST_TEACHERS):
        category = "bread" if number % 4 else "cake"
        taken[category] += teachers.takes(category, DAYS)
    assert taken == {"bread": 3 * MOST_TEACHERS // 4, "cake": MOST_TEACHERS // 4}


def test_small_categories_and_rare_calendars_teach_enough() -> None:
    teachers, taken = Teachers(100 * MOST_TEACHERS), Counter[str]()
    for number in range(100 * MOST_TEACHERS):
        few = number % (10 * MOST_TEACHERS) == 0
        for kind, stamps in (("weeks", WEEKS), ("days", DAYS)):
            if few or kind == "days":
                taken[kind] += teachers.takes(None, stamps)
        if few:
            taken["few"] += teachers.takes("few", DAYS)
    assert taken["weeks"] == taken["few"] == LEAST_OF_KIND
    assert taken["days"] == MOST_TEACHERS


def test_products_without_rows_are_a_kind_of_their_own() -> None:
    teachers = Teachers(100 * MOST_TEACHERS)
    assert sum(teachers.takes(None, NONE) for _ in range(50)) == LEAST_OF_KIND
    assert teachers.takes(None, DAYS)
