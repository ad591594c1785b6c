"""What is stored of a product's sales, as tests like to compare it."""

from datetime import datetime, timedelta
from math import isnan
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from db.shop.sales_history import EPOCH, histories


def columns_of(
    session: Session, tenant: UUID, product: UUID | None, after: datetime | None = None
) -> dict[str, list[Any]]:
    """Lists by name, the moments as `ds`, with None where nothing is known."""
    (found,) = histories(session, tenant, [product], after=after)
    moments = [EPOCH + timedelta(microseconds=moment) for moment in found.moments]
    numbers = {
        name: [None if isnan(value) else value for value in values]
        for name, values in found.numbers.items()
    }
    return {"ds": moments, **numbers}
