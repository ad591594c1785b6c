"""Models of every task of Model Studio; finished trials of searches that may be interrupted."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ROLE = "model_studio_app"
OWN_TENANT = "tenant_id = nullif(current_setting('model_studio.tenant_id', true), '')::uuid"
FORMER_TASKS = ("forecast", "classification", "regression")
NEW_TASKS = ("clustering", "time_series")


def upgrade() -> None:
    _accept(*FORMER_TASKS, *NEW_TASKS)
    op.create_table(
        "table_trials",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("entry", postgresql.JSONB(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["task_id"],
            ["training_tasks.id"],
            name=op.f("fk_table_trials_task_id_training_tasks"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_table_trials")),
    )
    op.create_index("ix_table_trials_task_id", "table_trials", ["task_id", "id"])
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON table_trials TO {ROLE}")
    op.execute("ALTER TABLE table_trials ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_rows ON table_trials TO {ROLE} USING ({OWN_TENANT})")


def downgrade() -> None:
    """Models that the former release does not know are lost."""
    op.drop_table("table_trials")
    op.execute("DELETE FROM trained_models WHERE ml_task IN ('clustering', 'time_series')")
    _accept(*FORMER_TASKS)


def _accept(*tasks: str) -> None:
    listed = ", ".join(f"'{task}'" for task in tasks)
    name = op.f("ck_trained_models_ml_task")
    op.drop_constraint(name, "trained_models", type_="check")
    op.create_check_constraint(name, "trained_models", f"ml_task IN ({listed})")
