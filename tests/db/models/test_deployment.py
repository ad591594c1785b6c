"""Which model of a product is deployed: the gate, changes by hand, the way back, and races."""

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import transitions
from db.engine import Sessions
from db.errors import NotNowError
from db.lifecycle.outcomes import ChampionComparison, ModelOutcome
from db.models import deployment
from db.models.deployment import deploy_by_hand, roll_back
from db.models.deployment_history import changes_of_product
from db.models.gate import configuration
from db.models.lineage import line_of, previous_champion
from db.operation.audit import Actor, record
from db.operation_tables import AuditEntry, Deployment
from db.tables import DEFAULT_TENANT_ID, Product, TrainedModel, TrainingLog
from db.transitions import NewTask
from tests.db.at_once import at_once
from tests.db.builders import (
    model_outcome,
    new_job,
    new_products,
    new_tenant,
    new_upload,
    running_claims,
    table_outcome,
)

TENANT = DEFAULT_TENANT_ID
ANNA = Actor("anna")


@pytest.fixture
def product(session: Session) -> Product:
    return new_products(session, 1)[0]


def train(session: Session, product: Product, **changes: Any) -> TrainedModel:
    return finish(session, product, model_outcome(**changes))


def finish(session: Session, product: Product, outcome: ModelOutcome) -> TrainedModel:
    task = NewTask(kind="product", product_id=product.id, product_name=product.name)
    (claim,) = running_claims(session, new_job(session, products=0, tasks=[task]))
    assert transitions.finish(session, claim.token, outcome) is not None
    statement = select(TrainedModel).where(TrainedModel.task_id == claim.token.task_id)
    return session.scalars(statement).one()


def beside(champion: TrainedModel, **changes: Any) -> ChampionComparison:
    values: dict[str, Any] = {
        "champion_id": champion.id,
        "configuration": configuration(champion),
        "is_worse": False,
        "difference": -0.1,
        "margin": 0.02,
        "evidence": {"challenger_error": 0.9, "incumbent_error": 1.0},
    }
    return ChampionComparison(**(values | changes))


def worse_than(champion: TrainedModel) -> ChampionComparison:
    return beside(champion, is_worse=True, difference=0.305, margin=0.042)


def deployed(session: Session, product: Product) -> UUID | None:
    champion = deployment.champion_of(session, TENANT, product.id)
    return None if champion is None else champion.id


def entries(session: Session, product: Product, limit: int = 9) -> list[Deployment]:
    changes = changes_of_product(session, TENANT, product.id, limit=limit).items
    return [change.entry for change in changes]


def newest_entry(session: Session, product: Product) -> Deployment:
    return entries(session, product, 1)[0]


def audited(session: Session, model: TrainedModel) -> Sequence[AuditEntry]:
    statement = select(AuditEntry).where(AuditEntry.subject_id == model.public_id)
    return session.scalars(statement.order_by(AuditEntry.id)).all()


def by_hand(session: Session, model: TrainedModel) -> None:
    assert deploy_by_hand(session, TENANT, model.id, actor=ANNA) is not None


def back(session: Session, product: Product, expected: UUID | None = None) -> UUID:
    return roll_back(session, TENANT, product.id, actor=ANNA, expected=expected).id


def test_the_first_model_deploys_and_says_why(session: Session, product: Product) -> None:
    model = train(session, product)
    entry = newest_entry(session, product)

    assert model.is_deployed
    assert model.deployed_at is not None
    assert (entry.kind, entry.model_id, entry.previous_model_id) == ("auto", model.id, None)
    assert entry.reason == "No model of this product was in use."
    assert [line.action for line in audited(session, model)] == ["train", "deploy"]


def test_who_started_the_job_trained_the_model(session: Session, product: Product) -> None:
    task = NewTask(kind="product", product_id=product.id, product_name=product.name)
    job = new_job(session, products=0, tasks=[task])
    record(session, TENANT, "start", "job", job.id, actor=ANNA)
    (claim,) = running_claims(session, job)
    transitions.finish(session, claim.token, model_outcome())
    model = session.scalars(select(TrainedModel)).one()

    assert [(line.action, line.actor) for line in audited(session, model)] == [
        ("train", ANNA.name),
        ("deploy", "service"),
    ]


