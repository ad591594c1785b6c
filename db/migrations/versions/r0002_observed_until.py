"""Until when the sales of a product are known; of those already there, until their last sale."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("products", sa.Column("observed_until", sa.DateTime(timezone=False)))
    op.execute(
        """
        UPDATE products SET observed_until = (
            SELECT max(sold_at) FROM sales_history
            WHERE product_id = products.id AND quantity IS NOT NULL
        )
        """
    )


def downgrade() -> None:
    op.drop_column("products", "observed_until")
