"""Whatever is asked in whatever order, what is told of jobs and models holds together.

A machine starts, stops, retries and deletes jobs, pins, deploys, rolls back and deletes models
through the SDK, while it plays the workers; after each step it looks at everything.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Literal
from uuid import UUID

import httpx
import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import text

from client import Client
from client.errors import ConflictError, NotFoundError
from client.paging import every
from client.records import JobStatus
from core.embedded import EmbeddedPostgres
from core.settings import Settings
from db import transitions
from db.engine import Sessions, create_engine, create_sessions
from db.lifecycle.outcomes import SharedOutcome
from db.tables import Product, Tenant
from db.transitions import Claim
from tests.api.security.conftest import WITH_TOKENS
from tests.api.security.tokens import token
from tests.db.builders import DIGEST, handed_out, model_outcome
from tests.fixtures.application import application
from tests.fixtures.database import copied_database

SKUS = ("baguette", "croissant", "rye")
UNLIMITED = {"rate_limit_per_minute": 10**6, "rate_limit_training_per_minute": 10**6}
PLACES = st.integers(0, 30)
EXAMPLES, STEPS = 8, 20

_tenants = count(1000)


@dataclass(frozen=True)
class Service:
    app: Flask
    sessions: Sessions

    def client(self, tenant_id: UUID) -> Client:
        transport = httpx.WSGITransport(self.app)
        return Client("http://localhost", token=token(tenant_id), transport=transport)


@pytest.fixture
def service(
    tmp_path_factory: pytest.TempPathFactory,
    postgres: EmbeddedPostgres,
    template_database: str,
    valkey_url: str,
    key_prefix: str,
) -> Iterator[Service]:
    with ExitStack() as stack:
        url = stack.enter_context(copied_database(postgres.url, template_database))
        engine = create_engine(url)
        stack.callback(engine.dispose)
        sessions = create_sessions(engine)
        told = {"data_dir": str(tmp_path_factory.mktemp("lives")), **WITH_TOKENS, **UNLIMITED}
        given = Settings.model_validate(told)
        yield Service(
            stack.enter_context(application(given, sessions, valkey_url, key_prefix, [])), sessions
        )


class Lives(RuleBasedStateMachine):
    def __init__(self, service: Service) -> None:
        super().__init__()
        self.sessions = service.sessions
        self.tenant_id = UUID(int=next(_tenants))
        self.studio = service.client(self.tenant_id)
        self.claims: list[Claim] = []
        self.known_jobs: dict[str, JobStatus] = {}
        self.known_models: list[str] = []
        self.pinned: set[str] = set()

    @initialize()
    def open_the_shop(self) -> None:
        """Every product has a model in use, and one before it."""
        with self.sessions.begin() as session:
            session.add(Tenant(id=self.tenant_id, name="Bakery"))
            session.flush()
            session.add_all(Product(tenant_id=self.tenant_id, sku=sku, name=sku) for sku in SKUS)
        for _ in range(2):
            self.train(dict.fromkeys(SKUS, True))

    def teardown(self) -> None:
        with self.sessions.begin() as session:
            session.execute(text("TRUNCATE tenants CASCADE"))
        self.studio.close()

    # What people do

    @rule(fates=st.dictionaries(st.sampled_from(SKUS), st.booleans(), min_size=2))
    def train(self, fates: dict[str, bool]) -> None:
        """A whole job, with a fate for each product."""
        self.start(set(fates))
        for _ in range(2):  # what the products share, then they themselves
            self.dispatch(slots=3)
            for place, claim in reversed([*enumerate(self.claims)]):
                self.end_a_task(place, fates.get(claim.product_name or "", True))

    @rule(skus=st.sets(st.sampled_from(SKUS), min_size=1))
    def start(self, skus: set[str]) -> None:
        accepted = self.studio.start(sorted(skus))
        assert accepted.products_total == len(skus)
        self.known_jobs[accepted.job_id] = self.studio.status(accepted.job_id)

    @precondition(lambda self: self.known_jobs)
    @rule(place=PLACES, mode=st.sampled_from(["abort", "finish"]))
    def stop(self, place: int, mode: Literal["abort", "finish"]) -> None:
        job = self.job(place)
        before = self.studio.status(job)
        stopped = self.studio.stop(job, mode=mode)
        assert stopped.had_ended == before.has_ended

    @precondition(lambda self: self.known_jobs)
    @rule(place=PLACES)
    def retry(self, place: int) -> None:
        job = self.job(place)
        before = self.studio.status(job)
        untrained = [one.sku for one in before.products if one.status in {"failed", "cancelled"}]
        try:
            accepted = self.studio.retry(job)
        except ConflictError:
            assert not (before.has_ended and untrained)
            return
        assert before.has_ended
        again = self.studio.status(accepted.job_id)
        assert sorted(one.sku or "" for one in again.products) == sorted(map(str, untrained))
        assert again.retry_of == job
        self.known_jobs[again.job_id] = again

    @precondition(lambda self: self.known_jobs)
    @rule(place=PLACES)
    def delete_job(self, place: int) -> None:
        job = self.job(place)
        before = self.studio.status(job)
        kept = self.models_of_the_shop()
        try:
            self.studio.delete_job(job)
        except ConflictError:
            assert not before.has_ended
            return
        assert before.has_ended
        assert self.models_of_the_shop() == kept
        del self.known_jobs[job]
        with pytest.raises(NotFoundError):
            self.studio.status(job)

    @precondition(lambda self: self.known_models)
    @rule(place=PLACES, is_pinned=st.booleans())
    def pin(self, place: int, is_pinned: bool) -> None:
        model = self.model(place)
        shown = self.studio.pin(model) if is_pinned else self.studio.unpin(model)
        assert shown.is_pinned == is_pinned
        (self.pinned.add if is_pinned else self.pinned.discard)(model)

    @precondition(lambda self: self.known_models)
    @rule(place=PLACES)
    def deploy(self, place: int) -> None:
        assert self.studio.deploy(self.model(place)).is_deployed

    @rule(sku=st.sampled_from(SKUS))
    def roll_back(self, sku: str) -> None:
        before = self.deployed().get(sku)
        try:
            shown = self.studio.rollback_product(sku)
        except (ConflictError, NotFoundError):
            assert self.deployed().get(sku) == before
            return
        assert shown.is_deployed
        assert shown.model_id != before

    @precondition(lambda self: self.known_models)
    @rule(place=PLACES, force=st.booleans())
    def delete_model(self, place: int, force: bool) -> None:
        model = self.model(place)
        is_kept = model in self.pinned or model in self.deployed().values()
        try:
            self.studio.delete_model(model, force=force)
        except ConflictError:
            assert is_kept
            assert not force
            return
        assert force or not is_kept
        self.known_models.remove(model)
        self.pinned.discard(model)

    @rule()
    def apply_retention(self) -> None:
        assert self.studio.retention.run().models == ()

    # What workers do

    @rule(slots=st.integers(1, 3))
    def dispatch(self, slots: int) -> None:
        with self.sessions.begin() as session:
            task_ids = handed_out(session, slots=slots + len(self.claims))
        for task_id in task_ids:
            with self.sessions.begin() as session:
                claim = transitions.claim(session, task_id, worker="w1", lease_s=600)
            if claim is not None:
                self.claims.append(claim)

    @precondition(lambda self: self.claims)
    @rule(place=PLACES, succeeds=st.booleans())
    def end_a_task(self, place: int, succeeds: bool) -> None:
        claim = self.claims.pop(place % len(self.claims))
        with self.sessions.begin() as session:
            if claim.kind == "shared":
                transitions.finish(
                    session, claim.token, SharedOutcome(manifest_digest=DIGEST, artifacts=[])
                )
            elif succeeds:
                transitions.finish(session, claim.token, model_outcome())
            else:
                transitions.fail(
                    session,
                    claim.token,
                    error_type="InsufficientDataError",
                    message="Too short.",
                    recommended_action="Import more sales.",
                    retry=False,
                )
        self.known_models += self.models_of_the_shop() - set(self.known_models)

    # What must be true

    @invariant()
    def jobs_hold_together(self) -> None:
        listed = {job.job_id: job for job in every(self.studio.history)}
        assert listed.keys() == self.known_jobs.keys()
        for job_id, job in listed.items():
            before = self.known_jobs[job_id]
            if before.has_ended:
                assert (job.status, job.completed_at) == (before.status, before.completed_at)
            else:
                self.known_jobs[job_id] = adding_up(self.studio.status(job_id))
            assert self.known_jobs[job_id].progress_seq >= before.progress_seq

    @invariant()
    def models_are_there_until_they_are_deleted(self) -> None:
        there = {str(model.model_id): model for model in every(self.studio.models)}
        assert there.keys() == set(self.known_models)
        assert {name for name, model in there.items() if model.is_pinned} == self.pinned
        in_use = Counter(model.product_id for model in there.values() if model.is_deployed)
        assert all(number == 1 for number in in_use.values())

    def job(self, place: int) -> str:
        return [*self.known_jobs][place % len(self.known_jobs)]

    def model(self, place: int) -> str:
        return self.known_models[place % len(self.known_models)]

    def models_of_the_shop(self) -> set[str]:
        return {str(model.model_id) for model in every(self.studio.models)}

    def deployed(self) -> dict[str | None, str]:
        """The model in use by the SKU of its product."""
        return {
            model.name: str(model.model_id)
            for model in every(self.studio.models)
            if model.is_deployed
        }


def adding_up(job: JobStatus) -> JobStatus:
    states = Counter(one.status for one in job.products)
    assert len(job.products) == job.products_total
    assert states["completed"] == job.products_completed
    assert states["failed"] == job.products_failed
    assert states["cancelled"] == job.products_cancelled
    assert job.has_ended == (job.completed_at is not None)
    assert not job.has_ended or not states["pending"] + states["running"]
    assert job.progress_percentage <= 100
    return job


def test_jobs_and_models_hold_together_whatever_is_asked(service: Service) -> None:
    run_state_machine_as_test(
        partial(Lives, service),  # type: ignore[arg-type]  # any call that makes one will do
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            phases=[Phase.generate],  # twenty steps are read faster than they are made fewer
            suppress_health_check=list(HealthCheck),
        ),
    )
