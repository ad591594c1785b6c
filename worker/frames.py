"""Rows of the database as frames of the pipeline."""

from datetime import datetime
from typing import Any
from uuid import UUID

import pandas as pd
from sqlalchemy import func, select, true
from sqlalchemy.orm import Session

from db import sales
from db.tables import Product, Sale


def sales_frame(session: Session, tenant_id: UUID, product_id: UUID) -> pd.DataFrame:
    """The sales of a product: `ds`, `quantity` and whatever was imported with them, as numbers."""
    columns: dict[str, list[Any]] = sales.history(session, tenant_id, product_id)
    moments = pd.Series(columns.pop("ds"), dtype="datetime64[us]")
    numbers = {name: pd.Series(values, dtype="float64") for name, values in columns.items()}
    return pd.DataFrame({"ds": moments, **numbers})


def observed_until(session: Session, tenant_id: UUID) -> datetime | None:
    """The newest sale of any product: one without newer rows has sold nothing since."""
    newest = (
        select(Sale.sold_at)
        .where(Sale.product_id == Product.id, Sale.quantity.is_not(None))
        .order_by(Sale.sold_at.desc())
        .limit(1)
        .lateral()
    )
    statement = (
        select(func.max(newest.c.sold_at))
        .select_from(Product)
        .join(newest, true())
        .where(Product.tenant_id == tenant_id)
    )
    newest_sale: datetime | None = session.scalar(statement)
    return newest_sale
