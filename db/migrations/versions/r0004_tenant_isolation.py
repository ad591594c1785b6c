"""Row-level security: under the application role a tenant sees and writes its own rows only.

The owner of the tables is not bound by it. Tables without a tenant are the service's own: the role
has no rights there, nor on tables that later migrations make until they grant them. The role
belongs to the whole server, so it may exist already, and a downgrade leaves it: other databases may
use it, and here it has no rights any more.
"""

from collections.abc import Sequence

from alembic import op
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from db.errors import ApplicationRoleError

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ROLE = "model_studio_app"
TENANT = "nullif(current_setting('model_studio.tenant_id', true), '')::uuid"

OWN_TENANT = f"tenant_id = {TENANT}"
# Values, not EXISTS: that would be planned as a hash of the models of all tenants, read every time.
TENANT_OF_MODEL = "(SELECT model.tenant_id FROM trained_models AS model WHERE model.id = model_id)"
TENANT_OF_JOB = "(SELECT job.tenant_id FROM training_job_queue AS job WHERE job.id = {column})"
OWNER_OF_ROW = {
    "tenants": f"id = {TENANT}",
    "model_artifacts": (
        f"coalesce({TENANT_OF_MODEL}, {TENANT_OF_JOB.format(column='training_job_id')}) = {TENANT}"
    ),
    "forecasts": f"{TENANT_OF_MODEL} = {TENANT}",
    "progress_messages": f"{TENANT_OF_JOB.format(column='job_id')} = {TENANT}",
} | dict.fromkeys(
    (
        "alerts",
        "audit_log",
        "consumed_events",
        "idempotency_keys",
        "live_scores",
        "model_deployments",
        "model_performance_metrics",
        "model_training_logs",
        "outbox",
        "products",
        "sales_history",
        "telemetry_totals",
        "tenant_calendar",
        "trained_models",
        "training_job_queue",
        "training_schedules",
        "training_tasks",
        "webhook_deliveries",
        "webhooks",
    ),
    OWN_TENANT,
)
RIGHTS = {
    "tenants": "SELECT, UPDATE",  # the first row of a tenant is written by the system
    "audit_log": "SELECT, INSERT",  # what was done stays done
}
EVERY_RIGHT = "SELECT, INSERT, UPDATE, DELETE"


def upgrade() -> None:
    _make_role()
    op.execute(f"GRANT USAGE ON SCHEMA public TO {ROLE}")
    for table, is_own in OWNER_OF_ROW.items():
        op.execute(f"GRANT {RIGHTS.get(table, EVERY_RIGHT)} ON {table} TO {ROLE}")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_rows ON {table} TO {ROLE} USING ({is_own})")


def downgrade() -> None:
    for table in OWNER_OF_ROW:
        op.execute(f"DROP POLICY own_rows ON {table}")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        op.execute(f"REVOKE ALL ON {table} FROM {ROLE}")
    op.execute(f"REVOKE USAGE ON SCHEMA public FROM {ROLE}")


def _make_role() -> None:
    """The role, which nobody can log in as and which the owner of the tables may become."""
    connection = op.get_bind()
    try:
        with connection.begin_nested():
            connection.execute(text(CREATE_ROLE))
            if not connection.scalar(text(MAY_BECOME)):
                connection.execute(text(f"GRANT {ROLE} TO CURRENT_USER"))
    except ProgrammingError as error:
        raise ApplicationRoleError(ROLE, connection.scalar(text("SELECT current_user"))) from error


# Databases of one server that are migrated at once race for the role; who comes second has it.
CREATE_ROLE = f"""
    DO $$ BEGIN
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN
            CREATE ROLE {ROLE} NOLOGIN;
        END IF;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END $$
"""

# Since PostgreSQL 16 a member of a role need not be allowed to become it.
MAY_BECOME = f"""
    SELECT pg_has_role(current_user, '{ROLE}', CASE
        WHEN current_setting('server_version_num')::int < 160000 THEN 'MEMBER' ELSE 'SET' END)
"""
