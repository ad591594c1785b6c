"""What the tests of jobs ask the API, and how they play the worker."""

from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import transitions
from db.tables import TrainingJob, TrainingTask
from tests.db.builders import claimed, model_outcome

TRAINING = "/api/v1/training"


def started(http: httpx.Client, **body: Any) -> str:
    answer = http.post(f"{TRAINING}/start", json=body)
    assert answer.status_code == 202, answer.text
    job_id: str = answer.json()["job_id"]
    return job_id


def status_of(http: httpx.Client, job_id: str) -> dict[str, Any]:
    answer = http.get(f"{TRAINING}/status/{job_id}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def products_end(session: Session, job_id: str, *endings: str) -> None:
    """The job runs, and its products, in the order of its tasks, end like this."""
    transitions.admit(session, [UUID(job_id)])
    tasks = session.scalars(
        select(TrainingTask)
        .where(TrainingTask.job_id == UUID(job_id), TrainingTask.kind != "shared")
        .order_by(TrainingTask.position)
    ).all()
    for task, ending in zip(tasks, endings, strict=False):
        token = claimed(session, task).token
        if ending == "completed":
            transitions.finish(session, token, model_outcome())
        else:
            transitions.fail(
                session,
                token,
                error_type="InvalidDataError",
                message="Bad.",
                recommended_action="Mend it",
                severity="high",
                retry=False,
            )
    session.commit()


def job_of(session: Session, job_id: str) -> TrainingJob:
    return session.get_one(TrainingJob, UUID(job_id), populate_existing=True)
