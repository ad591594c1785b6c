"""The calendar as trainings read it: with the product that they train, or alone."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from db.operation_tables import CalendarEntry
from db.shop.calendar import Days, every_entry
from db.shop.standing import standing_of
from db.tables import DEFAULT_TENANT_ID
from tests.db.builders import new_products, new_tenant

CLOSED = Days("closure", "Works, {cellar}", date(2026, 1, 5), date(2026, 1, 9))
FAIR = Days("event", 'Fair "Núm. 1"', date(2025, 6, 1), date(2025, 6, 1))
MARKET = Days("event", "NULL", date(2025, 7, 1), date(2025, 7, 2))


@pytest.fixture
def entries(session: Session) -> None:
    other = Days("event", "Of another shop", date(2026, 3, 1), date(2026, 3, 1))
    told = [(DEFAULT_TENANT_ID, days) for days in (MARKET, FAIR, CLOSED)]
    session.add_all(
        CalendarEntry(
            tenant_id=tenant_id,
            kind=days.kind,
            name=days.name,
            starts_on=days.starts_on,
            ends_on=days.ends_on,
        )
        for tenant_id, days in [*told, (new_tenant(session), other)]
    )
    session.flush()


@pytest.mark.usefixtures("entries")
def test_all_entries_of_a_tenant_in_their_order(session: Session) -> None:
    assert every_entry(session, DEFAULT_TENANT_ID) == [CLOSED, FAIR, MARKET]


@pytest.mark.usefixtures("entries")
def test_a_product_comes_with_the_calendar_of_its_shop(session: Session) -> None:
    (product,) = new_products(session, 1)
    standing = standing_of(session, DEFAULT_TENANT_ID, product.id)
    assert standing is not None
    assert standing.calendar == [CLOSED, FAIR, MARKET]


def test_a_shop_without_a_calendar(session: Session) -> None:
    (product,) = new_products(session, 1)
    standing = standing_of(session, DEFAULT_TENANT_ID, product.id)
    assert standing is not None
    assert (standing.calendar, every_entry(session, DEFAULT_TENANT_ID)) == ([], [])
