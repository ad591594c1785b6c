"""Finished trials outlive an attempt at their task, and no more than that."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db import transitions
from db.jobs.trials import add_trial, trials_of
from db.tables import TableTrial
from db.transitions import Token
from tests.db.builders import claimed, new_upload, start, table_outcome, tasks_of

FIRST = {"candidate": "linear", "scores": [0.5, float("nan")]}
SECOND = {"candidate": "xgboost", "parameters": {"depth": 6}}


def running(session: Session) -> Token:
    job = new_upload(session)
    start(session, job)
    return claimed(session, tasks_of(session, job)[0]).token


def kept(session: Session) -> int:
    return session.scalars(select(func.count()).select_from(TableTrial)).one()


def test_the_next_attempt_has_what_the_former_finished(session: Session) -> None:
    token = running(session)
    assert add_trial(session, token, FIRST)
    assert add_trial(session, token, SECOND)
    transitions.release(session, token)
    session.flush()

    again = transitions.claim(session, token.task_id, worker="w2", lease_s=20)
    assert again is not None
    assert trials_of(session, again.token) == [
        {"candidate": "linear", "scores": [0.5, None]},
        SECOND,
    ]


def test_an_attempt_that_lost_its_task_writes_nothing(session: Session) -> None:
    token = running(session)
    transitions.release(session, token)
    session.flush()
    again = transitions.claim(session, token.task_id, worker="w2", lease_s=20)

    assert again is not None
    assert not add_trial(session, token, FIRST)
    assert trials_of(session, again.token) == []


def test_the_end_of_the_task_forgets_them(session: Session) -> None:
    done, failed = running(session), running(session)
    for token in (done, failed):
        add_trial(session, token, FIRST)
    assert kept(session) == 2

    transitions.finish(session, done, table_outcome())
    assert kept(session) == 1
    transitions.fail(
        session, failed, error_type="E", message="m", recommended_action="a", retry=False
    )
    assert kept(session) == 0
