"""Stored forecasts against the sales that came after the training, computed in the database.

Only models that have been deployed are scored, and only when their product's sales have changed:
`products.sales_changed_at` against the one that a score has seen. A comparison by content and not
by time, as an import that began before a scoring may commit after it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import CursorResult, func, select, update
from sqlalchemy.orm import Session

from db import advisory_locks
from db.models import live_score_statements as statements
from db.operation_tables import LiveScore
from db.tables import ModelMetrics, Product, TrainedModel


class LivePeriod(NamedTuple):
    """One period of a forecast; `actual` is None while it is not known what was sold."""

    ds: datetime
    yhat: float
    yhat_lower: float | None
    yhat_upper: float | None
    actual: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChampionScore:
    """The live score of a deployed model, and what its tests before training promised."""

    tenant_id: UUID
    product_id: UUID
    product_name: str
    is_active: bool
    model_id: UUID
    public_id: str
    algorithm: str
    frequency: str | None
    interval_width: float | None
    backtest: Sequence[Mapping[str, Any]]
    wape: float | None
    naive_wape: float | None
    score: LiveScore


def score_due(session: Session, *, window_days: int, limit: int) -> list[UUID]:
    """Score up to so many models whose product has new sales; which ones.

    Empty as well while another process scores: it will have done the same.
    """
    if not session.scalar(select(func.pg_try_advisory_xact_lock(advisory_locks.SCORING))):
        return []
    due = session.scalars(statements.DUE, {"limit": limit}).all()
    if due:
        session.execute(statements.SCORE, {"model_ids": due, "window_days": window_days})
    return list(due)


def take_turns(session: Session) -> None:
    """Wait until nobody else scores, or decides by scores, until the end of the transaction."""
    session.execute(select(func.pg_advisory_xact_lock(advisory_locks.SCORING)))


def champion_scores(session: Session, model_ids: Sequence[UUID]) -> list[ChampionScore]:
    """The scores of those among the models that are deployed, by product."""
    rows = session.execute(
        select(TrainedModel, LiveScore, ModelMetrics, Product.name, Product.is_active)
        .join(LiveScore, LiveScore.model_id == TrainedModel.id)
        .join(ModelMetrics, ModelMetrics.model_id == TrainedModel.id)
        .join(Product, Product.id == TrainedModel.product_id)
        .where(TrainedModel.id.in_(model_ids), TrainedModel.is_deployed)
        .order_by(TrainedModel.tenant_id, TrainedModel.product_id)
    )
    return [
        ChampionScore(
            tenant_id=model.tenant_id,
            product_id=score.product_id,
            product_name=name,
            is_active=is_active,
            model_id=model.id,
            public_id=model.public_id,
            algorithm=model.algorithm,
            frequency=model.frequency,
            interval_width=model.interval_width,
            backtest=model.details.get("backtest") or (),
            wape=metrics.wape,
            naive_wape=(metrics.baseline or {}).get("wape"),
            score=score,
        )
        for model, score, metrics, name, is_active in rows
    ]


def note_verdict(
    session: Session, model_id: UUID, *, wape_limit: float | None, is_drifting: bool
) -> bool:
    """Keep what was decided about a score; False if the model is gone."""
    statement = (
        update(LiveScore)
        .where(LiveScore.model_id == model_id)
        .values(wape_limit=wape_limit, is_drifting=is_drifting)
    )
    return cast("CursorResult[Any]", session.execute(statement)).rowcount > 0


def score_of(session: Session, model_id: UUID) -> LiveScore | None:
    return session.get(LiveScore, model_id)


def periods_of(session: Session, model_id: UUID, *, window_days: int) -> list[LivePeriod]:
    """The periods over which a model is scored, beside those of unknown sales, in time order."""
    rows = session.execute(
        statements.PERIODS, {"model_ids": [model_id], "window_days": window_days}
    )
    return [LivePeriod(*row) for row in rows]
