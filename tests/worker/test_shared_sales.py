"""The sales of many products, read a few at a time."""

from uuid import UUID

from pandas import DataFrame
from pandas.testing import assert_frame_equal

from db.engine import Sessions
from db.tables import DEFAULT_TENANT_ID
from tests.worker.support import Shop
from worker.frames import sales_frame
from worker.shared import READ_AT_ONCE, StoredSales


def stored(shop: Shop, products: list[UUID]) -> StoredSales:
    categories = {one: "bread" if place % 2 else None for place, one in enumerate(products)}
    return StoredSales(shop.sessions, DEFAULT_TENANT_ID, categories)


def read_alone(sessions: Sessions, product: UUID) -> DataFrame:
    with sessions() as session:
        return sales_frame(session, DEFAULT_TENANT_ID, product)


def test_each_product_has_its_own_sales_in_whatever_order_they_are_asked_for(shop: Shop) -> None:
    count = 2 * READ_AT_ONCE + 3
    products = [shop.product(f"bread {number}", days=number) for number in range(count)]
    sales = stored(shop, products)
    assert len(sales) == count
    assert list(sales) == [str(one) for one in products]
    alone = {str(one): read_alone(shop.sessions, one) for one in products}
    for key in [*sales, *reversed(list(sales)), str(products[5]), str(products[5])]:
        category, frame = sales[key]
        assert category == ("bread" if list(sales).index(key) % 2 else None)
        assert_frame_equal(frame, alone[key], check_exact=True)
