"""Days on which no product was sold, which rare products alone can never prove."""

import numpy as np
import pandas as pd

from pipeline.forecast.history.shop_closed import shop_closed_days

DAYS = pd.date_range("2024-01-01", periods=400)
INVENTORY = slice(150, 153)


def shop(products: int, rate: float, *, seed: int = 0) -> list[pd.DataFrame]:
    rng = np.random.default_rng(seed)
    quantities = rng.poisson(rate, (products, len(DAYS))).astype(float)
    return [pd.DataFrame({"ds": DAYS, "quantity": one}) for one in quantities]


def test_days_without_any_sale_of_many_products_are_closed() -> None:
    frames = shop(40, 0.7)
    for frame in frames:
        frame.loc[INVENTORY.start : INVENTORY.stop - 1, "quantity"] = 0.0

    assert shop_closed_days(frames).tolist() == [day.date() for day in DAYS[INVENTORY]]


def test_absent_rows_are_days_without_a_sale() -> None:
    frames = [frame.drop(index=range(150, 153)) for frame in shop(40, 0.7)]

    assert shop_closed_days(frames).tolist() == [day.date() for day in DAYS[INVENTORY]]


def test_a_few_rare_products_close_no_shop() -> None:
    assert len(shop_closed_days(shop(3, 0.2))) == 0


def test_a_product_counts_between_its_first_and_its_last_sale_only() -> None:
    """Before the others were born, one rare product is too little to tell."""
    born_late = [frame.iloc[200:] for frame in shop(40, 0.7)]
    rare = shop(1, 0.3, seed=1)

    assert len(shop_closed_days([*born_late, *rare])) == 0


def test_weekly_rows_tell_nothing_about_days() -> None:
    weekly = [frame.iloc[::7].assign(quantity=5.0) for frame in shop(40, 5.0)]

    assert len(shop_closed_days(weekly)) == 0
    assert len(shop_closed_days([])) == 0


def test_the_order_of_rows_and_products_makes_no_difference() -> None:
    frames = [frame.drop(index=range(150, 153)) for frame in shop(40, 0.7)]
    shuffled = [frame.sample(frac=1, random_state=1) for frame in reversed(frames)]

    assert shop_closed_days(frames).tolist() == shop_closed_days(shuffled).tolist()
