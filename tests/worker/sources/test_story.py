"""A product is trained with what the services tell, and without them when they are away."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from core.settings import Settings
from db.jobs.hints import hints
from db.jobs.products import TaskStatus, task_statuses
from db.operation_tables import Alert, CalendarEntry
from db.tables import (
    DEFAULT_TENANT_ID,
    Forecast,
    Product,
    Sale,
    Tenant,
    TrainingJob,
    TrainingLog,
)
from tests.worker.sources.stand_in import Asked, Reply, StandIn, said
from tests.worker.support import FIRST_DAY, Shop
from worker.context import Context
from worker.sources.catalogue import refresh_catalogue
from worker.sources.desk import Desk
from worker.sources.surroundings import kept_surroundings
from worker.training import run_task

DAYS = 120
LAST_DAY = FIRST_DAY + timedelta(days=DAYS - 1)

Connect = Callable[..., Context]


@pytest.fixture
def connect(context: Context, service: StandIn) -> Connect:
    """The context with the stand-in as the named sources."""

    def make(*names: str, **changes: object) -> Context:
        urls = {f"{name}_service_url": service.url for name in names}
        settings = Settings.model_validate(
            {"lease_seconds": 20, "forecast_horizon_days": 10} | urls | changes
        )
        return replace(context, settings=settings)

    return make


def train(context: Context, shop: Shop, product_id: object, **request: object) -> None:
    shop.slots(1)
    shop.job(product_id, algorithm="seasonal_mean", **request)  # type: ignore[arg-type]  # an id
    run_task(shop.next_task(), context)


def open_alerts(shop: Shop) -> list[str]:
    with shop.sessions() as session:
        statement = select(Alert.subject_id).where(
            Alert.kind == "source_unavailable", Alert.resolved_at.is_(None)
        )
        return list(session.scalars(statement.order_by(Alert.subject_id)))


def test_sources_that_are_away_cost_a_note_a_log_line_and_an_alert(
    shop: Shop, service: StandIn, connect: Connect
) -> None:
    service.replies(Reply(status=404))
    place = {"default_latitude": 40.4, "default_longitude": -3.7}
    context = connect("sales", "weather", "traffic", "holiday", **place)

    train(context, shop, shop.product("bread", DAYS))

    (model,) = shop.models()
    assert model.degraded_reason is None
    states = {name: told["state"] for name, told in model.details["sources"].items()}
    assert states == dict.fromkeys(("sales", "weather", "traffic", "holidays"), "missing")
    assert any("trained on the sales that are stored" in note for note in model.details["notes"])
    with shop.sessions() as session:
        warnings = session.scalar(
            select(func.count()).where(
                TrainingLog.log_level == "WARNING", TrainingLog.step_name == "data_collection"
            )
        )
    assert warnings == 4
    assert open_alerts(shop) == ["holidays", "sales", "traffic", "weather"]


def statuses(shop: Shop) -> list[TaskStatus]:
    with shop.sessions() as session:
        job = session.scalars(select(TrainingJob).order_by(TrainingJob.created_at.desc())).first()
        assert job is not None
        return list(task_statuses(session, job, limit=9).items)


def test_the_job_says_what_its_products_had_to_do_without(
    shop: Shop, service: StandIn, connect: Connect
) -> None:
    service.replies(Reply(status=404))
    context = connect("sales", "weather", default_latitude=40.4, default_longitude=-3.7)
    products = [shop.product(sku, DAYS) for sku in ("bread", "cake")]
    job_id = shop.job(*products, algorithm="seasonal_mean")
    for _ in products:
        run_task(shop.next_task(), context)

    with shop.sessions() as session:
        told = hints(session, session.get_one(TrainingJob, job_id), min_training_data_days=30)
    for product in statuses(shop):
        assert product.degraded_reason is None
        without_sales, without_weather = product.warnings
        assert without_sales.endswith("The model was trained on the sales that are stored.")
        assert without_weather.endswith("The model was trained without weather.")
    assert any(hint.startswith("2 of 2 products: ") and "weather" in hint for hint in told)


def test_a_product_that_fails_says_which_source_was_away(
    shop: Shop, service: StandIn, connect: Connect
) -> None:
    service.replies(Reply(status=404))

    train(connect("sales"), shop, shop.product("bread", 12))

    (product,) = statuses(shop)
    assert (product.status, product.error_type) == ("failed", "InsufficientDataError")
    (warning,) = product.warnings
    assert "404" in warning
    assert "was trained" not in warning
    assert open_alerts(shop) == ["sales"]


def test_all_sources_well_is_no_warning(shop: Shop, service: StandIn, connect: Connect) -> None:
    service.replies(said([]))

    train(connect("sales"), shop, shop.product("bread", DAYS))

    assert [product.warnings for product in statuses(shop)] == [[]]


def test_an_alert_is_resolved_when_the_source_works_again(
    shop: Shop, service: StandIn, connect: Connect
) -> None:
    product_id = shop.product("bread", DAYS)
    service.replies(Reply(status=404))
    train(connect("sales"), shop, product_id)
    assert open_alerts(shop) == ["sales"]

    service.replies(said([]))
    train(connect("sales"), shop, product_id, force=True)

    assert open_alerts(shop) == []


def test_new_sales_and_corrections_are_fetched_before_the_training(
    shop: Shop, service: StandIn, connect: Connect
) -> None:
    new = LAST_DAY + timedelta(days=1)
    service.replies(
        said(
            [
                {"date": LAST_DAY.date().isoformat(), "quantity": 99},
                {"date": new.date().isoformat(), "quantity": 50, "price": 1.5},
            ]
        )
    )
    product_id = shop.product("bread", DAYS)

    train(connect("sales"), shop, product_id)

    asked = service.asked[0]
    assert (asked.path, asked.query["product_id"]) == ("/sales", "bread")
    assert asked.query["start"] == (LAST_DAY - timedelta(days=14)).date().isoformat()
    with shop.sessions() as session:
        sales = select(Sale.quantity).where(Sale.product_id == product_id, Sale.sold_at >= LAST_DAY)
        assert list(session.scalars(sales.order_by(Sale.sold_at))) == [99, 50]
    assert shop.models()[0].training_data_points == DAYS + 1


def test_a_day_that_is_left_out_stays_and_one_that_is_taken_back_is_0(
    shop: Shop, service: StandIn, connect: Connect
) -> None:
    days = [LAST_DAY - timedelta(days=ago) for ago in range(3)]
    product_id = shop.product("bread", DAYS)
    with shop.sessions() as session:
        before = {day: session.get_one(Sale, (product_id, day)).quantity for day in days}
    told = [{"date": days[0].date().isoformat(), "quantity": 0}]
    told.append({"date": days[1].date().isoformat(), "price": 2.5})
    service.replies(said(told))

    train(connect("sales"), shop, product_id)

    with shop.sessions() as session:
        after = {day: session.get_one(Sale, (product_id, day)).quantity for day in days}
    assert after == before | {days[0]: 0}


def test_a_place_that_nobody_knows_is_told(shop: Shop, service: StandIn, connect: Connect) -> None:
    train(connect("weather"), shop, shop.product("bread", DAYS))

    assert service.asked == []
    (model,) = shop.models()
    assert any("latitude and longitude" in note for note in model.details["notes"])
    assert model.details["sources"]["weather"]["state"] == "unused"
    assert open_alerts(shop) == []


def test_weather_reaches_the_model_and_is_fetched_once_for_all_products(
    shop: Shop, service: StandIn, connect: Connect
) -> None:
    with shop.sessions.begin() as session:
        tenant = session.get_one(Tenant, DEFAULT_TENANT_ID)
        tenant.latitude, tenant.longitude = 40.4, -3.7
    service.script = weather_until_today
    context = connect("weather")

    for sku in ("bread", "rolls"):
        train(context, shop, shop.product(sku, DAYS))

    assert len(service.asked) == 1
    for model in shop.models():
        assert model.details["sources"]["weather"]["state"] == "fresh"
        assert any("weather temperature" in note for note in model.details["notes"])
    desk = Desk(context.settings, context.sessions, DEFAULT_TENANT_ID, check=lambda: None)
    kept = kept_surroundings(desk, tenant, ["price", "weather_temperature"])
    assert kept is not None
    assert set(kept.rhythms) == {"weather_temperature"}
    assert kept_surroundings(desk, tenant, ["price"]) is None
    assert len(service.asked) == 1


def test_closed_days_are_forecast_as_0(shop: Shop, context: Context) -> None:
    closed = LAST_DAY + timedelta(days=3)
    with shop.sessions.begin() as session:
        session.add(
            CalendarEntry(
                tenant_id=DEFAULT_TENANT_ID,
                kind="closure",
                name="Works",
                starts_on=closed.date(),
                ends_on=closed.date(),
            )
        )
    train(context, shop, shop.product("bread", DAYS))

    with shop.sessions() as session:
        rows = {row.ds: row for row in session.scalars(select(Forecast))}
    shut = rows.pop(closed)
    assert (shut.yhat, shut.yhat_lower, shut.yhat_upper) == (0, 0, 0)
    assert all(row.yhat > 0 for row in rows.values())


def test_products_that_the_sales_service_names_are_added_once(
    shop: Shop, service: StandIn, connect: Connect
) -> None:
    shop.product("bread")
    named = [
        {"sku": "bread", "name": "Other"},
        {"sku": "buns", "name": "Buns", "category": "Sweet"},
    ]
    service.replies(said(named))
    context = connect("sales")

    assert refresh_catalogue(context, DEFAULT_TENANT_ID) == 1
    assert refresh_catalogue(context, DEFAULT_TENANT_ID) == 0

    with shop.sessions() as session:
        products = session.execute(
            select(Product.sku, Product.name, Product.category).order_by(Product.sku)
        ).all()
    assert [tuple(row) for row in products] == [
        ("bread", "Bread", None),
        ("buns", "Buns", "Sweet"),
    ]
    assert service.asked[0].path == "/products"


def weather_until_today(asked: Asked) -> Reply:
    first, last = date.fromisoformat(asked.query["start"]), datetime.now(UTC).date()
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    rows = [
        {"date": day.isoformat(), "temperature": float(number * 7919 % 31)}
        for number, day in enumerate(days)
    ]
    return Reply(json.dumps({"items": rows}).encode())
