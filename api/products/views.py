"""The catalogue: list, show, add, change, delete."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from api.actor import actor_of_request
from api.idempotency import once_per_request
from api.models.summaries import summaries_by_id
from api.products.references import find_product
from api.products.schemas import (
    CreateProduct,
    DeleteQuery,
    Product,
    ProductChange,
    ProductsQuery,
    ProductState,
)
from api.schemas import Page
from api.services import Services
from db.shop import product_changes
from db.shop.catalogue import CatalogueEntry, ProductFilter, entry_of, list_products


def catalogue(services: Services, tenant_id: UUID, query: ProductsQuery) -> Page[Product]:
    with services.sessions() as session:
        named = query.product and find_product(session, tenant_id, query.product)
        only = ProductFilter(
            product_id=named.id if named else None,
            is_active=query.active,
            category=query.category,
            search=query.search,
            has_model=query.has_model,
        )
        page = list_products(session, tenant_id, only=only, limit=query.limit, cursor=query.cursor)
        products = _answers(session, tenant_id, page.items)
    return Page[Product](items=products, next_cursor=page.next_cursor)


def detail(services: Services, tenant_id: UUID, product_id: str) -> Product:
    with services.sessions() as session:
        return _answer(session, tenant_id, product_id)


def create(services: Services, tenant_id: UUID, body: CreateProduct) -> Product:
    with services.sessions.begin() as session:
        product_id = once_per_request(
            session,
            tenant_id,
            product_changes.PRODUCT,
            body,
            lambda: _create(services, session, tenant_id, body),
        )
        return _answer(session, tenant_id, product_id)


def change(services: Services, tenant_id: UUID, product_id: str, body: ProductChange) -> Product:
    return _changed(services, tenant_id, product_id, body.columns())


def replace(services: Services, tenant_id: UUID, product_id: str, body: ProductState) -> Product:
    return _changed(services, tenant_id, product_id, body.model_dump())


def delete(services: Services, tenant_id: UUID, product_id: str, query: DeleteQuery) -> Response:
    with services.sessions.begin() as session:
        product = find_product(session, tenant_id, product_id)
        product_changes.remove(session, product, force=query.force, actor=actor_of_request())
    return Response(status=204)


def _create(services: Services, session: Session, tenant_id: UUID, body: CreateProduct) -> str:
    values = body.model_dump() | {"name": body.name or body.sku}
    made = product_changes.create(session, tenant_id, values, actor=actor_of_request())
    product_changes.require_room(session, tenant_id, services.settings.max_products_per_tenant)
    return str(made.id)


def _changed(
    services: Services, tenant_id: UUID, reference: str, values: dict[str, Any]
) -> Product:
    with services.sessions.begin() as session:
        product = find_product(session, tenant_id, reference)
        product_changes.change(session, product, values, actor=actor_of_request())
        return _answer(session, tenant_id, str(product.id))


def _answer(session: Session, tenant_id: UUID, reference: str) -> Product:
    product = find_product(session, tenant_id, reference)
    return _answers(session, tenant_id, [entry_of(session, product)])[0]


def _answers(session: Session, tenant_id: UUID, entries: Sequence[CatalogueEntry]) -> list[Product]:
    deployed = [e.deployed_model_id for e in entries if e.deployed_model_id is not None]
    models = summaries_by_id(session, tenant_id, deployed)
    return [
        Product(
            id=entry.product.id,
            product_id=entry.product.id,
            sku=entry.product.sku,
            name=entry.product.name,
            category=entry.product.category,
            is_active=entry.product.is_active,
            priority=entry.product.priority,
            first_sale=entry.first_sale,
            last_sale=entry.last_sale,
            model=models.get(entry.deployed_model_id or ""),
        )
        for entry in entries
    ]
