"""Rows of the database as frames of the pipeline."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from db.shop.sales_history import EPOCH, SalesHistory, histories

_EPOCH = np.datetime64(EPOCH, "us")


def sales_frame(
    session: Session, tenant_id: UUID, product_id: UUID | None, *, after: datetime | None = None
) -> pd.DataFrame:
    """The sales of a product: `ds`, `quantity` and whatever was imported with them, as numbers."""
    (history,) = histories(session, tenant_id, [product_id], after=after)
    return _frame(history)


def sales_frames(
    session: Session, tenant_id: UUID, product_ids: Sequence[UUID]
) -> Iterator[pd.DataFrame]:
    """The sales of each of the products in turn."""
    return map(_frame, histories(session, tenant_id, product_ids))


def _frame(history: SalesHistory) -> pd.DataFrame:
    moments = _EPOCH + np.asarray(history.moments).astype("timedelta64[us]")
    numbers = {name: np.asarray(values) for name, values in history.numbers.items()}
    return pd.DataFrame({"ds": moments, **numbers})
