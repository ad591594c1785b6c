"""With thousands of products, a scoring reads the rows of those with new sales only."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text

from core.embedded import EmbeddedPostgres
from db.engine import create_sessions
from db.models import live_scores
from db.models.live_score_statements import DUE, SCORE
from db.tables import DEFAULT_TENANT_ID
from tests.fixtures.database import copied_engine, filled_template

PRODUCTS, DAYS, CHANGED = 2_000, 30, 3

SHOP = f"""
    INSERT INTO products (id, tenant_id, sku, name, observed_until, sales_changed_at)
    SELECT gen_random_uuid(), '{DEFAULT_TENANT_ID}', n, n, '2026-01-31', now()
    FROM generate_series(1, {PRODUCTS}) AS n;
    INSERT INTO trained_models (id, public_id, tenant_id, product_id, ml_task, model_version,
        model_path, manifest_digest, frequency, is_deployed, deployed_at)
    SELECT gen_random_uuid(), 'model-' || sku, tenant_id, id, 'forecast', '1', '', '', 'daily',
        true, now() FROM products;
    INSERT INTO forecasts (model_id, ds, yhat, yhat_lower, yhat_upper)
    SELECT model.id, TIMESTAMP '2026-01-01' + n * INTERVAL '1 day', 10, 5, 15
    FROM trained_models AS model, generate_series(0, {DAYS - 1}) AS n;
    INSERT INTO sales_history (product_id, sold_at, tenant_id, quantity)
    SELECT product.id, TIMESTAMP '2026-01-01' + n * INTERVAL '1 day', product.tenant_id, 11
    FROM products AS product, generate_series(0, {DAYS - 1}) AS n;
"""


@pytest.fixture(scope="module")
def filled(postgres: EmbeddedPostgres, template_database: str) -> Iterator[str]:
    with filled_template(postgres.url, template_database, SHOP) as name:
        yield name


@pytest.fixture
def engine(postgres: EmbeddedPostgres, filled: str) -> Iterator[Engine]:
    with copied_engine(postgres.url, filled) as engine:
        yield engine


def test_only_the_rows_of_changed_products_are_read(engine: Engine) -> None:
    sessions = create_sessions(engine)
    with sessions.begin() as session:
        scored = live_scores.score_due(session, window_days=28, limit=PRODUCTS)
    assert len(scored) == PRODUCTS
    with sessions.begin() as session:
        newer = (
            "UPDATE products SET sales_changed_at = clock_timestamp() WHERE CAST(sku AS int) <= :n"
        )
        session.execute(text(newer), {"n": CHANGED})
        session.execute(text("ANALYZE live_scores"))
    with sessions.begin() as session:
        due = session.scalars(DUE, {"limit": 500}).all()
        parameters = {"model_ids": due, "window_days": 28}
        explain = text(f"EXPLAIN {SCORE.text}").bindparams(*SCORE._bindparams.values())
        plan = "\n".join(session.scalars(explain, parameters))
    assert len(due) == CHANGED
    for table in ("forecasts", "sales_history", "trained_models", "products"):
        assert f"Seq Scan on {table}" not in plan, plan


def test_two_scorers_do_the_work_once(engine: Engine) -> None:
    sessions = create_sessions(engine)
    with sessions.begin() as first, sessions.begin() as second:
        assert len(live_scores.score_due(first, window_days=28, limit=10)) == 10
        assert live_scores.score_due(second, window_days=28, limit=10) == []
