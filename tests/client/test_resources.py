"""What is made, changed and deleted one by one, over the served API."""

import gzip
from datetime import date
from io import BytesIO
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from client import Client, every
from client.errors import ConflictError, InvalidInputError, NotFoundError
from db.operation.alerts import raise_alert
from tests.client.conftest import Run
from tests.fixtures.served import Served


def test_a_product_from_its_birth_to_its_end(studio: Client) -> None:
    made = studio.catalogue.create("BUN", name="Bun", category="Bread", priority=3)
    with pytest.raises(ConflictError):
        studio.catalogue.create("BUN")

    assert studio.catalogue.get("BUN").id == made.id
    assert studio.catalogue.change("BUN", category=None, is_active=False).category is None
    assert studio.catalogue.replace(made.id, name="Roll").is_active
    assert [one.name for one in studio.products(search="rol", has_model=False).items] == ["Roll"]
    studio.catalogue.delete("BUN")
    assert list(studio.all_products()) == []


def test_a_repeated_key_makes_one_product(studio: Client) -> None:
    first, second = (studio.catalogue.create("BUN", idempotency_key="k") for _ in range(2))

    assert first == second


def test_a_corrected_file_replaces_what_was_known(studio: Client, run: Run, tmp_path: Path) -> None:
    wrong = b"date,product_id,quantity\n2026-01-05,BUN,5\n2026-05-01,BUN,7\n"
    studio.import_sales(BytesIO(wrong))
    right = tmp_path / "right.csv.gz"
    right.write_bytes(gzip.compress(b"date,product_id,quantity\n2026-01-05,BUN,5\n"))

    assert studio.import_sales(right).rows_deleted == 0
    told = run("import-sales", str(right), "--replace").stdout
    assert "Deleted as the file does not have them: 1 row." in told
    assert [sale.quantity for sale in studio.sales("BUN").sales] == [5]


def test_columns_of_a_file_are_left_out(studio: Client, run: Run, tmp_path: Path) -> None:
    table = tmp_path / "sales.csv"
    table.write_text("date,product_id,quantity,rain,wind\n2026-01-05,BUN,5,7,3\n")

    assert studio.import_sales(table).covariates == ("rain", "wind")
    told = run("import-sales", str(table), "--exclude", "rain").stdout
    assert "used where they help: wind." in told
    assert studio.import_sales(table, exclude_columns=["rain", "wind"]).covariates == ()


def test_closures_and_events(studio: Client) -> None:
    closure = studio.calendar.create("closure", "Holidays", date(2026, 8, 1), date(2026, 8, 14))
    fair = studio.calendar.create("event", "Fair", date(2026, 9, 5))

    assert fair.ends_on == date(2026, 9, 5)
    assert studio.calendar.list(kind="event").items == (fair,)
    assert studio.calendar.list(ends_by=date(2026, 8, 31)).items == (closure,)
    longer = studio.calendar.change(closure.id, ends_on=date(2026, 8, 20))
    assert (longer.id, longer.ends_on) == (closure.id, date(2026, 8, 20))
    assert studio.calendar.change(closure.id, ends_on=None).ends_on == date(2026, 8, 1)
    studio.calendar.delete(closure.id)
    assert list(every(studio.calendar.list)) == [fair]


def test_a_schedule_goes_by_its_name(studio: Client) -> None:
    studio.catalogue.create("BUN")
    made = studio.schedules.create(
        "Nightly", "30 2 * * *", time_zone="Europe/Madrid", request={"products": ["BUN"]}
    )

    assert len(made.next_runs) == 3
    assert studio.schedules.get("Nightly").id == studio.schedules.get(made.id).id == made.id
    assert studio.schedules.pause("Nightly").next_run_at is None
    assert studio.schedules.resume("Nightly").is_active
    assert studio.schedules.change(made.id, cron="0 4 * * 1").cron == "0 4 * * 1"
    job = studio.schedules.run("Nightly")
    assert studio.status(job.job_id).trigger == "schedule"
    studio.stop(job.job_id)
    studio.schedules.delete("Nightly")
    with pytest.raises(NotFoundError, match="no schedule 'Nightly'"):
        studio.schedules.run("Nightly")


