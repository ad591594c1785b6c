"""The catalogue and what was sold."""

from uuid import UUID

from api import schemas
from api.model_views import summaries_by_id
from api.products import find_product
from api.services import Services
from db.catalogue import list_products
from db.sales import recent_sales


def catalogue(
    services: Services, tenant_id: UUID, query: schemas.PageQuery
) -> schemas.Page[schemas.Product]:
    with services.sessions() as session:
        page = list_products(session, tenant_id, limit=query.limit, cursor=query.cursor)
        deployed = [e.deployed_model_id for e in page.items if e.deployed_model_id is not None]
        models = summaries_by_id(session, tenant_id, deployed)
    products = [
        schemas.Product(
            id=entry.product.id,
            product_id=entry.product.id,
            sku=entry.product.sku,
            name=entry.product.name,
            category=entry.product.category,
            is_active=entry.product.is_active,
            first_sale=entry.first_sale,
            last_sale=entry.last_sale,
            model=models.get(entry.deployed_model_id or ""),
        )
        for entry in page.items
    ]
    return schemas.Page[schemas.Product](items=products, next_cursor=page.next_cursor)


def sales(
    services: Services, tenant_id: UUID, product_id: str, query: schemas.SalesQuery
) -> schemas.ProductSales:
    with services.sessions() as session:
        product = find_product(session, tenant_id, product_id)
        recorded = recent_sales(session, tenant_id, product.id, limit=query.limit)
    return schemas.ProductSales.model_validate(
        {"product_id": product.id, "sku": product.sku, "name": product.name, "sales": recorded}
    )
