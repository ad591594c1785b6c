"""A shop's daily sales, drawn from a seed: `python -m examples.shop --out sales.parquet`.

Like a till's export there is a row for each day on which a product sold, and none for closed days,
empty shelves or days without a buyer. After a product's last sale come rows without quantity, one
for each day, that state what the shop already knows: its price and its promotions.
"""

import argparse
import sys
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from examples.catalogue import CATEGORIES, draw_catalogue
from examples.days import describe_days
from examples.demand import Offer, draw_sales, expected_demand, plan_offer
from examples.files import write_frame

_LAST_DAY = date(2026, 6, 30)
_MIN_HISTORY_DAYS = 120
_STREAMS = ("catalogue", "days", "offer", "demand", "sales")


def generate_shop(
    products: int = 50,
    years: float = 2.5,
    seed: int = 7,
    *,
    start: date | None = None,
    end: date | None = None,
    country: str = "FR",
    subdivision: str | None = None,
    horizon_days: int = 90,
) -> pd.DataFrame:
    """Draw the sales of a shop; the same arguments give the same rows.

    Parameters
    ----------
    products : int
        How many products, from one upwards; from ten on, two are too new to train on.
    years : float
        Length of the history where start or end is not given.
    start, end : date, optional
        First and last day of the history; the default end is 30 June 2026.
    horizon_days : int
        How many days of known prices and promotions follow the history.

    Returns
    -------
    pandas.DataFrame
        date, product_id, product_name, category, quantity (missing after the history), price,
        revenue, promotion, temperature (°C) and rain (mm), sorted by product and date.
    """
    first, last = _history(years, start, end)
    _check_at_least("products", products, 1)
    _check_at_least("horizon_days", horizon_days, 0)
    rng = dict(zip(_STREAMS, np.random.default_rng(seed).spawn(len(_STREAMS)), strict=True))
    days = describe_days(
        first, last + timedelta(days=horizon_days), country, subdivision, rng["days"]
    )
    history_days = (last - first).days + 1
    catalogue = draw_catalogue(products, rng["catalogue"])
    offer = plan_offer(catalogue, len(days), history_days, rng["offer"])
    demand = expected_demand(catalogue, days, offer, rng["demand"])
    sales = draw_sales(demand, rng["sales"])
    return _rows(catalogue, days, offer, sales, history_days)


def _history(years: float, start: date | None, end: date | None) -> tuple[date, date]:
    length = timedelta(days=round(years * 365.25) - 1)
    if start is not None and end is None:
        end = start + length
    end = end or _LAST_DAY
    start = start or end - length
    if (end - start).days + 1 < _MIN_HISTORY_DAYS:
        raise ValueError(
            f"The history from {start} to {end} is too short: at least {_MIN_HISTORY_DAYS} days."
        )
    return start, end


def _check_at_least(name: str, value: int, minimum: int) -> None:
    if value < minimum:
        raise ValueError(f"{name} is {value}; it must be at least {minimum}.")


def _rows(
    catalogue: pd.DataFrame,
    days: pd.DataFrame,
    offer: Offer,
    sales: np.ndarray,
    history_days: int,
) -> pd.DataFrame:
    """Sold product-days of the history, and for products still on sale the days after it."""
    sold = np.where(np.arange(len(days)) < history_days, sales, 0) > 0
    product, day = np.nonzero(sold | _days_ahead(sold, offer))
    past = sold[product, day]
    quantity = np.where(past, sales[product, day], np.nan)
    price = offer.price[product, day]
    names = np.array([category.name for category in CATEGORIES])
    return pd.DataFrame(
        {
            "date": days.index.to_numpy()[day],
            "product_id": catalogue["sku"].to_numpy()[product],
            "product_name": catalogue["name"].to_numpy()[product],
            "category": names[catalogue["category"].to_numpy()[product]],
            "quantity": quantity,
            "price": price,
            "revenue": np.round(quantity * price, 2),
            "promotion": offer.promotion[product, day],
            "temperature": np.where(past, days["temperature"].to_numpy()[day], np.nan),
            "rain": np.where(past, days["rain"].to_numpy()[day], np.nan),
        }
    )


def _days_ahead(sold: np.ndarray, offer: Offer) -> np.ndarray:
    """Every day after a product's last sale, if it is listed to the end; a plan has no gaps."""
    day_count = sold.shape[1]
    last_sale = day_count - 1 - np.argmax(sold[:, ::-1], axis=1)
    after = np.arange(day_count) > last_sale[:, None]
    return np.asarray(after & sold.any(axis=1, keepdims=True) & offer.listed[:, -1:])


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m examples.shop", description=__doc__)
    parser.add_argument("--products", type=int, default=50)
    parser.add_argument("--years", type=float, default=2.5)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--start", type=date.fromisoformat, help="first day, YYYY-MM-DD")
    parser.add_argument("--end", type=date.fromisoformat, help="last day, YYYY-MM-DD")
    parser.add_argument("--country", default="FR", help="ISO 3166 code of the public holidays")
    parser.add_argument("--subdivision", help="state or province, as its ISO code")
    parser.add_argument("--horizon-days", type=int, default=90)
    parser.add_argument("--out", type=Path, required=True, help="a .parquet or .csv file")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    """Write a shop's sales to a file; return the exit status."""
    options = vars(_arguments(argv))
    path: Path = options.pop("out")
    try:
        frame = generate_shop(**options)
        write_frame(frame, path)
    except (ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{path}: {len(frame)} rows, {frame['product_id'].nunique()} products")
    return 0


if __name__ == "__main__":
    sys.exit(main())
