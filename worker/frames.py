"""Rows of the database as frames of the pipeline."""

from datetime import datetime
from typing import Any
from uuid import UUID

import pandas as pd
from sqlalchemy.orm import Session

from db.shop import sales


def sales_frame(
    session: Session, tenant_id: UUID, product_id: UUID | None, *, after: datetime | None = None
) -> pd.DataFrame:
    """The sales of a product: `ds`, `quantity` and whatever was imported with them, as numbers."""
    columns: dict[str, list[Any]] = sales.history(session, tenant_id, product_id, after=after)
    moments = pd.Series(columns.pop("ds"), dtype="datetime64[us]")
    numbers = {name: pd.Series(values, dtype="float64") for name, values in columns.items()}
    return pd.DataFrame({"ds": moments, **numbers})