def test_a_plan_that_is_none_says_what_would_be(studio: Client) -> None:
    with pytest.raises(InvalidInputError, match="five fields"):
        studio.schedules.create("Never", "at noon")


def test_a_webhook_tells_its_secret_once(studio: Client) -> None:
    made = studio.webhooks.create("https://127.0.0.1/hook", event_types=["training_failed"])

    assert made.secret
    assert made.secret not in repr(made)
    assert studio.webhooks.get(made.id).secret is None
    assert studio.webhooks.rotate_secret(made.id).secret not in {None, made.secret}
    assert studio.webhooks.test(made.id).event_type == "webhook_test"
    sent = every(studio.webhooks.deliveries, made.id)
    assert [one.event_type for one in sent] == ["webhook_test"]
    assert not studio.webhooks.change(made.id, is_active=False).is_active
    with pytest.raises(ConflictError):
        studio.webhooks.test(made.id)
    studio.webhooks.delete(made.id)
    assert studio.webhooks.list().items == ()
    assert studio.consumed_events(outcome="handled").items == ()


def test_deliveries_come_in_pages(studio: Client) -> None:
    webhook = studio.webhooks.create("https://127.0.0.1/hook").id
    sent = [studio.webhooks.test(webhook).id for _ in range(3)]

    first = studio.webhooks.deliveries(webhook, limit=2)
    second = studio.webhooks.deliveries(webhook, limit=2, cursor=first.next_cursor)

    assert [one.id for one in (*first.items, *second.items)] == sent[::-1]
    assert second.next_cursor is None


def test_the_business_changes_what_is_named(studio: Client, tenant_id: UUID) -> None:
    studio.change_tenant(
        country="fr",
        latitude=48.85,
        longitude=2.35,
        training_defaults={"horizon_days": 30},
        quotas={"max_products": 5},
    )

    tenant = studio.change_tenant(country=None)

    assert (tenant.id, tenant.country, tenant.latitude) == (str(tenant_id), None, 48.85)
    assert tenant.training_defaults == {"horizon_days": 30}
    assert tenant.quotas["max_products"] == 5
    assert studio.sources() == ()


def test_who_did_what_is_written_down(studio: Client) -> None:
    made = studio.catalogue.create("BUN")
    studio.calendar.create("event", "Fair", date(2026, 9, 5))

    (entry,) = studio.audit(action="create", subject_type="product").items

    assert (entry.actor, entry.subject_id) == ("ada", made.id)
    assert entry.request_id
    assert len(list(every(studio.audit, actor="ada"))) >= 2
    assert studio.audit(actor="nobody").items == ()


def test_use_is_told_beside_its_limit(studio: Client) -> None:
    before = studio.usage().products
    studio.catalogue.create("PIE")
    after = studio.usage().products
    assert (after.used, after.limit) == (before.used + 1, before.limit)


def test_alerts_are_listed_and_resolved(studio: Client, served: Served, tenant_id: UUID) -> None:
    studio.tenant()  # the first request of a tenant makes its row
    subject = str(uuid4())
    with served.sessions.begin() as session:
        raise_alert(
            session,
            tenant_id,
            kind="accuracy_drift",
            severity="medium",
            subject_id=subject,
            message="The forecast has become worse",
        )

    (alert,) = studio.alerts.list(kind="accuracy_drift").items

    assert (alert.subject_id, alert.severity) == (subject, "medium")
    assert studio.alerts.resolve(alert.id).resolved_at is not None
    assert studio.alerts.list().items == ()
    assert [one.id for one in studio.alerts.list(status="all").items] == [alert.id]
