"""The catalogue."""

from uuid import UUID

from api.models.views import summaries_by_id
from api.products.schemas import Product
from api.schemas import Page, PageQuery
from api.services import Services
from db.catalogue import list_products


def catalogue(services: Services, tenant_id: UUID, query: PageQuery) -> Page[Product]:
    with services.sessions() as session:
        page = list_products(session, tenant_id, limit=query.limit, cursor=query.cursor)
        deployed = [e.deployed_model_id for e in page.items if e.deployed_model_id is not None]
        models = summaries_by_id(session, tenant_id, deployed)
    products = [
        Product(
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
    return Page[Product](items=products, next_cursor=page.next_cursor)
