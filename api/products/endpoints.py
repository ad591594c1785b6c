"""The addresses of the catalogue."""

from api.addresses import TRAINING
from api.endpoint import Endpoint
from api.products import views
from api.products.schemas import Product
from api.schemas import Page, PageQuery

ENDPOINTS = (
    Endpoint(
        method="GET",
        path=f"{TRAINING}/products",
        view=views.catalogue,
        summary="List the products with their deployed models",
        tag="Products",
        query=PageQuery,
        answer=Page[Product],
        refusals=(400,),
    ),
)
