"""What is asked and told of products."""

from datetime import datetime
from uuid import UUID

from api.schemas import Answer, ModelSummary


class Product(Answer):
    """A product of the catalogue; `model` is the deployed one."""

    id: UUID
    product_id: UUID
    sku: str
    name: str
    category: str | None
    is_active: bool
    first_sale: datetime | None
    last_sale: datetime | None
    model: ModelSummary | None
