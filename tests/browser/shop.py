"""The sales of a small shop, one of whose products is named to break pages."""

from examples.shop import generate_shop

OF_THE_WEEK = "BRE-0002"
"""A product that is sold from the first day on, at weekends several times as much."""
HOSTILE_NAME = '<img src=x onerror="document.title=1"><script>document.title=2</script> Brioche'
PRODUCTS = 10
SATURDAY = 5


def hostile_shop_csv() -> bytes:
    """From ten products on, two of the generated ones are too new to be trained.

    At weekends three usual days are sold on top, so that nobody takes a forecast that knows no week
    for as good as one that does.
    """
    frame = generate_shop(PRODUCTS, years=1.2, seed=3)
    usual = frame.groupby("product_id")["quantity"].transform("median")
    frame["quantity"] += 3 * usual * (frame["date"].dt.day_of_week >= SATURDAY)
    frame["revenue"] = frame["quantity"] * frame["price"]
    is_first = frame["product_id"] == frame["product_id"].iloc[0]
    frame.loc[is_first, "product_name"] = HOSTILE_NAME
    return frame.to_csv(index=False, date_format="%Y-%m-%d").encode()
