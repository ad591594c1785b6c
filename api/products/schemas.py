"""What is asked and told of products."""

from typing import Any
from uuid import UUID

from pydantic import Field

from api.moments import WallClock
from api.schemas import Answer, ModelSummary, PageQuery, Request, Text

_PRIORITY = "0 to 9: the higher ones of a job are trained first"


class ProductsQuery(PageQuery):
    product: Text | None = Field(
        default=None,
        description="Only the one with this id or SKU, also where no address can hold the SKU",
    )
    active: bool | None = Field(default=None, description="Only products that are sold, or not")
    category: Text | None = Field(default=None, description="Only products of this category")
    search: Text | None = Field(default=None, description="Only those with this in SKU or name")
    has_model: bool | None = Field(default=None, description="Only those with a model, or without")


class ProductChange(Request):
    """What is left out stays as it is."""

    name: Text | None = Field(default=None, description="What people call it")
    category: Text | None = Field(default=None, description="A group of products; null for none")
    is_active: bool | None = Field(
        default=None, description="Whether it is trained with all products"
    )
    priority: int | None = Field(default=None, ge=0, le=9, description=_PRIORITY)

    def columns(self) -> dict[str, Any]:
        """The columns that change. Only the category can be taken away."""
        stated = self.model_dump(exclude_unset=True)
        return {k: v for k, v in stated.items() if v is not None or k == "category"}


class ProductState(Request):
    """Everything that can be said of a product; what is left out gets its default."""

    name: Text = Field(description="What people call it")
    category: Text | None = Field(default=None, description="A group of products")
    is_active: bool = Field(default=True, description="Whether it is trained with all products")
    priority: int = Field(default=0, ge=0, le=9, description=_PRIORITY)


class CreateProduct(Request):
    sku: Text = Field(description="Your own number or name of it, unique among your products")
    name: Text | None = Field(default=None, description="What people call it; left out, the SKU")
    category: Text | None = Field(default=None, description="A group of products")
    is_active: bool = Field(default=True, description="Whether it is trained with all products")
    priority: int = Field(default=0, ge=0, le=9, description=_PRIORITY)


class DeleteQuery(Request):
    force: bool = Field(default=False, description="Delete its sales and models, too")


class Product(Answer):
    """A product of the catalogue; `model` is the deployed one."""

    id: UUID
    product_id: UUID
    sku: str
    name: str
    category: str | None
    is_active: bool
    priority: int
    first_sale: WallClock | None
    last_sale: WallClock | None
    model: ModelSummary | None = Field(
        description="The model that is deployed for it; null if there is none"
    )
