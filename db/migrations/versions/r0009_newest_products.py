"""Lists of products, and of their forecasts, read a page of a large catalogue and not all of it."""

from collections.abc import Sequence

from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_index("ix_products_newest", "products", ["tenant_id", "created_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_products_newest", "products")
