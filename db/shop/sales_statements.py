"""The SQL of a sales import, step by step: copy, match products, write what is new."""

from sqlalchemy import text

TABLE = """
    DROP TABLE IF EXISTS pg_temp.incoming_sales, pg_temp.incoming_products;
    CREATE TEMPORARY TABLE incoming_sales (
        product text NOT NULL, sold_at timestamp NOT NULL, quantity double precision,
        product_name text, category text, price double precision, revenue double precision,
        promotion double precision, covariates jsonb
    ) ON COMMIT DROP;
"""

COPY = "COPY incoming_sales FROM STDIN (FORMAT csv)"

REFERENCES = text(
    """
    CREATE TEMPORARY TABLE incoming_products ON COMMIT DROP AS
    SELECT product AS reference, max(product_name) AS name, max(category) AS category,
        CAST(NULL AS uuid) AS product_id
    FROM incoming_sales GROUP BY product
    """
)

MATCH_IDS = text(
    """
    UPDATE incoming_products AS incoming SET product_id = product.id
    FROM products AS product
    WHERE product.tenant_id = :tenant_id AND CAST(product.id AS text) = lower(incoming.reference)
    """
)

MATCH_SKUS = text(
    """
    UPDATE incoming_products AS incoming SET product_id = product.id
    FROM products AS product
    WHERE product.tenant_id = :tenant_id AND product.sku = incoming.reference
        AND incoming.product_id IS NULL
    """
)

CREATE_PRODUCTS = text(
    """
    INSERT INTO products (id, tenant_id, sku, name, category)
    SELECT gen_random_uuid(), :tenant_id, reference, coalesce(name, reference), category
    FROM incoming_products WHERE product_id IS NULL ORDER BY reference
    ON CONFLICT (tenant_id, sku) DO NOTHING
    """
)

DESCRIBE_PRODUCTS = text(
    """
    UPDATE products AS product
    SET name = coalesce(incoming.name, product.name),
        category = coalesce(incoming.category, product.category),
        updated_at = clock_timestamp()
    FROM (
        SELECT product_id, max(name) AS name, max(category) AS category
        FROM incoming_products GROUP BY product_id
    ) AS incoming
    WHERE product.id = incoming.product_id AND (product.name, product.category) IS DISTINCT FROM
        (coalesce(incoming.name, product.name), coalesce(incoming.category, product.category))
    """
)

# What was known of such a product may have come from the rows that go: the file tells it anew.
FORGET_OTHERS = text(
    """
    WITH told AS (
        SELECT product.product_id, sale.sold_at
        FROM incoming_sales AS sale
        JOIN incoming_products AS product ON product.reference = sale.product
    ), gone AS (
        DELETE FROM sales_history AS stored
        WHERE stored.product_id IN (SELECT product_id FROM incoming_products)
            AND NOT EXISTS (
                SELECT FROM told
                WHERE told.product_id = stored.product_id AND told.sold_at = stored.sold_at
            )
        RETURNING stored.product_id
    ), changed AS (
        UPDATE products SET observed_until = NULL, sales_changed_at = clock_timestamp()
        WHERE id IN (SELECT product_id FROM gone)
    )
    SELECT count(*) FROM gone
    """
)

# A file tells of all products that it names until its newest sale, so that one of them without
# newer rows has sold nothing since. Of several products the second newest end counts: one mistyped
# date must not make all others look as if they had ended.
OBSERVE_PRODUCTS = text(
    """
    WITH ends AS (
        SELECT product.product_id, max(sale.sold_at) AS sold_at
        FROM incoming_sales AS sale
        JOIN incoming_products AS product ON product.reference = sale.product
        WHERE sale.quantity IS NOT NULL
        GROUP BY product.product_id
    ), newest AS (
        SELECT sold_at FROM ends ORDER BY sold_at DESC
        OFFSET (SELECT CASE WHEN count(*) > 2 THEN 1 ELSE 0 END FROM ends) LIMIT 1
    )
    UPDATE products AS product
    SET observed_until = greatest(product.observed_until, ends.sold_at, newest.sold_at),
        sales_changed_at = clock_timestamp()
    FROM ends, newest
    WHERE product.id = ends.product_id AND product.observed_until
        IS DISTINCT FROM greatest(product.observed_until, ends.sold_at, newest.sold_at)
    """
)

