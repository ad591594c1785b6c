"""What a new live score means: an alert, its end, or nothing."""

from typing import Any

import structlog
from sqlalchemy.orm import Session

from db.models.drift_retraining import ACCURACY_DRIFT, KEPT
from db.models.live_scores import ChampionScore, note_verdict
from db.operation import alerts
from pipeline.forecast.finished.drift import Live, Verdict, judge, windows_of

log = structlog.get_logger(__name__)

WORSE_THAN_NAIVE = "forecast_worse_than_naive"
NAIVE_MARGIN = 1.1
_UNITS = {"daily": "days", "weekly": "weeks", "monthly": "months"}


def watch(session: Session, champion: ChampionScore, *, retrains: bool) -> bool:
    """Judge a deployed model by its live score; whether it drifts."""
    verdict = _verdict(champion)
    note_verdict(
        session,
        champion.model_id,
        wape_limit=verdict.wape_limit,
        is_drifting=verdict.is_drifting,
    )
    if verdict.is_drifting:
        _raise_drift(session, champion, verdict, retrains=retrains)
    else:
        alerts.resolve_alert(session, champion.tenant_id, ACCURACY_DRIFT, champion.product_id)
    _compare_with_naive(session, champion)
    return verdict.is_drifting


def _verdict(champion: ChampionScore) -> Verdict:
    score = champion.score
    live = Live(score.scored_points, score.wape, score.coverage)
    windows = windows_of(champion.backtest, champion.algorithm)
    return judge(live, windows, champion.interval_width)


def _raise_drift(
    session: Session, champion: ChampionScore, verdict: Verdict, *, retrains: bool
) -> None:
    before = alerts.open_alert(session, champion.tenant_id, ACCURACY_DRIFT, champion.product_id)
    same_model = before is not None and before.details.get("model_id") == champion.public_id
    kept = {name: before.details[name] for name in KEPT if before and name in before.details}
    is_new = alerts.raise_alert(
        session,
        champion.tenant_id,
        ACCURACY_DRIFT,
        champion.product_id,
        severity="medium",
        message=_message(champion, verdict),
        recommended_action=_action(retrains=retrains),
        details=_numbers(champion, verdict) | (kept if same_model else {}),
    )
    if is_new:
        log.warning("forecast drifts", product_id=champion.product_id, model_id=champion.public_id)


def _message(champion: ChampionScore, verdict: Verdict) -> str:
    score, reasons = champion.score, []
    if verdict.is_error_high and score.wape is not None and verdict.wape_limit is not None:
        reasons.append(
            f"it is off by {score.wape:.0%} of what was sold, and its tests allow up to"
            f" {verdict.wape_limit:.0%}"
        )
    if verdict.is_coverage_low and score.coverage is not None and champion.interval_width:
        reasons.append(
            f"only {score.coverage:.0%} of the sales lie inside its range, which should hold"
            f" {champion.interval_width:.0%}"
        )
    return (
        f"The forecast of {champion.product_name} misses more than it should over the last"
        f" {score.scored_points} {_UNITS.get(champion.frequency or '', 'periods')}:"
        f" {', and '.join(reasons)}"
    )


def _action(*, retrains: bool) -> str:
    look = (
        "If it stays, look for what changed: a new price, opening hours, a promotion, a product"
        " that was sold out; and add it to the sales data"
    )
    if retrains:
        return f"The product is trained again by itself, at most one such job a day. {look}"
    return (
        f"Train the product again: here that does not happen by itself (RETRAIN_ON_DRIFT is off)."
        f" {look}"
    )


def _numbers(champion: ChampionScore, verdict: Verdict) -> dict[str, Any]:
    score = champion.score
    return {
        "model_id": champion.public_id,
        "product": champion.product_name,
        "wape": score.wape,
        "wape_limit": verdict.wape_limit,
        "backtest_wape": champion.wape,
        "coverage": score.coverage,
        "interval_width": champion.interval_width,
        "bias": score.bias,
        "scored_points": score.scored_points,
        "first_ds": score.first_at and score.first_at.isoformat(),
        "last_ds": score.last_at and score.last_at.isoformat(),
    }


def _compare_with_naive(session: Session, champion: ChampionScore) -> None:
    """A low alert where repeating last week would have been better on the model's own test."""
    wape, naive = champion.wape, champion.naive_wape
    subject = (champion.tenant_id, WORSE_THAN_NAIVE, champion.product_id)
    if wape is None or naive is None or wape <= NAIVE_MARGIN * naive:
        alerts.resolve_alert(session, *subject)
        return
    alerts.raise_alert(
        session,
        *subject,
        severity="low",
        message=(
            f"On the newest test weeks the forecast of {champion.product_name} was off by"
            f" {wape:.0%}; repeating the week before would have been off by {naive:.0%}"
        ),
        recommended_action=(
            "Look for gaps and one-off orders in the sales, import a longer history, or add what"
            " drives the sales, such as prices and promotions"
        ),
        details={"model_id": champion.public_id, "wape": wape, "naive_wape": naive},
    )
