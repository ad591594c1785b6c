"""The SQL of live scores: which models are due, their periods, and the figures over a window."""

from sqlalchemy import ARRAY, Integer, TextClause, Uuid, bindparam, text

# A model that a retention removes in this moment is skipped, one that is scored waits for no lock.
# A forecast that is over and not deployed any more gets no new points.
DUE = text(
    """
    SELECT model.id
    FROM trained_models AS model
    JOIN products AS product ON product.id = model.product_id
    LEFT JOIN live_scores AS score ON score.model_id = model.id
    WHERE model.deployed_at IS NOT NULL
        AND (score.model_id IS NULL
            OR score.sales_seen_at IS DISTINCT FROM product.sales_changed_at)
        AND (model.is_deployed OR score.last_at IS NULL
            OR score.last_at < (SELECT max(ds) FROM forecasts WHERE model_id = model.id))
    ORDER BY model.is_deployed DESC, model.id
    LIMIT :limit
    FOR KEY SHARE OF model SKIP LOCKED
    """
)

# What was sold is known up to the newest sale and, for rows of a day or finer, up to the day until
# which the shop's sales are complete: until then a period without a row sold nothing, exactly as a
# training takes it. A row without a quantity says that it is not known what was sold, and so does,
# as in a training, a period whose every day lies in a closure. Coarse rows get a longer window, or
# it would hold one month.
_PERIODS = """
    WITH known AS MATERIALIZED (
        SELECT model.id AS model_id, model.tenant_id, model.product_id,
            model.frequency, product.sales_changed_at,
            CASE WHEN model.frequency IN ('weekly', 'monthly') THEN newest.sold_at
                ELSE greatest(newest.sold_at, product.observed_until) END AS known_until,
            make_interval(days => :window_days * CASE model.frequency
                WHEN 'weekly' THEN 2 WHEN 'monthly' THEN 7 ELSE 1 END) AS length
        FROM trained_models AS model
        JOIN products AS product ON product.id = model.product_id
        CROSS JOIN LATERAL (
            SELECT max(sale.sold_at) AS sold_at FROM sales_history AS sale
            WHERE sale.product_id = model.product_id AND sale.quantity IS NOT NULL
        ) AS newest
        WHERE model.id = ANY(:model_ids)
    ), periods AS (
        SELECT known.model_id, known.length, forecast.ds, forecast.yhat, forecast.yhat_lower,
            forecast.yhat_upper,
            CASE WHEN closed.days = span.last_day - forecast.ds::date + 1 THEN NULL
                WHEN sale.product_id IS NULL THEN 0 ELSE sale.quantity END AS actual
        FROM known
        JOIN forecasts AS forecast
            ON forecast.model_id = known.model_id AND forecast.ds <= known.known_until
        CROSS JOIN LATERAL (
            SELECT CASE known.frequency WHEN 'weekly' THEN forecast.ds::date + 6
                WHEN 'monthly' THEN (forecast.ds + interval '1 month')::date - 1
                ELSE forecast.ds::date END AS last_day
        ) AS span
        CROSS JOIN LATERAL (
            SELECT count(DISTINCT day) AS days
            FROM tenant_calendar AS entry
            CROSS JOIN generate_series(
                greatest(entry.starts_on, forecast.ds::date),
                least(entry.ends_on, span.last_day),
                interval '1 day') AS day
            WHERE entry.tenant_id = known.tenant_id AND entry.kind = 'closure'
                AND entry.starts_on <= span.last_day AND entry.ends_on >= forecast.ds::date
        ) AS closed
        LEFT JOIN sales_history AS sale
            ON sale.product_id = known.product_id AND sale.sold_at = forecast.ds
    ), recent AS (
        SELECT * FROM (
            SELECT *, max(ds) FILTER (WHERE actual IS NOT NULL)
                OVER (PARTITION BY model_id) AS newest
            FROM periods
        ) AS dated
        WHERE ds > newest - length
    )
"""


def _over_models(statement: str) -> TextClause:
    return text(_PERIODS + statement).bindparams(
        bindparam("model_ids", type_=ARRAY(Uuid())), bindparam("window_days", type_=Integer())
    )


PERIODS = _over_models("SELECT ds, yhat, yhat_lower, yhat_upper, actual FROM recent ORDER BY ds")

SCORE = _over_models(
    """
    , figures AS (
        SELECT model_id, count(*) AS points, min(ds) AS first_at, max(ds) AS last_at,
            sum(abs(yhat - actual)) / nullif(sum(actual), 0) AS wape,
            avg(abs(yhat - actual)) AS mae, avg(yhat - actual) AS bias,
            avg(CASE WHEN actual BETWEEN yhat_lower AND yhat_upper THEN 1.0 ELSE 0.0 END)
                FILTER (WHERE yhat_lower IS NOT NULL AND yhat_upper IS NOT NULL) AS coverage
        FROM recent WHERE actual IS NOT NULL GROUP BY model_id
    )
    INSERT INTO live_scores AS score (model_id, tenant_id, product_id, sales_seen_at,
        scored_points, first_at, last_at, wape, mae, bias, coverage, updated_at)
    SELECT known.model_id, known.tenant_id, known.product_id, known.sales_changed_at,
        coalesce(figures.points, 0), figures.first_at, figures.last_at, figures.wape, figures.mae,
        figures.bias, figures.coverage, clock_timestamp()
    FROM known LEFT JOIN figures ON figures.model_id = known.model_id
    ORDER BY known.model_id
    ON CONFLICT (model_id) DO UPDATE SET
        (sales_seen_at, scored_points, first_at, last_at, wape, mae, bias, coverage, updated_at)
        = (excluded.sales_seen_at, excluded.scored_points, excluded.first_at, excluded.last_at,
            excluded.wape, excluded.mae, excluded.bias, excluded.coverage, excluded.updated_at)
    """
)
