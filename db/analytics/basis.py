"""What the analytics have in common: whose rows, of which time, and how numbers are summed up.

Everything is computed by the database: a tenant may have thousands of models.
"""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Float, Select, SQLColumnExpression, cast, func, literal
from sqlalchemy.orm import Mapped

from db.tables import Product

PERCENTILES = {"p10": 0.1, "p25": 0.25, "median": 0.5, "p75": 0.75, "p90": 0.9}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Rows of a tenant from a moment on up to another, perhaps of one category or product only.

    Days are those of `time_zone`. `limit` is the length of lists.
    """

    tenant_id: UUID
    since: datetime
    until: datetime
    time_zone: str = "UTC"
    category: str | None = None
    product_id: UUID | None = None
    limit: int = 20

    @property
    def is_of_some_products(self) -> bool:
        return self.category is not None or self.product_id is not None

    def within(self, moment: Mapped[Any]) -> ColumnElement[bool]:
        return (moment >= self.since) & (moment < self.until)

    def of_products(self) -> list[ColumnElement[bool]]:
        """Conditions on the joined product."""
        conditions = []
        if self.category is not None:
            conditions.append(Product.category == self.category)
        if self.product_id is not None:
            conditions.append(Product.id == self.product_id)
        return conditions

    def day(self, moment: Mapped[Any]) -> ColumnElement[date]:
        return cast(func.timezone(self.time_zone, moment), Date)


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Numbers in a few numbers; all None where there are none."""

    count: int
    mean: float | None
    minimum: float | None
    p10: float | None
    p25: float | None
    median: float | None
    p75: float | None
    p90: float | None
    maximum: float | None


@dataclass(frozen=True, slots=True)
class Bin:
    """How many were above `above` and at most `up_to`; None is open to that side."""

    above: float | None
    up_to: float | None
    count: int


def summary_columns(value: SQLColumnExpression[Any], name: str) -> list[ColumnElement[Any]]:
    """Columns of a select that `read_summary` reads."""
    number = cast(value, Float)
    quantiles = [
        func.percentile_cont(share).within_group(number).label(f"{name}_{label}")
        for label, share in PERCENTILES.items()
    ]
    return [
        func.count(number).label(f"{name}_count"),
        func.avg(number).label(f"{name}_mean"),
        func.min(number).label(f"{name}_minimum"),
        func.max(number).label(f"{name}_maximum"),
        *quantiles,
    ]


def read_summary(row: Any, name: str) -> Summary:
    fields = ("count", "mean", "minimum", *PERCENTILES, "maximum")
    return Summary(**{field: row[f"{name}_{field}"] for field in fields})


def bin_columns(value: SQLColumnExpression[Any], bounds: tuple[int, ...]) -> list[Any]:
    """A count for each bin between the bounds, and one above the last."""
    edges = (None, *bounds, None)
    return [
        func.count()
        .filter(value > low if low is not None else literal(True))
        .filter(value <= high if high is not None else value.is_not(None))
        .label(f"bin_{number}")
        for number, (low, high) in enumerate(pairwise(edges))
    ]


def read_bins(row: Any, bounds: tuple[int, ...]) -> list[Bin]:
    edges = (None, *bounds, None)
    return [
        Bin(low, high, row[f"bin_{number}"]) for number, (low, high) in enumerate(pairwise(edges))
    ]


def share(part: int, whole: int) -> float | None:
    """In percent; None of nothing."""
    return round(100 * part / whole, 2) if whole else None


Query = Select[*tuple[Any, ...]]
"""A select of any columns."""