def test_a_better_challenger_deploys_with_its_numbers(session: Session, product: Product) -> None:
    champion = train(session, product)
    challenger = train(session, product, comparison=beside(champion))
    entry = newest_entry(session, product)

    assert deployed(session, product) == challenger.id
    assert (entry.kind, entry.previous_model_id) == ("auto", champion.id)
    assert entry.evidence == {"challenger_error": 0.9, "incumbent_error": 1.0}
    assert f"10.0% lower than that of version {champion.model_version}" in entry.reason


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"difference": 0.03, "margin": 0.05}, "3.0% higher"),
        ({"difference": 0.0}, "the same as"),
        ({"difference": None, "margin": None, "not_scored": "too short"}, "too short"),
    ],
)
def test_who_is_not_worse_deploys(
    session: Session, product: Product, changes: dict[str, Any], words: str
) -> None:
    champion = train(session, product)
    challenger = train(session, product, comparison=beside(champion, **changes))

    assert deployed(session, product) == challenger.id
    assert words in newest_entry(session, product).reason


def test_a_worse_challenger_is_refused_with_its_numbers(session: Session, product: Product) -> None:
    champion = train(session, product)
    challenger = train(session, product, comparison=worse_than(champion))
    entry = newest_entry(session, product)
    log = session.scalars(select(TrainingLog).where(TrainingLog.log_level == "WARNING")).one()

    assert deployed(session, product) == champion.id
    assert (entry.kind, entry.model_id, entry.previous_model_id) == (
        "refused",
        challenger.id,
        champion.id,
    )
    assert "30.5% higher" in entry.reason
    assert "4.2%" in entry.reason
    assert entry.evidence["incumbent_error"] == 1.0
    assert entry.reason in log.message
    assert [line.action for line in audited(session, challenger)] == ["train", "refuse"]


def test_a_stand_in_is_refused_whatever_its_numbers(session: Session, product: Product) -> None:
    champion = train(session, product)
    train(session, product, degraded_reason="no convergence", comparison=beside(champion))

    assert deployed(session, product) == champion.id
    assert "no convergence" in newest_entry(session, product).reason


def test_nothing_deploys_by_itself_where_people_decide(session: Session, product: Product) -> None:
    model = train(session, product, auto_deploy=False)

    assert deployed(session, product) is None
    assert entries(session, product, 5) == []
    assert [line.action for line in audited(session, model)] == ["train"]
    log = session.scalars(select(TrainingLog).where(TrainingLog.step_name == "deployment")).one()
    assert "ENABLE_AUTO_DEPLOYMENT" in log.message


def test_what_a_person_deployed_meanwhile_stays(session: Session, product: Product) -> None:
    first = train(session, product, algorithm="poisson")
    second = train(session, product, algorithm="prophet")
    comparison = beside(second)
    by_hand(session, first)
    train(session, product, comparison=comparison)

    assert deployed(session, product) == first.id
    assert "deployed while this one was trained" in newest_entry(session, product).reason


def test_the_comparison_holds_for_a_champion_that_forecasts_in_the_same_way(
    session: Session, product: Product
) -> None:
    first = train(session, product)
    second = train(session, product, comparison=beside(first))
    late = train(session, product, comparison=beside(first))

    assert second.id != late.id
    assert deployed(session, product) == late.id


def test_deploying_by_hand_is_recorded_once(session: Session, product: Product) -> None:
    first, second = train(session, product), train(session, product)
    by_hand(session, first)
    by_hand(session, first)
    changes = entries(session, product, 9)

    assert deployed(session, product) == first.id
    assert [entry.kind for entry in changes] == ["manual", "auto", "auto"]
    assert (changes[0].actor, changes[0].previous_model_id) == (ANNA.name, second.id)


def test_a_model_of_another_tenant_is_not_there(session: Session) -> None:
    other = new_tenant(session)
    product = new_products(session, 1, other)[0]
    task = NewTask(kind="product", product_id=product.id)
    job = new_job(session, products=0, tasks=[task], tenant_id=other)
    (claim,) = running_claims(session, job)
    transitions.finish(session, claim.token, model_outcome())
    model = session.scalars(select(TrainedModel)).one()

    assert deploy_by_hand(session, TENANT, model.id, actor=ANNA) is None
    assert deploy_by_hand(session, TENANT, uuid4(), actor=ANNA) is None


def test_a_table_model_has_nothing_to_be_deployed_for(session: Session) -> None:
    (claim,) = running_claims(session, new_upload(session))
    transitions.finish(session, claim.token, table_outcome())
    model = session.scalars(select(TrainedModel)).one()

    with pytest.raises(NotNowError, match="belongs to no product"):
        deploy_by_hand(session, TENANT, model.id, actor=ANNA)


