"""The gate: whether a new model takes the place of the deployed one by itself.

It does, unless it is worse: both were scored on the same windows of the newest sales. A stand-in
for a method that could not be used never replaces a model that is none.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from db.lifecycle.outcomes import ChampionComparison, LogLine, ModelOutcome
from db.models.deployment import deploy_new, refuse_new, store_new
from db.tables import TrainedModel

ENSEMBLE = "ensemble"
STEP = "deployment"


@dataclass(frozen=True, slots=True)
class Verdict:
    is_admitted: bool
    reason: str
    evidence: Mapping[str, Any] = field(default_factory=dict)


def configuration(model: TrainedModel) -> dict[str, Any]:
    """What of a model decides how it forecasts: its algorithm, members and settings."""
    members = sorted(model.hyperparameters)
    return {
        "algorithm": model.algorithm,
        "members": members or ([] if model.algorithm == ENSEMBLE else [model.algorithm]),
        "settings": model.details.get("settings") or {},
    }


def pass_gate(
    session: Session,
    model: TrainedModel,
    champion: TrainedModel | None,
    outcome: ModelOutcome,
    now: datetime,
) -> LogLine | None:
    """Store a new model, deployed or with the reason why not; what the job's log says of it, if
    anything.

    The caller has locked the product.
    """
    if not outcome.auto_deploy:
        store_new(session, model)
        return LogLine(
            message="The new model was not deployed: deployment is left to people"
            " (ENABLE_AUTO_DEPLOYMENT is off).",
            step_name=STEP,
        )
    verdict = judge(model, champion, outcome.comparison)
    if verdict.is_admitted or champion is None:
        deploy_new(session, model, champion, now, reason=verdict.reason, evidence=verdict.evidence)
        return None if champion is None else LogLine(message=verdict.reason, step_name=STEP)
    refuse_new(session, model, champion, reason=verdict.reason, evidence=verdict.evidence)
    return LogLine(
        message=f"The new model was not deployed. {verdict.reason}",
        level="WARNING",
        step_name=STEP,
        details=verdict.evidence,
    )


def judge(
    model: TrainedModel, champion: TrainedModel | None, comparison: ChampionComparison | None
) -> Verdict:
    if champion is None:
        return Verdict(True, "No model of this product was in use.")
    evidence = {} if comparison is None else comparison.evidence
    if model.degraded_reason and not champion.degraded_reason:
        return Verdict(False, _is_stand_in(model, champion), evidence)
    if comparison is None:
        return Verdict(
            True, f"Newer than version {champion.model_version}; the two were not compared."
        )
    if comparison.champion_id != champion.id and comparison.configuration != configuration(
        champion
    ):
        return Verdict(False, _champion_changed(champion), evidence)
    return Verdict(not comparison.is_worse, _in_words(comparison, champion), evidence)


def _in_words(comparison: ChampionComparison, champion: TrainedModel) -> str:
    version = champion.model_version
    if comparison.not_scored is not None:
        return (
            f"The way in which version {version} forecasts could not be tried on the newest sales"
            f" ({comparison.not_scored}), so the new model takes its place."
        )
    difference, margin = comparison.difference or 0.0, comparison.margin or 0.0
    on_same = "on the same windows of the newest sales"
    if difference == 0:
        return f"Its error is the same as that of version {version} {on_same}, and it is newer."
    if difference < 0:
        return f"Its error is {-difference:.1%} lower than that of version {version} {on_same}."
    higher = f"{difference:.1%} higher than that of version {version} {on_same}"
    if comparison.is_worse:
        return f"Its error is {higher}, and only up to {margin:.1%} counts as equal or as chance."
    return f"Its error is {higher}, which is not worse: up to {margin:.1%} is equal or chance."


def _is_stand_in(model: TrainedModel, champion: TrainedModel) -> str:
    return (
        f"It is a simpler fallback ({model.degraded_reason}), while the deployed model"
        f" {champion.model_version} is not."
    )


def _champion_changed(champion: TrainedModel) -> str:
    return (
        f"Version {champion.model_version} was deployed while this one was trained, and the two"
        " were not compared. Train again, or deploy it by hand."
    )
