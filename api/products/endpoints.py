"""The addresses of the catalogue."""

from api.addresses import IDEMPOTENCY_KEY, TRAINING
from api.endpoint import Endpoint
from api.products import views
from api.products.schemas import (
    CreateProduct,
    DeleteQuery,
    Product,
    ProductChange,
    ProductsQuery,
    ProductState,
)
from api.references import PRODUCT
from api.schemas import Page

_TAG = "Products"

ENDPOINTS = (
    Endpoint(
        method="GET",
        path=f"{TRAINING}/products",
        view=views.catalogue,
        summary="List the products with their deployed models, newest first",
        tag=_TAG,
        query=ProductsQuery,
        answer=Page[Product],
        refusals=(404,),
    ),
    Endpoint(
        method="POST",
        path=f"{TRAINING}/products",
        scope="train",
        view=views.create,
        summary="Add a product",
        tag=_TAG,
        body=CreateProduct,
        headers=IDEMPOTENCY_KEY,
        answer=Product,
        status=201,
        refusals=(404, 409),
    ),
    Endpoint(
        method="GET",
        path=f"{TRAINING}/products/{PRODUCT}",
        view=views.detail,
        summary="A product (id or SKU)",
        tag=_TAG,
        answer=Product,
    ),
    Endpoint(
        method="PATCH",
        path=f"{TRAINING}/products/{PRODUCT}",
        scope="train",
        view=views.change,
        summary="Change a product (id or SKU); what is left out stays",
        tag=_TAG,
        body=ProductChange,
        answer=Product,
    ),
    Endpoint(
        method="PUT",
        path=f"{TRAINING}/products/{PRODUCT}",
        scope="train",
        view=views.replace,
        summary="Replace what is said of a product (id or SKU)",
        tag=_TAG,
        body=ProductState,
        answer=Product,
    ),
    Endpoint(
        method="DELETE",
        path=f"{TRAINING}/products/{PRODUCT}",
        scope="admin",
        view=views.delete,
        summary="Delete a product (id or SKU); one with sales or models only with `force`",
        tag=_TAG,
        query=DeleteQuery,
        status=204,
        refusals=(409,),
    ),
)
