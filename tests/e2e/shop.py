"""Sales as a shop would send them."""

import csv
import io
from datetime import date, timedelta

FIRST_DAY = date(2025, 1, 1)


def sales_csv(products: int, days: int) -> str:
    """A weekly pattern per product, in the columns that the import asks for."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(["date", "product_id", "product_name", "quantity"])
    for product in range(products):
        for day in range(days):
            quantity = 10 + product + 5 * (day % 7) + (day * 7 + product) % 3
            moment = FIRST_DAY + timedelta(days=day)
            rows.writerow([moment, f"sku-{product:02}", f"Product {product}", quantity])
    return text.getvalue()
