"""Products as requests name them: by id or by SKU."""

from uuid import UUID

from sqlalchemy.orm import Session

from api.errors import NotFoundError
from db.shop.catalogue import resolve
from db.tables import Product


def find_product(session: Session, tenant_id: UUID, reference: str) -> Product:
    """The product, or a refusal."""
    found = resolve(session, tenant_id, [reference]).products
    if not found:
        raise NotFoundError(f"There is no product with the id or SKU {reference!r}")
    return found[0]
