"""Old models of all tenants go in runs that each take a moment."""

from sqlalchemy import text

from tests.worker.support import Shop
from worker.context import Context
from worker.retention import MOST_AT_ONCE, apply_retention

OLD_TABLES = """
    INSERT INTO trained_models (id, public_id, tenant_id, ml_task, name, model_version, model_path,
        manifest_digest, created_at)
    SELECT gen_random_uuid(), 'table-' || n, id, 'regression', 'table', '1.0', '', '',
        now() - interval '1 year'
    FROM tenants, generate_series(1, :count) AS n
"""


def test_a_run_says_whether_there_is_more_to_delete(context: Context, shop: Shop) -> None:
    with shop.sessions.begin() as session:
        session.execute(text(OLD_TABLES), {"count": MOST_AT_ONCE + 1})

    assert apply_retention(context)
    assert len(shop.models()) == 1
    assert not apply_retention(context)
    assert shop.models() == []
