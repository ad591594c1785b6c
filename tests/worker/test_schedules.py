"""Schedules come due: once however many look, once for all that was missed, and never in vain."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update

from core.setting_kinds import OFF
from db.lifecycle.dispatch import Dispatch
from db.operation import schedule_runs, schedules
from db.operation.audit import Actor
from db.operation_tables import Alert, AuditEntry, Schedule
from db.tables import DEFAULT_TENANT_ID, Product, Tenant, TrainingJob
from tests.db.at_once import at_once
from tests.worker.support import Shop
from worker.context import Context
from worker.schedules import tick_schedules

ACTOR = Actor("anna")
HOURLY = "0 * * * *"


def without_defaults(context: Context) -> Context:
    settings = context.settings.model_copy(update={"default_retraining_cron": OFF})
    return replace(context, settings=settings)


def add_schedule(shop: Shop, name: str = "hourly", cron: str = HOURLY, **request: object) -> UUID:
    with shop.sessions.begin() as session:
        schedule = schedules.create(
            session,
            DEFAULT_TENANT_ID,
            name=name,
            cron=cron,
            time_zone="Europe/Madrid",
            request=request,
            actor=ACTOR,
        )
        return schedule.id


def make_due(shop: Shop, ago: timedelta = timedelta(seconds=1)) -> None:
    with shop.sessions.begin() as session:
        session.execute(update(Schedule).values(next_run_at=datetime.now(UTC) - ago))


def show(shop: Shop, schedule_id: UUID) -> Schedule:
    with shop.sessions() as session:
        return session.get_one(Schedule, schedule_id)


def jobs(shop: Shop) -> list[TrainingJob]:
    with shop.sessions() as session:
        return list(session.scalars(select(TrainingJob).order_by(TrainingJob.created_at)))


def open_alerts(shop: Shop) -> list[Alert]:
    with shop.sessions() as session:
        return list(session.scalars(select(Alert).where(Alert.resolved_at.is_(None))))


def test_what_is_not_due_is_left_alone(context: Context, shop: Shop) -> None:
    shop.product("bread")
    add_schedule(shop)

    assert tick_schedules(without_defaults(context)) == 0
    assert jobs(shop) == []


def test_a_schedule_that_is_due_starts_its_training_and_plans_the_next(
    context: Context, shop: Shop, sent: list[Dispatch]
) -> None:
    bread = shop.product("bread")
    shop.product("cake")
    shop.slots(1)
    schedule_id = add_schedule(shop, products=["bread"], algorithm="seasonal_naive", priority=3)
    make_due(shop)

    assert tick_schedules(without_defaults(context)) == 1
    (job,) = jobs(shop)
    assert (job.trigger, job.job_name, job.priority) == ("schedule", "hourly", 3)
    assert job.request == {"algorithm": "seasonal_naive"}
    assert job.request_id is not None
    assert [shop.show_task(task_id).product_id for task_id in shop.task_ids(job.id)] == [bread]
    assert [task.task_id for task in sent] == shop.task_ids(job.id)
    schedule = show(shop, schedule_id)
    assert schedule.last_job_id == job.id
    assert schedule.next_run_at is not None
    assert schedule.next_run_at > datetime.now(UTC)


def test_two_beats_and_eight_workers_start_each_training_once(context: Context, shop: Shop) -> None:
    shop.product("bread")
    for number in range(5):
        add_schedule(shop, name=f"schedule {number}", horizon_days=7 + number)
    make_due(shop)

    ticks = at_once([lambda: tick_schedules(without_defaults(context))] * 8)
    assert sum(ticks) == 5
    assert sorted(job.request["horizon_days"] for job in jobs(shop)) == [7, 8, 9, 10, 11]


def test_missed_times_are_made_up_for_by_one_run_that_says_so(context: Context, shop: Shop) -> None:
    shop.product("bread")
    schedule_id = add_schedule(shop)
    make_due(shop, ago=timedelta(hours=5, minutes=1))

    assert tick_schedules(without_defaults(context)) == 1
    assert tick_schedules(without_defaults(context)) == 0
    assert len(jobs(shop)) == 1
    assert show(shop, schedule_id).missed_runs == 5
    with shop.sessions() as session:
        told = session.scalars(
            select(AuditEntry.details).where(
                AuditEntry.subject_type == "schedule", AuditEntry.action == "run"
            )
        ).one()
    assert told["missed_runs"] == 5


def test_a_run_waits_for_the_one_before_instead_of_doubling_it(
    context: Context, shop: Shop
) -> None:
    shop.product("bread")
    schedule_id = add_schedule(shop)
    for _ in range(3):
        make_due(shop)
        assert tick_schedules(without_defaults(context)) == 1

    (job,) = jobs(shop)
    assert show(shop, schedule_id).last_job_id == job.id


def test_a_training_that_cannot_start_raises_an_alert_until_one_can(
    context: Context, shop: Shop
) -> None:
    schedule_id = add_schedule(shop)
    make_due(shop)

    assert tick_schedules(without_defaults(context)) == 0
    schedule = show(shop, schedule_id)
    assert "no active products" in (schedule.last_error or "")
    assert schedule.next_run_at is not None
    assert schedule.next_run_at > datetime.now(UTC)
    (alert,) = open_alerts(shop)
    assert (alert.kind, alert.subject_id) == ("schedule_failing", str(schedule_id))
    assert "'hourly' could not start" in alert.message

    shop.product("bread")
    make_due(shop)
    assert tick_schedules(without_defaults(context)) == 1
    assert show(shop, schedule_id).last_error is None
    assert open_alerts(shop) == []


def test_a_full_quota_is_noted_and_other_schedules_run(context: Context, shop: Shop) -> None:
    shop.product("bread")
    first = add_schedule(shop, name="first", horizon_days=7)
    second = add_schedule(shop, name="second", horizon_days=8)
    with shop.sessions.begin() as session:
        session.execute(update(Tenant).values(max_active_jobs=1))
    make_due(shop)

    assert tick_schedules(without_defaults(context)) == 1
    errors = sorted(show(shop, schedule_id).last_error or "" for schedule_id in (first, second))
    assert errors[0] == ""
    assert "as many as this tenant may have" in errors[1]


def test_a_schedule_that_hits_a_defect_does_not_hold_up_the_others(
    context: Context, shop: Shop
) -> None:
    shop.product("bread")
    add_schedule(shop, name="broken", products=["bread"])
    add_schedule(shop, name="sound")
    make_due(shop)
    with shop.sessions.begin() as session:
        session.execute(
            update(Schedule)
            .where(Schedule.name == "broken")
            .values(cron="not a cron", next_run_at=datetime.now(UTC) - timedelta(hours=1))
        )

    assert tick_schedules(without_defaults(context)) == 1
    assert [job.job_name for job in jobs(shop)] == ["sound"]


def test_a_paused_schedule_does_not_run_and_one_that_goes_on_runs_no_missed_time(
    context: Context, shop: Shop
) -> None:
    shop.product("bread")
    schedule_id = add_schedule(shop)
    make_due(shop)
    change(shop, schedule_id, is_active=False)
    assert tick_schedules(without_defaults(context)) == 0
    change(shop, schedule_id, is_active=True)
    assert tick_schedules(without_defaults(context)) == 0


def change(shop: Shop, schedule_id: UUID, **values: object) -> None:
    with shop.sessions.begin() as session:
        assert schedules.change(session, DEFAULT_TENANT_ID, schedule_id, values, ACTOR)


def default_crons(shop: Shop) -> list[tuple[str, str]]:
    with shop.sessions() as session:
        found = session.scalars(select(Schedule).where(Schedule.name == schedule_runs.DEFAULT_NAME))
        return [(schedule.cron, schedule.time_zone) for schedule in found]


def test_a_tenant_gets_a_weekly_retraining_with_its_first_products(
    context: Context, shop: Shop
) -> None:
    tick_schedules(context)
    assert default_crons(shop) == []
    shop.product("bread")
    tick_schedules(context)
    ((cron, time_zone),) = default_crons(shop)
    minute, hour, *days = cron.split()
    assert 180 <= int(hour) * 60 + int(minute) <= 300
    assert days == ["*", "*", "1"]
    assert time_zone == "Europe/Madrid"


def test_a_weekly_retraining_that_was_deleted_does_not_come_back(
    context: Context, shop: Shop
) -> None:
    shop.product("bread")
    tick_schedules(context)
    with shop.sessions.begin() as session:
        schedule = session.scalars(select(Schedule)).one()
        assert schedules.remove(session, DEFAULT_TENANT_ID, schedule.id, ACTOR)
    tick_schedules(context)

    assert default_crons(shop) == []


def test_tenants_do_not_start_together(context: Context, shop: Shop) -> None:
    with shop.sessions.begin() as session:
        for number in range(1, 21):
            tenant = Tenant(id=UUID(int=number << 32), name=f"Shop {number}")
            session.add(tenant)
            session.flush()
            session.add(Product(tenant_id=tenant.id, sku="bread", name="Bread"))
    at_once([lambda: tick_schedules(context)] * 3)

    crons = default_crons(shop)
    assert len(crons) == 20
    assert len(set(crons)) > 12


def test_the_default_can_be_switched_off(context: Context, shop: Shop) -> None:
    shop.product("bread")
    tick_schedules(without_defaults(context))

    assert default_crons(shop) == []
