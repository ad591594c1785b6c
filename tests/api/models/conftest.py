"""Models of a bakery that exists only as rows."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import transitions
from db.tables import Product, TrainedModel
from db.transitions import NewTask
from tests.db.builders import (
    model_outcome,
    new_job,
    new_upload,
    running_claims,
    table_outcome,
)

Train = Callable[..., TrainedModel]


@pytest.fixture
def train(session: Session) -> Train:
    """Registers a model of a product, as if it had been trained some days ago."""

    def trained(product: Product, *, age_days: float = 0, **changes: Any) -> TrainedModel:
        task = NewTask(kind="product", product_id=product.id, product_name=product.name)
        (claim,) = running_claims(session, new_job(session, products=0, tasks=[task]))
        assert transitions.finish(session, claim.token, model_outcome(**changes)) is not None
        statement = select(TrainedModel).where(TrainedModel.task_id == claim.token.task_id)
        model = session.scalars(statement).one()
        model.created_at = datetime.now(UTC) - timedelta(days=age_days)
        session.commit()
        return model

    return trained


@pytest.fixture
def table_model(session: Session) -> TrainedModel:
    (claim,) = running_claims(session, new_upload(session))
    transitions.finish(session, claim.token, table_outcome())
    session.commit()
    statement = select(TrainedModel).where(TrainedModel.task_id == claim.token.task_id)
    return session.scalars(statement).one()
