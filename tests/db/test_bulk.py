"""Rows that are added one by one and inserted together."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DataError
from sqlalchemy.orm import Session

from db.bulk import Columns, insert_added, write_all
from db.operation import audit
from db.operation_tables import AuditEntry
from db.tables import DEFAULT_TENANT_ID, Forecast, TrainedModel, TrainingLog
from tests.db.builders import new_job


def log_lines(session: Session, *messages: str) -> list[TrainingLog]:
    job = new_job(session)
    return [
        TrainingLog(
            training_job_id=job.id,
            tenant_id=DEFAULT_TENANT_ID,
            log_level="INFO",
            message=message,
            details={"words": [message]},
        )
        for message in messages
    ]


def studied_model() -> TrainedModel:
    return TrainedModel(
        public_id="model-together",
        tenant_id=DEFAULT_TENANT_ID,
        ml_task="regression",
        model_version="1",
        model_path="./models/model-together/model.pkl",
        manifest_digest="0" * 64,
        features=["one", "two"],
        details={},
        interval_width=None,
        created_at=datetime(2025, 1, 1, tzinfo=UTC),
    )


def test_rows_of_a_table_keep_their_order_and_get_their_defaults(session: Session) -> None:
    session.add_all(log_lines(session, "one", "two", "three"))
    insert_added(session)

    assert not session.new
    rows = session.scalars(select(TrainingLog).order_by(TrainingLog.created_at)).all()
    assert [row.message for row in rows] == ["one", "two", "three"]
    assert [row.details for row in rows] == [{"words": [row.message]} for row in rows]
    assert len({row.id for row in rows}) == 3


def test_rows_of_several_tables_go_together(session: Session) -> None:
    subject = str(uuid4())
    model = studied_model()
    session.add(model)
    for action in ("first", "second"):
        audit.record(session, DEFAULT_TENANT_ID, action, "model", subject)
    insert_added(session)

    by_name = select(TrainedModel).where(TrainedModel.public_id == model.public_id)
    stored = session.scalars(by_name).one()
    assert (stored.features, stored.details) == (["one", "two"], {})
    assert (stored.is_pinned, stored.algorithm, stored.interval_width) == (False, "prophet", None)
    lines = select(AuditEntry.action).where(AuditEntry.subject_id == subject)
    assert session.scalars(lines.order_by(AuditEntry.id)).all() == ["first", "second"]


def test_rows_that_are_no_objects_are_written_with_the_others(session: Session) -> None:
    job = new_job(session)
    lines = Columns(
        TrainingLog,
        {
            "id": [uuid4(), uuid4()],
            "training_job_id": [job.id] * 2,
            "tenant_id": [DEFAULT_TENANT_ID] * 2,
            "log_level": ["INFO"] * 2,
            "message": ["one", "two"],
        },
    )
    audit.record(session, DEFAULT_TENANT_ID, "watch", "job", job.id)
    job.products_completed = 1
    write_all(session, [lines])

    session.refresh(job)
    assert job.products_completed == 1
    of_job = select(TrainingLog.message).where(TrainingLog.training_job_id == job.id)
    assert session.scalars(of_job.order_by(TrainingLog.created_at)).all() == ["one", "two"]
    noted = select(AuditEntry.action).where(AuditEntry.subject_id == str(job.id))
    assert "watch" in session.scalars(noted).all()


def test_numbers_moments_and_gaps_arrive_as_they_are(session: Session) -> None:
    model = studied_model()
    session.add(model)
    session.flush()
    begins = [datetime(2026, 1, day, 13, 30, 0, 250_000) for day in (1, 2, 3)]  # noqa: DTZ001
    foretold, lower = [0.1 + 0.2, 1e-300, -1.5e22], [None, 5e-324, -0.0]
    steps = Columns(
        Forecast,
        {
            "model_id": [model.id] * 3,
            "ds": begins,
            "yhat": foretold,
            "yhat_lower": lower,
        },
    )
    write_all(session, [steps])

    of_model = select(Forecast).where(Forecast.model_id == model.id).order_by(Forecast.ds)
    stored = session.scalars(of_model).all()
    assert [step.ds for step in stored] == begins
    assert [step.yhat for step in stored] == foretold
    assert [str(step.yhat_lower) for step in stored] == [str(value) for value in lower]
    assert [step.yhat_upper for step in stored] == [None] * 3


def test_text_that_is_too_long_is_refused_and_not_cut(session: Session) -> None:
    (line,) = log_lines(session, "one")
    line.step_name = "x" * 101
    session.add(line)

    with pytest.raises(DataError, match="too long"):
        insert_added(session)


def test_what_changed_is_written_with_what_is_new(session: Session) -> None:
    job, other = new_job(session), new_job(session)
    before = job.updated_at
    audit.record(session, DEFAULT_TENANT_ID, "watch", "job", job.id)
    job.current_step, job.products_completed = "Half of it", 1
    job.estimated_completion = None
    job.request = job.request
    write_all(session)

    assert not session.new
    assert not session.is_modified(job)
    for one in (job, other):
        session.refresh(one)
    assert (job.current_step, job.products_completed) == ("Half of it", 1)
    assert job.updated_at > before
    assert other.current_step is None
    lines = select(AuditEntry.action).where(AuditEntry.subject_id == str(job.id))
    assert "watch" in session.scalars(lines).all()


def test_nothing_added_costs_nothing(session: Session) -> None:
    before = session.scalar(select(func.count()).select_from(TrainingLog))
    insert_added(session)
    write_all(session)

    assert session.scalar(select(func.count()).select_from(TrainingLog)) == before
