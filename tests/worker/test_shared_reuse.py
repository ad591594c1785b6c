"""What products share is learned once from the same, and never taken over from something else."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update

from core.bundles import load_bundle, load_manifest
from db.jobs import shared_profiles
from db.operation_tables import CalendarEntry
from db.shop.sales import SalesBatch, import_sales
from db.tables import DEFAULT_TENANT_ID, Product, TrainedModel, TrainingTask
from tests.worker.support import FIRST_DAY, SIGNING_KEY, Shop
from worker import bundle
from worker.context import Context
from worker.shared import TAKEN_OVER
from worker.training import run_task

DAYS = 60
QUICK: dict[str, Any] = {"algorithm": "seasonal_naive", "horizon_days": 7}


def sell(shop: Shop, sku: str, quantity: float = 0, price: float = 2.0) -> UUID:
    """Import sixty days; the first day sold so many more."""
    days = [FIRST_DAY + timedelta(days=day) for day in range(DAYS)]
    sold = [float(5 + day % 7) for day in range(DAYS)]
    sold[0] += quantity
    batch = SalesBatch(product=[sku] * DAYS, sold_at=days, quantity=sold, price=[price] * DAYS)
    with shop.sessions.begin() as session:
        (product_id,) = import_sales(session, DEFAULT_TENANT_ID, [batch]).product_ids
    return product_id


def learn(context: Context, shop: Shop, products: Sequence[UUID], **request: Any) -> TrainingTask:
    """The first task of a job over the products, after the whole job has run."""
    job_id = shop.job(*products, shared=True, **(QUICK | request))
    for _ in range(1 + len(products)):
        run_task(shop.next_task(), context)
    assert shop.show_job(job_id).status == "completed"
    return shop.show_task(shop.task_ids(job_id)[0])


def was_taken_over(task: TrainingTask) -> bool:
    return task.current_step == TAKEN_OVER


@pytest.fixture
def products(context: Context, shop: Shop) -> list[UUID]:
    """Of which a job has learned what they share."""
    sold = [sell(shop, sku) for sku in ("bread", "rye", "cake")]
    assert not was_taken_over(learn(context, shop, sold))
    return sold


def test_nothing_is_learned_again_from_the_same(
    context: Context, shop: Shop, products: list[UUID]
) -> None:
    first = shop.job(*products, shared=True, **QUICK)
    for _ in range(4):
        run_task(shop.next_task(), context)
    task = learn(context, shop, list(reversed(products)))

    assert was_taken_over(task)
    digests = [shop.show_job(job_id).shared_artifact for job_id in (first, task.job_id)]
    contents = [
        load_bundle(context.store, digest, SIGNING_KEY) for digest in digests if digest is not None
    ]
    assert len(contents) == 2
    assert contents[0] == contents[1]


def test_the_same_import_again_changes_nothing(
    context: Context, shop: Shop, products: list[UUID]
) -> None:
    sell(shop, "bread")

    assert was_taken_over(learn(context, shop, products))


@pytest.mark.parametrize("change", [{"quantity": 1.0}, {"price": 2.5}])
def test_a_changed_sale_is_learned_from(
    context: Context, shop: Shop, products: list[UUID], change: dict[str, float]
) -> None:
    sell(shop, "bread", **change)

    assert not was_taken_over(learn(context, shop, products))
    assert was_taken_over(learn(context, shop, products))


def test_a_new_entry_of_the_calendar_is_learned_from(
    context: Context, shop: Shop, products: list[UUID]
) -> None:
    first = date(2025, 1, 15)
    with shop.sessions.begin() as session:
        session.add(
            CalendarEntry(
                tenant_id=DEFAULT_TENANT_ID,
                kind="closure",
                name="works",
                starts_on=first,
                ends_on=first,
            )
        )

    assert not was_taken_over(learn(context, shop, products))


def test_another_category_is_learned_from(
    context: Context, shop: Shop, products: list[UUID]
) -> None:
    with shop.sessions.begin() as session:
        session.execute(update(Product).where(Product.sku == "rye").values(category="dark"))

    assert not was_taken_over(learn(context, shop, products))


def test_other_products_and_other_settings_have_their_own(
    context: Context, shop: Shop, products: list[UUID]
) -> None:
    assert not was_taken_over(learn(context, shop, products[:2]))
    assert not was_taken_over(learn(context, shop, products, horizon_days=14))
    assert was_taken_over(learn(context, shop, products))


def test_what_only_a_single_product_asks_for_makes_no_difference(
    context: Context, shop: Shop, products: list[UUID]
) -> None:
    assert was_taken_over(learn(context, shop, products, algorithm="seasonal_mean"))


def test_trees_are_grown_where_they_are_tried_or_deployed(
    context: Context, shop: Shop, products: list[UUID]
) -> None:
    def has_trees(**request: Any) -> bool:
        digest = shop.show_job(learn(context, shop, products, **request).job_id).shared_artifact
        assert digest is not None
        files = load_bundle(context.store, digest, SIGNING_KEY)
        return bundle.loads(files["shared.pkl"]).pooled is not None

    assert not has_trees()
    assert has_trees(algorithm="pooled")
    with shop.sessions.begin() as session:
        session.execute(update(TrainedModel).values(hyperparameters={"pooled": {}, "ets": {}}))
    assert has_trees()


def test_force_learns_in_any_case(context: Context, shop: Shop, products: list[UUID]) -> None:
    assert not was_taken_over(learn(context, shop, products, force=True))


def test_sales_of_which_nobody_knows_when_they_changed_are_learned_from(
    context: Context, shop: Shop
) -> None:
    products = [shop.product(sku, DAYS) for sku in ("bread", "rye")]
    learn(context, shop, products)

    assert not was_taken_over(learn(context, shop, products))


def test_what_is_gone_from_the_store_is_learned_again(
    context: Context, shop: Shop, products: list[UUID]
) -> None:
    task = learn(context, shop, products)
    digest = shop.show_job(task.job_id).shared_artifact
    assert digest is not None
    for blob in load_manifest(context.store, digest, SIGNING_KEY).files.values():
        assert context.store.delete(blob.digest)

    assert not was_taken_over(learn(context, shop, products))


def test_other_tenants_have_their_own(shop: Shop, products: list[UUID]) -> None:
    with shop.sessions() as session:
        own = shared_profiles.newest(session, DEFAULT_TENANT_ID, at_most=3)
        others = shared_profiles.newest(session, uuid4(), at_most=3)

    assert len(products) == 3
    assert len(own) == 1
    assert others == []
