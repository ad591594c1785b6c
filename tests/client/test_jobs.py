"""Jobs over the served API: what can be asked of them, without a worker."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from client import Client, every
from client.errors import ConflictError, NotFoundError
from db import transitions
from db.lifecycle.outcomes import LogLine
from db.tables import TrainingJob
from tests.db.builders import model_outcome, running_claims
from tests.fixtures.served import Served


@pytest.fixture
def stocked(studio: Client) -> Client:
    for sku in ("BUN", "ROLL", "TART"):
        studio.catalogue.create(sku, category="Bread")
    return studio


def finish(served: Served, job_id: str) -> None:
    """The first product is trained; the others, and what all share, fail."""
    with served.sessions.begin() as session:
        job = session.get_one(TrainingJob, UUID(job_id))
        claims = sorted(running_claims(session, job), key=lambda claim: claim.kind)
        first, *others = claims  # products come before what they share
        lines = [LogLine(message="All is well"), LogLine(message="Too short", level="WARNING")]
        transitions.finish(session, first.token, model_outcome(logs=lines))
        for claim in others:
            transitions.fail(
                session,
                claim.token,
                error_type="InsufficientDataError",
                message="15 days are not enough",
                recommended_action="Collect more",
                retry=False,
            )


def test_every_option_reaches_the_job(stocked: Client) -> None:
    job = stocked.start(
        ["BUN", "ROLL"],
        job_name="All options",
        priority=7,
        force=True,
        timeout_seconds=600,
        algorithm="drift",
        budget="best",
        engine="stan",
        horizon_days=14,
        min_training_days=40,
        prophet_interval_width=0.9,
        prophet_yearly_seasonality=False,
    )

    status = stocked.status(job.job_id)
    assert (status.job_name, status.priority, status.products_total) == ("All options", 7, 2)
    assert status.request["force"] is True
    assert status.request["prophet_interval_width"] == 0.9
    assert (status.request["budget"], status.request["engine"]) == ("best", "stan")
    assert status.request["prophet_yearly_seasonality"] is False
    assert status.waiting_reason
    stocked.stop(job.job_id)


def test_a_key_of_the_callers_own_starts_once(stocked: Client) -> None:
    first, second = (stocked.start_product("BUN", idempotency_key="monday") for _ in range(2))

    assert first.job_id == second.job_id
    stocked.stop(first.job_id)


def test_history_is_filtered_sorted_and_paged(stocked: Client) -> None:
    begin = datetime.now(UTC)
    jobs = [stocked.start_product("BUN", job_name=f"Job {n}", priority=n).job_id for n in range(3)]
    stocked.stop(jobs[0])

    assert [one.job_id for one in stocked.history(status="cancelled").items] == [jobs[0]]
    assert [one.job_id for one in stocked.history(job_name="job 2").items] == [jobs[2]]
    assert stocked.history(product="TART").items == ()
    assert stocked.history(created_to=begin - timedelta(seconds=1)).items == ()
    page = stocked.history(sort="priority", direction="asc", limit=2)
    assert [one.job_id for one in page.items] == jobs[:2]
    found = every(stocked.history, sort="priority", direction="desc", created_from=begin)
    assert [one.job_id for one in found] == jobs[::-1]
    for job_id in jobs[1:]:
        stocked.stop(job_id)


def test_what_failed_is_tried_again_and_then_forgotten(served: Served, stocked: Client) -> None:
    job_id = stocked.start(["BUN", "ROLL", "TART"], job_name="Half").job_id
    with pytest.raises(ConflictError):
        stocked.delete_job(job_id)
    finish(served, job_id)

    failed = stocked.product_statuses(job_id, status="failed")
    again = stocked.retry(job_id)

    assert [one.name for one in failed.items] == ["ROLL", "TART"]
    assert failed.items[0].error_type == "InsufficientDataError"
    status = stocked.status(again.job_id)
    assert (status.retry_of, status.trigger, status.products_total) == (job_id, "retry", 2)
    stopped = stocked.stop(again.job_id)
    assert stopped.tasks_cancelled == 3  # what both share, too
    assert stocked.stop(again.job_id).had_ended
    assert stocked.delete_job(job_id).models_kept == 1
    with pytest.raises(NotFoundError):
        stocked.status(job_id)


def test_the_log_is_read_by_level_and_product(served: Served, stocked: Client) -> None:
    job_id = stocked.start(["BUN", "ROLL"]).job_id
    finish(served, job_id)

    warnings = stocked.logs(job_id, level="WARNING", product="BUN").items

    assert [one.message for one in warnings] == ["Too short"]
    assert warnings[0].log_level == "WARNING"
    assert warnings[0].product_name == "BUN"
    assert len(stocked.logs(job_id, limit=1).items) == 1
    assert "All is well" in [one.message for one in every(stocked.logs, job_id)]


def test_progress_can_be_polled(served: Served, stocked: Client) -> None:
    job_id = stocked.start(["BUN"]).job_id
    finish(served, job_id)

    page = stocked.progress(job_id)

    assert page.is_final
    assert page.messages[-1].is_terminal
    assert stocked.progress(job_id, after=page.next_after).messages == ()
