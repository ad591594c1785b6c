"""Analytics over rows that real transitions wrote."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy.orm import Session

from core.settings import Settings
from db.jobs.file_jobs import FileJobRequest, Predictor, add_file_job
from db.jobs.requests import JobLimits
from db.lifecycle.outcomes import LogLine, PredictionOutcome
from db.tables import DEFAULT_TENANT_ID, TrainedModel, TrainingJob
from db.transitions import NewTask, fail, finish
from tests.db.builders import DIGEST, model_outcome, new_job, new_tenant, running_claims

ANALYTICS = "/api/v1/training/analytics"


def ask(http: httpx.Client, what: str, **query: Any) -> dict[str, Any]:
    answer = http.get(f"{ANALYTICS}/{what}", params=query)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def trained(
    session: Session,
    *metrics: dict[str, Any],
    failing: int = 0,
    tenant_id: UUID = DEFAULT_TENANT_ID,
    **changes: Any,
) -> TrainingJob:
    """A job of now with a product for each of the metrics, and some that failed."""
    job = new_job(session, products=len(metrics) + failing, tenant_id=tenant_id)
    job.created_at = datetime.now(UTC)
    claims = running_claims(session, job)
    steps = [LogLine(message="Training took", step_name="training", execution_time_ms=1500)]
    for claim, values in zip(claims, metrics, strict=False):
        outcome = model_outcome(metrics=values, baseline={"mase": 1.0}, **changes)
        assert finish(session, claim.token, outcome, steps)
    for claim in claims[len(metrics) :]:
        assert fail(
            session,
            claim.token,
            error_type="InsufficientDataError",
            message="Product requires minimum 30 days of sales data. Currently: 15 days.",
            recommended_action="Collect more sales data before retraining",
            retry=False,
        )
    session.commit()
    session.refresh(job)
    return job


@pytest.mark.parametrize("what", ["performance", "accuracy", "duration"])
def test_without_trainings_the_answers_are_well_formed_and_empty(
    http: httpx.Client, what: str
) -> None:
    told = ask(http, what)
    if what == "performance":
        assert told["jobs"]["success_rate"] is None
        assert told["jobs"]["by_status"] == dict.fromkeys(
            ("pending", "running", "completed", "failed", "cancelled"), 0
        )
        assert told["failures"] == told["trend"] == []
        assert told["saved_by_incremental_training"] == {"products_skipped": 0, "seconds": 0}
    else:
        assert [each["count"] for each in told["distribution"]] == [0] * len(told["distribution"])
        assert told["trend"] == []


def test_performance_tells_what_succeeded_and_why_the_rest_failed(
    http: httpx.Client, session: Session
) -> None:
    trained(session, {"accuracy": 80.0}, {"accuracy": 90.0}, failing=2)
    trained(session, failing=1)
    told = ask(http, "performance")

    assert told["jobs"]["by_status"]["completed"] == 1
    assert told["jobs"]["by_status"]["failed"] == 1
    assert told["jobs"]["success_rate"] == 50.0
    assert told["jobs"]["by_trigger"] == {"request": 2}
    assert told["models_trained"] == 2
    assert told["products"]["success_rate"] == 40.0
    (day,) = told["trend"]
    assert (day["trained"], day["failed"], day["success_rate"]) == (2, 3, 40.0)
    (failure,) = told["failures"]
    assert failure["error_type"] == "InsufficientDataError"
    assert failure["count"] == failure["products"] == 3
    assert failure["recommended_action"] == "Collect more sales data before retraining"
    assert told["previous"]["trained"] == 0


def test_accuracy_has_the_documented_buckets_and_the_baseline_beside_it(
    http: httpx.Client, session: Session
) -> None:
    trained(
        session,
        {"accuracy": 45.0, "mase": 1.5, "wape": 0.5},
        {"accuracy": 70.0, "mase": 0.8, "wape": 0.3},
        {"accuracy": 91.0, "mase": 0.5, "wape": 0.1},
        training_data_points=40,
    )
    told = ask(http, "accuracy")

    counts = {(each["above"], each["up_to"]): each["count"] for each in told["distribution"]}
    assert {edges: count for edges, count in counts.items() if count} == {
        (None, 50.0): 1,
        (60.0, 70.0): 1,
        (90.0, 95.0): 1,
    }
    assert len(counts) == 10
    assert told["accuracy"]["median"] == 70.0
    assert told["accuracy"]["mean"] == pytest.approx(68.67, abs=0.01)
    assert told["mase"]["minimum"] == 0.5
    assert told["against_baseline"] == {
        "compared": 3,
        "better": 2,
        "better_share": 66.67,
        "mean_improvement": pytest.approx(6.67, abs=0.01),
    }
    (category,) = told["by_category"]
    assert (category["name"], category["models"]) == ("bread", 3)
    worst = told["worst_products"][0]
    assert worst["accuracy"] == 45.0
    reasons = " ".join(each["reason"] for each in worst["advice"])
    assert "Only 40 days of sales are known" in reasons
    assert "Repeating the week before is at least as good" in reasons
    assert [each["accuracy"] for each in told["worst_products"]] == [45.0, 70.0, 91.0]


def test_only_the_newest_model_of_a_product_counts_and_a_product_shows_its_versions(
    http: httpx.Client, session: Session
) -> None:
    trained(session, {"accuracy": 60.0})
    old = session.query(TrainedModel).one()
    again = [NewTask(kind="product", product_id=old.product_id, product_name="Bread")]
    job = new_job(session, products=0, tasks=again)
    (claim,) = running_claims(session, job)
    assert finish(session, claim.token, model_outcome(metrics={"accuracy": 75.0}))
    session.commit()

    told = ask(http, "accuracy", product=str(old.product_id))
    assert told["accuracy"]["count"] == 1
    assert told["accuracy"]["mean"] == 75.0
    assert [each["accuracy"] for each in told["versions"]] == [60.0, 75.0]
    assert told["trend"][0]["models"] == 2
    assert ask(http, "accuracy")["versions"] == []


def test_duration_has_the_documented_buckets_and_tells_the_steps(
    http: httpx.Client, session: Session
) -> None:
    job = trained(session, {"accuracy": 80.0}, {"accuracy": 90.0})
    told = ask(http, "duration")

    edges = [each["up_to"] for each in told["distribution"]]
    assert edges == [10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0, None]
    assert told["jobs"]["count"] == 1
    assert told["products"]["count"] == 2
    (step,) = told["by_step"]
    assert (step["name"], step["count"], step["p50"], step["total"]) == ("training", 2, 1.5, 3.0)
    (algorithm,) = told["by_algorithm"]
    assert (algorithm["name"], algorithm["count"]) == ("prophet", 2)
    assert len(told["slowest_products"]) == job.products_total
    assert told["trend"][0]["products"] == 2


def test_the_steps_are_those_of_trainings_and_not_of_predicting_a_file(
    http: httpx.Client, session: Session
) -> None:
    trained(session, {"accuracy": 80.0})
    asked = FileJobRequest(
        predictor=Predictor(session.query(TrainedModel).one().id, "m"),
        upload_digest=DIGEST,
        options={},
        timeout_s=60,
    )
    limits = JobLimits.from_settings(Settings())
    job = add_file_job(session, DEFAULT_TENANT_ID, asked, limits)
    (claim,) = running_claims(session, job)
    took = LogLine(message="Predicting took", step_name="predicting", execution_time_ms=90_000)
    outcome = PredictionOutcome(digest=DIGEST, size=10, rows=3)
    assert finish(session, claim.token, outcome, [took])
    session.commit()

    assert [step["name"] for step in ask(http, "duration")["by_step"]] == ["training"]


def test_figures_are_of_the_caller_and_of_what_was_asked_for(
    http: httpx.Client, session: Session
) -> None:
    trained(session, {"accuracy": 80.0})
    trained(session, {"accuracy": 40.0}, tenant_id=new_tenant(session))
    assert ask(http, "accuracy", category="cakes")["accuracy"]["count"] == 0
    assert ask(http, "accuracy", category="bread")["accuracy"]["count"] == 1
    assert ask(http, "performance", category="cakes")["jobs"]["total"] == 0
    assert ask(http, "performance", to="2020-01-01")["jobs"]["total"] == 0


@pytest.mark.parametrize(
    ("query", "status", "problem"),
    [
        ({"from": "2026-02-01", "to": "2026-01-01"}, 400, "must be before"),
        ({"from": "yesterday"}, 400, "from"),
        ({"limit": 0}, 400, "limit"),
        ({"product": "nothing"}, 404, "no product"),
    ],
)
def test_wrong_questions_are_told_what_is_accepted(
    http: httpx.Client, query: dict[str, Any], status: int, problem: str
) -> None:
    for what in ("performance", "accuracy", "duration"):
        answer = http.get(f"{ANALYTICS}/{what}", params=query)
        assert answer.status_code == status, answer.text
        assert problem in answer.json()["detail"]
