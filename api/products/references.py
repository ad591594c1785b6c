"""Products as requests name them: by id or by SKU."""

from uuid import UUID

from sqlalchemy.orm import Session

from api.errors import InvalidRequestError, NotFoundError
from db.catalogue import resolve
from db.tables import Product

_MOST_NAMED = 20
_MOST_LISTED = 100


def find_product(session: Session, tenant_id: UUID, reference: str) -> Product:
    """The product, or a refusal."""
    found = resolve(session, tenant_id, [reference]).products
    if not found:
        raise NotFoundError(f"There is no product with the id or SKU {reference!r}")
    return found[0]


def find_products(session: Session, tenant_id: UUID, references: list[str]) -> list[Product]:
    """Each product once, or a refusal that names those that do not exist."""
    resolved = resolve(session, tenant_id, references)
    if resolved.unknown:
        named = ", ".join(map(repr, resolved.unknown[:_MOST_NAMED]))
        raise InvalidRequestError(
            f"There are no products with these ids or SKUs: {named}",
            errors=[
                {"field": "products", "value": name, "message": "No product has this id or SKU"}
                for name in resolved.unknown[:_MOST_LISTED]
            ],
            errors_total=len(resolved.unknown),
        )
    return list(resolved.products)
