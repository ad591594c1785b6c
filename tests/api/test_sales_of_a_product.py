"""What a product sold, read back through the SDK."""

import httpx
import pytest
from flask import Flask

from client.errors import NotFoundError, RequestRefusedError
from client.records import RecordedSale
from client.sdk import Client

SALES = b"""date,product_id,product_name,quantity,price,promotion
2026-03-01,rye,Rye,4,2.5,no
2026-03-02,rye,Rye,5,2.5,no
2026-03-03,rye,Rye,0,,yes
2026-03-04,rye,Rye,6,2.6,
2026-03-05,rye,Rye,,2.6,no
"""


@pytest.fixture
def studio(app: Flask, http: httpx.Client) -> Client:
    answer = http.post(
        "/api/v1/training/sales", content=SALES, headers={"Content-Type": "text/csv"}
    )
    assert answer.status_code == 200, answer.text
    return Client("http://localhost", transport=httpx.WSGITransport(app))


def test_the_newest_periods_come_in_time_order(studio: Client) -> None:
    answer = studio.sales("rye", limit=2)
    assert (answer.sku, answer.name) == ("rye", "Rye")
    assert [(one.ds.day, one.quantity, one.price, one.promotion) for one in answer.sales] == [
        (3, 0.0, None, 1.0),
        (4, 6.0, 2.6, None),
    ]
    assert isinstance(answer.sales[0], RecordedSale)
    assert answer.sales[0].ds.tzinfo is None


def test_the_id_means_the_same_product(studio: Client) -> None:
    by_sku = studio.sales("rye")
    assert len(by_sku.sales) == 4
    assert studio.sales(by_sku.product_id) == by_sku


@pytest.mark.parametrize("limit", [0, 2001])
def test_a_limit_beyond_what_is_given_is_refused(studio: Client, limit: int) -> None:
    with pytest.raises(RequestRefusedError) as refused:
        studio.sales("rye", limit=limit)
    assert "limit" in str(refused.value)


def test_an_unknown_product_is_not_found(studio: Client) -> None:
    with pytest.raises(NotFoundError, match="no product with the id or SKU 'wheat'"):
        studio.sales("wheat")