def test_going_back_twice_never_returns_to_what_was_left(
    session: Session, product: Product
) -> None:
    first, second, third = (train(session, product) for _ in range(3))

    assert back(session, product) == second.id
    assert back(session, product) == first.id
    with pytest.raises(NotNowError, match="nothing to go back to"):
        back(session, product)
    entry = newest_entry(session, product)
    assert (entry.kind, entry.model_id, entry.previous_model_id) == (
        "rollback",
        first.id,
        second.id,
    )
    assert third.model_version not in entry.reason


def test_a_rollback_sent_twice_goes_back_once(session: Session, product: Product) -> None:
    train(session, product)
    second, third = train(session, product), train(session, product)
    assert back(session, product, expected=third.id) == second.id

    with pytest.raises(NotNowError, match=second.public_id):
        back(session, product, expected=third.id)
    assert deployed(session, product) == second.id


def test_the_previous_champion_may_have_been_deleted(session: Session, product: Product) -> None:
    first, second, _ = (train(session, product) for _ in range(3))
    session.delete(second)
    session.flush()

    previous = previous_champion(session, TENANT, product.id)
    assert previous is not None
    assert previous.id == first.id


def test_after_a_withdrawal_there_is_a_way_back(session: Session, product: Product) -> None:
    first, second = train(session, product), train(session, product)
    deployment.withdraw(session, second, reason="Deleted.", actor=ANNA)

    assert deployed(session, product) is None
    assert back(session, product) == first.id


A, B, C = (UUID(int=number) for number in (1, 2, 3))


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ([("auto", A), ("auto", B), ("manual", A)], [A, B, A]),
        ([("auto", A), ("auto", B), ("rollback", A)], [A]),
        ([("auto", A), ("auto", B), ("auto", C), ("rollback", B), ("auto", C)], [A, B, C]),
        ([("auto", A), ("auto", B), ("auto", C), ("withdrawn", None), ("rollback", B)], [A, B]),
        ([("auto", A), ("auto", None), ("auto", C), ("rollback", A)], [A]),
        ([("rollback", A)], [A]),
        ([("withdrawn", A)], []),
    ],
)
def test_the_line_of_champions(
    changes: list[tuple[str, UUID | None]], line: list[UUID | None]
) -> None:
    assert line_of(changes) == line


def test_of_two_deployments_at_once_one_is_the_champion(fresh_sessions: Sessions) -> None:
    with fresh_sessions.begin() as session:
        product = new_products(session, 1)[0]
        models = [train(session, product) for _ in range(4)]

    def deploy_one(model: TrainedModel) -> None:
        with fresh_sessions.begin() as session:
            by_hand(session, model)

    at_once([partial(deploy_one, model) for model in models[:3]])

    with fresh_sessions() as session:
        flags = select(TrainedModel.id).where(TrainedModel.is_deployed)
        (champion,) = session.scalars(flags).all()
        changes = entries(session, product, 3)
    assert [entry.kind for entry in changes] == ["manual"] * 3
    assert changes[0].model_id == champion
    assert [entry.previous_model_id for entry in changes[:2]] == [
        entry.model_id for entry in changes[1:]
    ]


def test_a_rollback_and_a_training_at_once_leave_one_champion(fresh_sessions: Sessions) -> None:
    with fresh_sessions.begin() as session:
        product = new_products(session, 1)[0]
        first, second = train(session, product), train(session, product)
        task = NewTask(kind="product", product_id=product.id)
        (claim,) = running_claims(session, new_job(session, products=0, tasks=[task]))
        outcome = model_outcome(algorithm="poisson", comparison=beside(second))

    def roll() -> None:
        with fresh_sessions.begin() as session:
            back(session, product)

    def finish_training() -> None:
        with fresh_sessions.begin() as session:
            transitions.finish(session, claim.token, outcome)

    at_once([roll, finish_training])

    with fresh_sessions() as session:
        champion = session.scalars(select(TrainedModel).where(TrainedModel.is_deployed)).one()
        newest, before = entries(session, product, 2)
    assert newest.model_id == champion.id
    if newest.kind == "rollback":  # it undid the new deployment
        assert (before.kind, champion.id) == ("auto", second.id)
    else:  # it came first, to a model that forecasts in the same way as the compared one
        assert (newest.kind, before.kind, before.model_id) == ("auto", "rollback", first.id)
        assert champion.algorithm == "poisson"
