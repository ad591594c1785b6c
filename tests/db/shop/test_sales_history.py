"""Sales of many products, read back as columns."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from db.shop.sales import SalesBatch, import_sales
from db.shop.sales_history import histories
from db.tables import DEFAULT_TENANT_ID
from tests.db.builders import new_tenant
from tests.db.shop.columns import columns_of

MONDAY = datetime.fromisoformat("2026-01-05")


def sold(session: Session, rows: Sequence[tuple[int, float | None]], **columns: list[Any]) -> UUID:
    """A product that sold so much on some days."""
    days, quantities = zip(*rows, strict=True)
    one = SalesBatch(
        product=[str(uuid4())[:8]] * len(rows),
        sold_at=[MONDAY + timedelta(days=day) for day in days],
        quantity=quantities,
        **columns,
    )
    (product_id,) = import_sales(session, DEFAULT_TENANT_ID, [one]).product_ids
    return product_id


def test_rows_are_in_time_order_without_empty_columns(session: Session) -> None:
    product = sold(session, [(2, 3), (0, 1), (1, None)], price=[None, 4.25, None])
    assert columns_of(session, DEFAULT_TENANT_ID, product) == {
        "ds": [MONDAY + timedelta(days=day) for day in range(3)],
        "quantity": [1, None, 3],
        "price": [4.25, None, None],
    }


def test_moments_before_the_epoch_and_within_a_second_are_exact(session: Session) -> None:
    first = datetime.fromisoformat("1999-12-31T23:59:59.000001")
    one = SalesBatch(product=["old"], sold_at=[first], quantity=[0.1])
    (product,) = import_sales(session, DEFAULT_TENANT_ID, [one]).product_ids
    found = columns_of(session, DEFAULT_TENANT_ID, product)
    assert found == {"ds": [first], "quantity": [0.1]}


def test_covariates_are_columns_of_their_own(session: Session) -> None:
    told = [{"rain": 0.5}, None, {"rain": None, "visitors": 7}]
    product = sold(session, [(0, 1), (1, 2), (2, 3)], covariates=told)
    assert columns_of(session, DEFAULT_TENANT_ID, product) == {
        "ds": [MONDAY + timedelta(days=day) for day in range(3)],
        "quantity": [1, 2, 3],
        "rain": [0.5, None, None],
        "visitors": [None, None, 7],
    }


def test_a_covariate_never_hides_a_column(session: Session) -> None:
    product = sold(session, [(0, 3)], covariates=[{"ds": 1, "quantity": 9}])
    assert columns_of(session, DEFAULT_TENANT_ID, product) == {"ds": [MONDAY], "quantity": [3]}


def test_only_what_came_after_a_moment(session: Session) -> None:
    product = sold(session, [(0, 1), (1, 2), (2, 3)])
    found = columns_of(session, DEFAULT_TENANT_ID, product, after=MONDAY)
    assert found["quantity"] == [2, 3]


def test_products_come_in_the_order_in_which_they_are_asked_for(session: Session) -> None:
    few, many = sold(session, [(0, 1)]), sold(session, [(0, 2), (1, 3)])
    unknown = uuid4()
    for asked in ([few, unknown, many], [many, few, unknown]):
        found = histories(session, DEFAULT_TENANT_ID, asked)
        told = {few: [1.0], many: [2.0, 3.0], unknown: []}
        assert [one.numbers["quantity"].tolist() for one in found] == [told[one] for one in asked]


def test_nothing_is_told_of_unknown_products_and_those_of_others(session: Session) -> None:
    product = sold(session, [(0, 1)])
    for tenant, asked in ((DEFAULT_TENANT_ID, uuid4()), (new_tenant(session), product)):
        assert columns_of(session, tenant, asked) == {"ds": [], "quantity": []}
    assert columns_of(session, DEFAULT_TENANT_ID, None) == {"ds": [], "quantity": []}
