"""Jobs that predict a file, and where their results are stored."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ROLE = "model_studio_app"
OWN_TENANT = "tenant_id = nullif(current_setting('model_studio.tenant_id', true), '')::uuid"
FORMER_KINDS = {
    "training_job_queue": ("products", "upload"),
    "training_tasks": ("shared", "product", "table"),
}


def upgrade() -> None:
    for table, kinds in FORMER_KINDS.items():
        _accept(table, *kinds, "prediction")
    op.create_table(
        "batch_predictions",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("model_id", sa.Uuid(), nullable=True),
        sa.Column("model_public_id", sa.String(length=32), nullable=False),
        sa.Column("result_digest", sa.String(length=64), nullable=True),
        sa.Column("result_bytes", sa.BigInteger(), nullable=True),
        sa.Column("rows_predicted", sa.BigInteger(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["job_id"],
            ["training_job_queue.id"],
            name=op.f("fk_batch_predictions_job_id_training_job_queue"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["model_id"],
            ["trained_models.id"],
            name=op.f("fk_batch_predictions_model_id_trained_models"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_batch_predictions")),
    )
    op.create_index("ix_batch_predictions_model_id", "batch_predictions", ["model_id"])
    op.create_index(
        "ix_batch_predictions_result_digest",
        "batch_predictions",
        ["result_digest"],
        postgresql_where=sa.text("result_digest IS NOT NULL"),
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON batch_predictions TO {ROLE}")
    op.execute("ALTER TABLE batch_predictions ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_rows ON batch_predictions TO {ROLE} USING ({OWN_TENANT})")


def downgrade() -> None:
    """Jobs that the former release does not know are lost."""
    op.drop_table("batch_predictions")
    op.execute("DELETE FROM training_job_queue WHERE kind = 'prediction'")
    for table, kinds in FORMER_KINDS.items():
        _accept(table, *kinds)


def _accept(table: str, *kinds: str) -> None:
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    name = op.f(f"ck_{table}_kind")
    op.drop_constraint(name, table, type_="check")
    op.create_check_constraint(name, table, f"kind IN ({listed})")
