"""The sales of products for training: whole columns as plain bytes, many products per statement.

A row per period costs Python a tuple and its numbers, an array the text of each number; the bytes
that PostgreSQL has of a number itself are only copied.
"""

import json
import sys
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import nan
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, text
from sqlalchemy.orm import Session

from db.prepared import repeated

EPOCH = datetime(2000, 1, 1)  # noqa: DTZ001 - of PostgreSQL; sales carry the wall clock of the shop
QUANTITY = "quantity"
NUMBERS = (QUANTITY, "price", "revenue", "promotion")
TAKEN = {"ds", *NUMBERS}
"""Names that no covariate can have."""

_HISTORIES = repeated(
    text("""
    SELECT sold.*
    FROM unnest(:product_ids) WITH ORDINALITY AS wanted(id, place)
    CROSS JOIN LATERAL (
        SELECT string_agg(timestamp_send(sold_at), '' ORDER BY sold_at),
            string_agg(float8send(coalesce(quantity, 'NaN')), '' ORDER BY sold_at),
            string_agg(float8send(coalesce(price, 'NaN')), '' ORDER BY sold_at),
            string_agg(float8send(coalesce(revenue, 'NaN')), '' ORDER BY sold_at),
            string_agg(float8send(coalesce(promotion, 'NaN')), '' ORDER BY sold_at),
            CASE WHEN count(covariates) > 0 THEN
                string_agg(coalesce(CAST(covariates AS text), 'null'), ',' ORDER BY sold_at)
            END
        FROM sales_history
        WHERE product_id = wanted.id AND tenant_id = :tenant_id
            AND sold_at > coalesce(CAST(:after AS timestamp), '-infinity')
    ) AS sold
    ORDER BY wanted.place
    """).bindparams(bindparam("product_ids", type_=ARRAY(Uuid())))
)


@dataclass(frozen=True, slots=True)
class SalesHistory:
    """The sales of a product in time order.

    Attributes
    ----------
    moments
        Microseconds after `EPOCH`, by the wall clock of the shop.
    numbers
        ``quantity``, and ``price``, ``revenue``, ``promotion`` and each covariate of which anything
        is known; nan where it is not. Rows after the last quantity hold what is known ahead.
    """

    moments: "array[int]"
    numbers: Mapping[str, "array[float]"]


def histories(
    session: Session,
    tenant_id: UUID,
    product_ids: Sequence[UUID | None],
    *,
    after: datetime | None = None,
) -> Iterator[SalesHistory]:
    """The sales of each product in turn, all of them or those after a moment; no rows where a
    product has none, or is not the tenant's.

    They come with one answer: ask for as many products as there is room for.
    """
    wanted = {
        "tenant_id": tenant_id,
        "product_ids": list(product_ids),
        "after": after,
    }
    for moments, *known, covariates in session.execute(_HISTORIES, wanted):
        numbers = {
            name: _of_bytes("d", values) for name, values in zip(NUMBERS, known, strict=True)
        } | _of_covariates(covariates)
        yield SalesHistory(
            _of_bytes("q", moments),
            {
                name: values
                for name, values in numbers.items()
                if name == QUANTITY or any(value == value for value in values)
            },
        )


def _of_bytes(kind: str, values: memoryview | None) -> "array[Any]":
    """Numbers of eight bytes, which PostgreSQL sends with the largest byte first."""
    numbers: array[Any] = array(kind, b"" if values is None else bytes(values))
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers


def _of_covariates(rows: str | None) -> dict[str, "array[float]"]:
    if rows is None:
        return {}
    told: list[dict[str, float | None]] = [row or {} for row in json.loads(f"[{rows}]")]
    names = sorted(set().union(*told) - TAKEN)
    return {name: array("d", [_number(row.get(name)) for row in told]) for name in names}


def _number(value: float | None) -> float:
    return nan if value is None else value