PRODUCT_IDS = text("SELECT DISTINCT product_id FROM incoming_products ORDER BY product_id")

# Looks at the products and moments alone of which anything came back.
MORE_RETURNED = text(
    """
    WITH sales AS (
        SELECT product.product_id, sale.sold_at, sale.product, sale.quantity
        FROM incoming_sales AS sale
        JOIN incoming_products AS product ON product.reference = sale.product
    )
    SELECT max(product) FILTER (WHERE quantity < 0) AS product, sold_at,
        CAST(sum(CAST(quantity AS numeric)) AS double precision) AS quantity
    FROM sales
    WHERE (product_id, sold_at) IN (SELECT product_id, sold_at FROM sales WHERE quantity < 0)
    GROUP BY product_id, sold_at
    HAVING sum(CAST(quantity AS numeric)) < 0
    ORDER BY sold_at, product
    """
)

# What is stored of a row that the file has, too: an empty cell leaves it as it is, unless the file
# replaces all. Columns that are left out leave what is stored as well.
_KEPT = {
    name: f"""CASE WHEN :replaces THEN excluded.{name}
                ELSE coalesce(excluded.{name}, stored.{name}) END"""
    for name in ("quantity", "price", "revenue", "promotion")
} | {
    "covariates": """
        nullif(CASE WHEN :replaces THEN excluded.covariates ELSE
            coalesce(stored.covariates || excluded.covariates, excluded.covariates,
                stored.covariates) END - CAST(:left_out AS text[]), '{}')"""
}

# Sums are made in numeric: in double precision their last digit depends on the order of the rows,
# and importing the same file again would change it.
UPSERT = text(
    f"""
    WITH merged AS MATERIALIZED (
        SELECT product.product_id, sale.sold_at,
            CASE count(*) WHEN 1 THEN max(quantity)
                ELSE CAST(sum(CAST(quantity AS numeric)) AS double precision) END AS quantity,
            CASE count(*) WHEN 1 THEN max(price)
                ELSE CAST(avg(CAST(price AS numeric)) AS double precision) END AS price,
            CASE count(*) WHEN 1 THEN max(revenue)
                ELSE CAST(sum(CAST(revenue AS numeric)) AS double precision) END AS revenue,
            max(promotion) AS promotion,
            CASE count(*) WHEN 1 THEN (array_agg(covariates))[1]
                ELSE (
                    SELECT jsonb_object_agg(name, mean) FROM (
                        SELECT name, CAST(avg(CAST(value AS numeric)) AS double precision) AS mean
                        FROM unnest(array_agg(covariates)) AS told, jsonb_each_text(told)
                            AS known (name, value)
                        GROUP BY name
                    ) AS means
                ) END AS covariates
        FROM incoming_sales AS sale
        JOIN incoming_products AS product ON product.reference = sale.product
        GROUP BY product.product_id, sale.sold_at
    ), written AS (
        INSERT INTO sales_history AS stored (product_id, sold_at, tenant_id, quantity, price,
            revenue, promotion, covariates)
        SELECT product_id, sold_at, :tenant_id, CASE WHEN quantity < 0 THEN 0 ELSE quantity END,
            price, revenue, promotion, covariates
        FROM merged ORDER BY product_id, sold_at
        ON CONFLICT (product_id, sold_at) DO UPDATE SET
            {", ".join(f"{name} = {kept}" for name, kept in _KEPT.items())}
        WHERE ({", ".join(_KEPT.values())})
            IS DISTINCT FROM ({", ".join(f"stored.{name}" for name in _KEPT)})
        RETURNING stored.product_id, stored.xmax = 0 AS is_new
    ), changed AS (
        UPDATE products SET sales_changed_at = clock_timestamp()
        WHERE id IN (SELECT product_id FROM written)
    )
    SELECT (SELECT count(*) FROM merged) AS distinct_rows,
        (SELECT count(DISTINCT product_id) FROM merged) AS products,
        (SELECT min(sold_at) FROM merged) AS first, (SELECT max(sold_at) FROM merged) AS last,
        count(*) FILTER (WHERE is_new) AS inserted,
        count(*) FILTER (WHERE NOT is_new) AS updated
    FROM written
    """  # noqa: S608 -- made of the names of columns alone
)
