"""Sales: imported in bulk, merged, repeatable."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.engine import Sessions
from db.shop.sales import ImportCounts, SalesBatch, import_sales, recent_sales
from db.tables import DEFAULT_TENANT_ID, Product, Sale
from tests.db.at_once import at_once
from tests.db.builders import new_products, new_tenant
from tests.db.shop.columns import columns_of

MONDAY = datetime.fromisoformat("2026-01-05")


def batch(rows: list[tuple[Any, ...]], **columns: list[Any]) -> SalesBatch:
    """Rows of (product, day, quantity), with further columns."""
    products, days, quantities = zip(*rows, strict=True)
    moments = [MONDAY + timedelta(days=day) for day in days]
    return SalesBatch(product=products, sold_at=moments, quantity=quantities, **columns)


def load(session: Session, *batches: SalesBatch, tenant: UUID = DEFAULT_TENANT_ID) -> ImportCounts:
    return import_sales(session, tenant, batches)


def product_of(session: Session, sku: str, tenant: UUID = DEFAULT_TENANT_ID) -> Product:
    statement = select(Product).where(Product.sku == sku, Product.tenant_id == tenant)
    return session.scalars(statement).one()


def test_new_rows_make_products(session: Session) -> None:
    counts = load(
        session,
        batch(
            [("B1", 0, 5), ("B1", 1, None)],
            product_name=["Baguette", None],
            category=["bread", None],
        ),
        batch([("C1", 2, 3.5)]),
    )
    assert counts == ImportCounts(
        read=3,
        merged=0,
        inserted=3,
        updated=0,
        unchanged=0,
        deleted=0,
        products=2,
        products_created=2,
        first=MONDAY,
        last=MONDAY + timedelta(days=2),
        product_ids=counts.product_ids,
        more_returned=[],
    )
    baguette, plain = product_of(session, "B1"), product_of(session, "C1")
    assert set(counts.product_ids) == {baguette.id, plain.id}
    assert (baguette.name, baguette.category) == ("Baguette", "bread")
    assert (plain.name, plain.category) == ("C1", None)


def test_more_returns_than_sales_are_told_and_count_as_nothing(session: Session) -> None:
    counts = load(session, batch([("B1", 0, 2), ("B1", 0, -3), ("B1", 1, 4), ("B1", 2, None)]))

    assert counts.more_returned == [("B1", MONDAY, -1)]
    stored = session.scalars(select(Sale.quantity).order_by(Sale.sold_at)).all()
    assert stored == [0, 4, None]


def test_the_same_file_again_changes_nothing(session: Session) -> None:
    file = batch(
        [("B1", 0, 0.1), ("B1", 0, 0.2), ("B1", 0, 0.3), ("B1", 1, None)],
        price=[1.1, 1.2, 1.3, 1.2],
        promotion=[None, 1.0, None, 0.0],
        covariates=[{"rain": 1.5}, {"rain": 1.5}, None, {"rain": 2.5, "match": 1.0}],
    )
    first = load(session, file)
    assert (first.read, first.merged, first.inserted) == (4, 2, 2)
    before = columns_of(session, DEFAULT_TENANT_ID, product_of(session, "B1").id)
    again = load(session, file)
    assert (again.inserted, again.updated, again.unchanged, again.products_created) == (0, 0, 2, 0)
    assert columns_of(session, DEFAULT_TENANT_ID, product_of(session, "B1").id) == before


def observed_day(session: Session, sku: str) -> int:
    until = session.scalar(select(Product.observed_until).where(Product.sku == sku))
    assert until is not None
    return (until - MONDAY).days


def test_a_file_tells_of_its_products_until_its_newest_sale(session: Session) -> None:
    load(session, batch([("ended", 3, 5), ("sold", 9, 5), ("sold", 20, None)]))
    load(session, batch([("another shop", 90, 5)]))
    assert observed_day(session, "ended") == observed_day(session, "sold") == 9
    assert observed_day(session, "another shop") == 90


def test_an_older_file_takes_no_knowledge_away(session: Session) -> None:
    load(session, batch([("B1", 9, 5)]))
    load(session, batch([("B1", 3, 5)]))
    assert observed_day(session, "B1") == 9


def test_one_mistyped_date_does_not_end_the_other_products(session: Session) -> None:
    load(session, batch([("B1", 9, 5), ("B2", 8, 5), ("B3", 3650, 5)]))
    assert (observed_day(session, "B1"), observed_day(session, "B2")) == (9, 9)
    assert observed_day(session, "B3") == 3650


def test_a_changed_file_updates_only_what_changed(session: Session) -> None:
    load(session, batch([("B1", 0, 5), ("B1", 1, 6)]))
    counts = load(session, batch([("B1", 0, 5), ("B1", 1, 7), ("B1", 2, 8)]))
    assert (counts.inserted, counts.updated, counts.unchanged) == (1, 1, 1)


def test_rows_of_several_tills_are_summed(session: Session) -> None:
    rows = [("B1", 0, 0.1), ("B1", 0, 0.2), ("B1", 0, None), ("B1", 1, 4)]
    load(session, batch(rows[:2], revenue=[1, 2], price=[2, 4]), batch(rows[2:]))
    columns = columns_of(session, DEFAULT_TENANT_ID, product_of(session, "B1").id)
    assert columns["quantity"] == [0.3, 4]
    assert columns["revenue"] == [3, None]
    assert columns["price"] == [3, None]


def test_of_what_is_known_beside_the_sales_of_several_tills_the_mean_counts(
    session: Session,
) -> None:
    rows = [("B1", 0, 1), ("B1", 0, 2), ("B1", 0, 3), ("B1", 1, 4), ("B1", 1, 5)]
    known = [{"rain": 9, "match": 1}, {"rain": 10.1, "match": None}, None, {"match": None}, None]
    load(session, batch(rows, covariates=known))
    columns = columns_of(session, DEFAULT_TENANT_ID, product_of(session, "B1").id)
    assert columns["rain"] == [9.55, None]
    assert columns["match"] == [1, None]

    backwards = load(session, batch(rows[::-1], covariates=known[::-1]))
    assert (backwards.updated, backwards.unchanged) == (0, 2)


def test_an_empty_cell_leaves_the_stored_value(session: Session) -> None:
    load(session, batch([("B1", 0, 5)], price=[2], covariates=[{"rain": 1}]))
    counts = load(session, batch([("B1", 0, None)], covariates=[{"match": 1}]))
    assert counts.updated == 1
    columns = columns_of(session, DEFAULT_TENANT_ID, product_of(session, "B1").id)
    assert columns == {
        "ds": [MONDAY],
        "quantity": [5],
        "price": [2],
        "match": [1],
        "rain": [1],
    }


def test_products_are_found_by_id_or_sku(session: Session) -> None:
    (known,) = new_products(session, 1)
    counts = load(session, batch([(str(known.id).upper(), 0, 1), (known.sku, 1, 2)]))
    assert (counts.products, counts.products_created) == (1, 0)
    assert columns_of(session, DEFAULT_TENANT_ID, known.id)["quantity"] == [1, 2]


def test_an_id_of_another_tenant_is_not_found(session: Session) -> None:
    other = new_tenant(session)
    (theirs,) = new_products(session, 1, other)
    counts = load(session, batch([(str(theirs.id), 0, 1), (theirs.sku, 0, 1)]))
    assert counts.products_created == 2
    assert columns_of(session, other, theirs.id) == {"ds": [], "quantity": []}
    mine = product_of(session, str(theirs.id))
    assert (mine.tenant_id, mine.id != theirs.id) == (DEFAULT_TENANT_ID, True)
    assert columns_of(session, other, mine.id) == {"ds": [], "quantity": []}


def test_names_and_categories_follow_the_newest_file(session: Session) -> None:
    load(session, batch([("B1", 0, 1)], product_name=["Baguette"], category=["bread"]))
    load(session, batch([("B1", 1, 1)], product_name=["Baguette tradition"]))
    product = product_of(session, "B1")
    session.refresh(product)
    assert (product.name, product.category) == ("Baguette tradition", "bread")


def test_difficult_text_survives(session: Session) -> None:
    sku, name = 'a "quoted", line\nbreak; ü', "nul \x00 \ud800 and \\N"
    load(session, batch([(sku, 0, 1)], product_name=[name]))
    assert product_of(session, sku).name == "nul \ufffd ? and \\N"


def test_nothing_stays_of_an_import_that_breaks_off(sessions: Sessions) -> None:
    def broken() -> Iterator[SalesBatch]:
        yield batch([("B1", 0, 1)])
        raise ValueError("row 2 is bad")

    def run() -> None:
        with sessions.begin() as session:
            import_sales(session, DEFAULT_TENANT_ID, broken())

    with pytest.raises(ValueError, match="row 2"):
        run()
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Sale)) == 0
        assert session.scalar(select(func.count()).select_from(Product)) == 0


def test_an_empty_import(session: Session) -> None:
    counts = load(session)
    assert (counts.read, counts.inserted, counts.products, counts.first) == (0, 0, 0, None)


def test_imports_at_the_same_time_add_up(fresh_sessions: Sessions) -> None:
    def run(start: int) -> ImportCounts:
        rows = [(f"P{n % 7}", start + n // 7, n) for n in range(70)]
        with fresh_sessions.begin() as session:
            return import_sales(session, DEFAULT_TENANT_ID, [batch(rows)])

    counts = at_once([partial(run, start) for start in (0, 5, 0, 5)])
    assert sum(count.products_created for count in counts) == 7
    with fresh_sessions() as session:
        assert session.scalar(select(func.count()).select_from(Product)) == 7
        assert session.scalar(select(func.count()).select_from(Sale)) == 7 * 15
    assert sum(count.inserted for count in counts) == 7 * 15


def test_recent_sales_are_the_newest_known_ones_in_time_order(session: Session) -> None:
    days = [(0, 5), (3, 7), (1, None), (2, 0), (4, None)]
    load(session, batch([("B1", *day) for day in days], price=[1.0, 1.3, 1.1, None, 1.4]))
    load(session, batch([("C1", 9, 1)]))
    product = product_of(session, "B1")
    assert recent_sales(session, DEFAULT_TENANT_ID, product.id, limit=2) == [
        (MONDAY + timedelta(days=2), 0, None, None),
        (MONDAY + timedelta(days=3), 7, 1.3, None),
    ]
    everything = recent_sales(session, DEFAULT_TENANT_ID, product.id, limit=9)
    assert [sale.quantity for sale in everything] == [5, 0, 7]
    assert recent_sales(session, new_tenant(session), product.id, limit=9) == []
