"""What a stored forecast consists of: its quantiles, its drivers and its errors in the backtest."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ROLE = "model_studio_app"
OWN_TENANT = "tenant_id = nullif(current_setting('model_studio.tenant_id', true), '')::uuid"


def upgrade() -> None:
    op.create_table(
        "forecast_details",
        sa.Column("model_id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("quantiles", postgresql.JSONB(), nullable=False),
        sa.Column("drivers", postgresql.JSONB(), nullable=False),
        sa.Column("errors", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["model_id"],
            ["trained_models.id"],
            name=op.f("fk_forecast_details_model_id_trained_models"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("model_id", name=op.f("pk_forecast_details")),
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON forecast_details TO {ROLE}")
    op.execute("ALTER TABLE forecast_details ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_rows ON forecast_details TO {ROLE} USING ({OWN_TENANT})")


def downgrade() -> None:
    op.drop_table("forecast_details")
