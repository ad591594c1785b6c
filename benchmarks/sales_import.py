"""Rows per second of the sales import, beside a bare COPY of the same CSV into the same Postgres.

`python -m benchmarks.sales_import [--rows 200000]`. The import also checks every
row, creates products, and upserts into an indexed table; COPY only stores text fields as they are.
The ratio is what that costs.
"""

import argparse
import tempfile
import time
from pathlib import Path

import pandas as pd
import psycopg2

from benchmarks.report import Line, print_lines
from benchmarks.service import running_service
from client import Client
from core.embedded import EmbeddedPostgres
from examples.files import write_frame
from examples.shop import generate_shop

PRODUCTS = 200
ROWS_PER_PRODUCT_AND_YEAR = 300


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    years = parser.parse_args().rows / (PRODUCTS * ROWS_PER_PRODUCT_AND_YEAR)
    sales = generate_shop(PRODUCTS, years, seed=11)
    with tempfile.TemporaryDirectory() as directory:
        server = EmbeddedPostgres(Path(directory) / "postgres")
        server.start()
        try:
            lines = measure(sales, Path(directory), server.url)
        finally:
            server.stop()
    print_lines(f"Import of {len(sales):,} rows of {PRODUCTS} products", lines)


def measure(sales: pd.DataFrame, directory: Path, database_url: str) -> list[Line]:
    csv, parquet = directory / "sales.csv", directory / "sales.parquet"
    write_frame(sales, csv)
    write_frame(sales, parquet)
    rows = len(sales)
    bare = rows / time_copy(csv, list(sales.columns), database_url)
    with running_service(concurrency=1, DATABASE_URL=database_url) as client:
        first = rows / time_import(client, csv)
        again = rows / time_import(client, csv)
        from_parquet = rows / time_import(client, parquet)
    return [
        Line("bare COPY, CSV", bare, "rows/s"),
        Line("import, CSV, new rows", first, "rows/s"),
        Line("import, CSV, the same rows", again, "rows/s"),
        Line("import, Parquet, same rows", from_parquet, "rows/s"),
        Line("import / bare COPY", first / bare, ""),
    ]


def time_copy(csv: Path, columns: list[str], database_url: str) -> float:
    connection = psycopg2.connect(database_url)
    try:
        with connection, connection.cursor() as cursor, csv.open() as file:
            cursor.execute(f"CREATE TABLE bare ({', '.join(f'{name} text' for name in columns)})")
            start = time.perf_counter()
            cursor.copy_expert("COPY bare FROM STDIN WITH (FORMAT csv, HEADER)", file)
            return time.perf_counter() - start
    finally:
        connection.close()


def time_import(client: Client, path: Path) -> float:
    start = time.perf_counter()
    client.import_sales(path)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
