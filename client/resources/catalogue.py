"""The catalogue of products."""

from collections.abc import Iterator
from typing import TypedDict, Unpack

from client.addresses import given, training_path
from client.paging import Page, decoded_page, every
from client.records import Product
from client.resources.resource import Resource


class ProductState(TypedDict, total=False):
    category: str | None
    is_active: bool
    priority: int


class ProductChange(ProductState, total=False):
    """What is left out stays; a `category` of None is taken away."""

    name: str


class ProductLists(Resource):
    def products(
        self,
        *,
        product: str | None = None,
        active: bool | None = None,
        category: str | None = None,
        search: str | None = None,
        has_model: bool | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[Product]:
        """Products with their deployed models, the newest first; `product` is an id or SKU,
        `search` a part of SKU or name.
        """
        query = {
            "product": product,
            "active": active,
            "category": category,
            "search": search,
            "has_model": has_model,
            "limit": limit,
            "cursor": cursor,
        }
        return decoded_page(Product, self._connection.get(training_path("products"), query))

    def all_products(self) -> Iterator[Product]:
        """Every page of the catalogue."""
        return every(self.products)


class Catalogue(Resource):
    """`studio.catalogue`: single products, each named by its id or SKU."""

    def get(self, product: str) -> Product:
        return Product.decode(self._connection.get(training_path("products", product)))

    def create(
        self,
        sku: str,
        *,
        name: str | None = None,
        category: str | None = None,
        is_active: bool = True,
        priority: int = 0,
        idempotency_key: str | None = None,
    ) -> Product:
        """Adds a product; without a name it is called by its SKU."""
        body = given({"sku": sku, "name": name, "category": category})
        body |= {"is_active": is_active, "priority": priority}
        return Product.decode(
            self._connection.create(training_path("products"), body, key=idempotency_key)
        )

    def change(self, product: str, **changes: Unpack[ProductChange]) -> Product:
        return Product.decode(
            self._connection.change(training_path("products", product), dict(changes))
        )

    def replace(self, product: str, *, name: str, **state: Unpack[ProductState]) -> Product:
        """Says everything anew; what is left out gets its default."""
        return Product.decode(
            self._connection.replace(training_path("products", product), {"name": name, **state})
        )

    def delete(self, product: str, *, force: bool = False) -> None:
        """Deletes a product without sales and models; with `force` they go, too."""
        self._connection.delete(training_path("products", product), {"force": force})
