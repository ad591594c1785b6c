"""The deployed model of a product, as far as a training has to know it: rows, no artifact."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.lifecycle.outcomes import ChampionComparison
from db.models.gate import configuration
from db.tables import Forecast, TrainedModel
from pipeline.forecast.selection.incumbent import SETTINGS, Comparison, Incumbent
from worker.plain import plain


@dataclass(frozen=True, slots=True)
class Champion:
    """Which model is deployed when a training begins, and how it forecasts."""

    model_id: UUID
    public_id: str
    model_version: str
    configuration: Mapping[str, Any]
    incumbent: Incumbent

    def beside(self, comparison: Comparison) -> ChampionComparison:
        """What the training found, as it is recorded."""
        return ChampionComparison(
            champion_id=self.model_id,
            configuration=self.configuration,
            is_worse=comparison.is_worse,
            difference=comparison.difference,
            margin=comparison.margin,
            not_scored=comparison.not_scored,
            evidence={
                "champion_id": self.public_id,
                "champion_version": self.model_version,
                **plain(comparison),
            },
        )


def champion_from(session: Session, model: TrainedModel | None) -> Champion | None:
    """None while no model is deployed."""
    if model is None:
        return None
    known = configuration(model)
    incumbent = Incumbent(
        algorithm=model.algorithm,
        members=tuple(known["members"]),
        settings={name: known["settings"][name] for name in SETTINGS if name in known["settings"]},
        forecast=_foretold(session, model.id),
        weights=_weights(model, known["members"]),
    )
    return Champion(model.id, model.public_id, model.model_version, known, incumbent)


def _weights(model: TrainedModel, members: Sequence[str]) -> tuple[float, ...]:
    """How much each member counts; none where all count alike."""
    weights = [model.hyperparameters.get(name, {}).get("weight") for name in members]
    known = [float(weight) for weight in weights if weight is not None]
    return tuple(known) if len(known) == len(members) else ()


def _foretold(session: Session, model_id: UUID) -> pd.DataFrame:
    rows = session.execute(
        select(Forecast.ds, Forecast.yhat)
        .where(Forecast.model_id == model_id)
        .order_by(Forecast.ds)
    ).all()
    return pd.DataFrame(
        {
            "ds": pd.Series([ds for ds, _ in rows], dtype="datetime64[us]"),
            "yhat": pd.Series([yhat for _, yhat in rows], dtype="float64"),
        }
    )
