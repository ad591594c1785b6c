"""What the sample shop sells: categories with their habits, and products drawn from them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """How a kind of goods sells; effects are additive on the logarithm of daily demand."""

    name: str
    prefix: str
    goods: tuple[str, ...]
    share: float  # of the catalogue
    units_per_day: float  # of a typical product
    spread: float  # between products, standard deviation of the logarithm
    price: tuple[float, float]
    weekdays: tuple[float, ...]  # Monday to Sunday, as factors
    yearly: float  # half the swing between peak and trough
    peak_day: int  # day of the year
    warmth: float  # per degree above the usual for the day
    rain: float  # on a properly wet day
    eve: float  # the day before a public holiday
    holiday: float  # an open public holiday


CATEGORIES: tuple[Category, ...] = (
    Category(
        name="Bread",
        prefix="BRE",
        goods=("Baguette", "Country loaf", "Rye loaf", "Batard", "Seeded roll", "Sourdough"),
        share=0.20,
        units_per_day=38,
        spread=0.9,
        price=(0.9, 5.5),
        weekdays=(0.85, 0.85, 0.90, 0.90, 1.05, 1.30, 1.25),
        yearly=0.12,
        peak_day=205,
        warmth=-0.004,
        rain=-0.08,
        eve=0.30,
        holiday=0.15,
    ),
    Category(
        name="Pastries",
        prefix="PAS",
        goods=("Croissant", "Chocolate roll", "Brioche", "Cinnamon swirl", "Apple turnover"),
        share=0.16,
        units_per_day=24,
        spread=0.8,
        price=(1.1, 3.2),
        weekdays=(0.70, 0.75, 0.80, 0.80, 0.95, 1.55, 1.75),
        yearly=0.14,
        peak_day=210,
        warmth=-0.006,
        rain=-0.10,
        eve=0.10,
        holiday=0.45,
    ),
    Category(
        name="Cakes",
        prefix="CAK",
        goods=("Lemon tart", "Chocolate cake", "Cheesecake", "Strawberry tart", "Eclair"),
        share=0.14,
        units_per_day=5,
        spread=0.8,
        price=(2.8, 24.0),
        weekdays=(0.55, 0.55, 0.70, 0.75, 1.10, 1.75, 1.80),
        yearly=0.22,
        peak_day=355,
        warmth=-0.008,
        rain=-0.06,
        eve=0.75,
        holiday=0.50,
    ),
    Category(
        name="Sandwiches",
        prefix="SAN",
        goods=("Ham sandwich", "Tuna sandwich", "Veggie wrap", "Chicken panini", "Quiche"),
        share=0.12,
        units_per_day=13,
        spread=0.7,
        price=(3.8, 7.5),
        weekdays=(1.20, 1.25, 1.25, 1.25, 1.20, 0.60, 0.35),
        yearly=0.10,
        peak_day=165,
        warmth=0.008,
        rain=-0.14,
        eve=-0.05,
        holiday=-0.70,
    ),
    Category(
        name="Hot drinks",
        prefix="HOT",
        goods=("Espresso", "Cappuccino", "Hot chocolate", "Black tea", "Filter coffee"),
        share=0.10,
        units_per_day=30,
        spread=0.7,
        price=(1.5, 4.2),
        weekdays=(1.05, 1.05, 1.05, 1.05, 1.10, 0.95, 0.80),
        yearly=0.28,
        peak_day=15,
        warmth=-0.022,
        rain=0.10,
        eve=0.00,
        holiday=-0.20,
    ),
    Category(
        name="Cold drinks",
        prefix="COL",
        goods=("Orange juice", "Lemonade", "Iced tea", "Mineral water", "Cola"),
        share=0.10,
        units_per_day=16,
        spread=0.7,
        price=(1.4, 4.0),
        weekdays=(0.95, 0.95, 1.00, 1.00, 1.10, 1.10, 0.95),
        yearly=0.45,
        peak_day=200,
        warmth=0.030,
        rain=-0.20,
        eve=0.05,
        holiday=0.00,
    ),
    Category(
        name="Ice cream",
        prefix="ICE",
        goods=("Vanilla cone", "Pistachio cup", "Raspberry sorbet", "Ice cream tub"),
        share=0.06,
        units_per_day=9,
        spread=0.7,
        price=(2.2, 7.9),
        weekdays=(0.75, 0.75, 0.90, 0.85, 1.00, 1.45, 1.60),
        yearly=1.25,
        peak_day=203,
        warmth=0.060,
        rain=-0.55,
        eve=0.00,
        holiday=0.30,
    ),
    Category(
        name="Pantry",
        prefix="PAN",
        goods=("Strawberry jam", "Honey", "Granola", "Olive oil", "Gift box", "Biscuit tin"),
        share=0.12,
        units_per_day=0.7,
        spread=0.9,
        price=(3.5, 32.0),
        weekdays=(0.80, 0.85, 0.90, 0.90, 1.10, 1.50, 1.10),
        yearly=0.25,
        peak_day=345,
        warmth=0.0,
        rain=-0.05,
        eve=0.25,
        holiday=0.00,
    ),
)

_VARIANTS = (
    "", "large", "small", "classic", "house special", "seasonal", "mini", "double", "light",
    "family size", "to share", "spiced", "rustic", "with almonds", "with walnuts", "organic",
    "no added sugar", "limited edition", "old recipe", "week-end",
)  # fmt: skip


def draw_catalogue(count: int, rng: np.random.Generator) -> pd.DataFrame:
    """One row per product: sku, name, category (index into CATEGORIES), base units, list price."""
    category = np.sort(_spread_over_categories(count))
    habits = [CATEGORIES[index] for index in category]
    position = _position_within(category)
    low, high = np.array([habit.price for habit in habits]).T
    typical = np.log([habit.units_per_day for habit in habits])
    spread = np.array([habit.spread for habit in habits])
    return pd.DataFrame(
        {
            "sku": [
                f"{habit.prefix}-{n + 1:04d}" for habit, n in zip(habits, position, strict=True)
            ],
            "name": [_name(habit, n) for habit, n in zip(habits, position, strict=True)],
            "category": category,
            "base": np.exp(typical + spread * rng.standard_normal(count)),
            "price": np.round(np.exp(rng.uniform(np.log(low), np.log(high))), 1),
        }
    )


def _spread_over_categories(count: int) -> np.ndarray:
    """Category indexes in proportion to the shares, so that few products still are a mixture."""
    edges = np.cumsum([category.share for category in CATEGORIES])
    points = (np.arange(count) + 0.5) / count * edges[-1]
    return np.asarray(np.minimum(np.searchsorted(edges, points), len(CATEGORIES) - 1))


def _position_within(category: np.ndarray) -> np.ndarray:
    first = np.searchsorted(category, category, side="left")
    return np.asarray(np.arange(category.size) - first)


def _name(category: Category, position: int) -> str:
    round_, goods = divmod(position, len(category.goods))
    edition, variant = divmod(round_, len(_VARIANTS))
    parts = [category.goods[goods], _VARIANTS[variant]]
    if edition:
        parts.append(f"no. {edition + 1}")
    return " ".join(part for part in parts if part)
