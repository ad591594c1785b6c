"""Whether a product has to be trained again.

Everything that a training is made of has one digest, kept with the model. As long as it stays the
same, a training would end in the same model, so it is skipped.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import pandas as pd

import pipeline.forecast
from core.settings import Settings
from db.lifecycle.outcomes import LogLine, SkippedOutcome
from db.shop.standing import Standing
from db.tables import Tenant, TrainedModel
from db.transitions import Claim
from pipeline.forecast.history.digest import digest
from pipeline.forecast.report import library_versions
from pipeline.forecast.spec import ForecastSpec
from worker.sources.surroundings import place_of

_WITHOUT_EFFECT = {"verbose"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingredients:
    """What the training of one product is made of.

    `knows_shop`: it has the profile that all products of a job share; its values, which change with
    every sale of anything, do not count. `outside`: who is asked for weather and traffic, and of
    which place; what they say changes every day and does not count either.
    """

    history: pd.DataFrame
    spec: ForecastSpec
    category: str | None
    observed_until: pd.Timestamp | None
    knows_shop: bool
    outside: tuple[str, ...] = ()

    def digest(self) -> str:
        return self._digest(knows_shop=self.knows_shop)

    def digests_that_do(self) -> set[str]:
        """A model that knew what its shop has in common is as good as one that did not."""
        return {self._digest(knows_shop=known) for known in {self.knows_shop, True}}

    def _digest(self, *, knows_shop: bool) -> str:
        spec = {k: v for k, v in asdict(self.spec).items() if k not in _WITHOUT_EFFECT}
        parts = {
            "history": digest(self.history),
            "spec": spec,
            "category": self.category,
            "observed_until": self.observed_until,
            "knows_shop": knows_shop,
            "outside": self.outside,
            "code": code_digest(),
            "versions": library_versions(),
        }
        return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def outside_sources(settings: Settings, tenant: Tenant) -> tuple[str, ...]:
    """What the training asks beyond the sales; nothing without a place or a service."""
    urls = (settings.weather_service_url, settings.traffic_service_url)
    place = place_of(settings, tenant)
    if place is None or not any(urls):
        return ()
    return (*(url or "" for url in urls), str(place))


@cache
def code_digest() -> str:
    """Of the forecasting code that this process runs."""
    hasher = hashlib.sha256()
    root = Path(pipeline.forecast.__file__).parent
    for path in sorted(root.rglob("*.py")):
        hasher.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return hasher.hexdigest()


def skip_if_unchanged(
    claim: Claim, standing: Standing, ingredients: Ingredients
) -> SkippedOutcome | None:
    """The end of the task without a training; None when there is something to train."""
    if claim.job_request.get("force"):
        return None
    kept = _unchanged_model(standing, ingredients)
    if kept is None:
        return None
    reason = f"Nothing changed since model {kept.public_id} of {_day(kept)}"
    if not kept.is_deployed:
        reason += ", which was not deployed"
    return SkippedOutcome(
        kept_model_id=kept.id,
        kept_public_id=kept.public_id,
        reason=reason,
        logs=(LogLine(message=f"{reason}; force trains it anyway", step_name="validation"),),
    )


def _unchanged_model(standing: Standing, ingredients: Ingredients) -> TrainedModel | None:
    """The deployed model or the newest one, if it is no stand-in and made of the same."""
    models = [
        model
        for model in (standing.champion, standing.newest)
        if model and model.degraded_reason is None
    ]
    if not models:
        return None
    digests = ingredients.digests_that_do()
    return next((model for model in models if model.training_digest in digests), None)


def _day(model: TrainedModel) -> str:
    return f"{model.created_at:%-d %B %Y}"
