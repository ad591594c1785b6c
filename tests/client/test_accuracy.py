"""The table of a job's accuracy."""

import io

import pytest
from rich.console import Console

from client.accuracy import print_accuracy
from client.errors import TrainingFailedError
from client.records import ProductStatus

GOOD = {
    "product_id": "bun",
    "product_name": "Bun",
    "status": "completed",
    "algorithm": "prophet",
    "metrics": {"mase": 0.6, "wape": 0.1},
    "baseline": {"mase": 1.0, "wape": 0.2},
}
WORSE = GOOD | {"product_name": "Roll", "metrics": {"mase": 1.2, "wape": 0.3}}
NEW = {
    "product_name": "Cake",
    "status": "failed",
    "error_message": "15 days are too few",
    "recommended_action": "Collect more sales data",
    "metrics": None,
    "baseline": None,
}


def printed(*products: dict[str, object]) -> str:
    console = Console(file=io.StringIO(), width=160)
    print_accuracy(console, [ProductStatus.decode(one) for one in products], {"bun": 912})
    return console.file.getvalue()


def test_every_product_is_shown_beside_the_baseline() -> None:
    text = printed(GOOD, NEW)

    assert "Bun       912  prophet  0.60   1.00  10.0 %  20.0 %" in text
    assert "Cake: 15 days are too few → Collect more sales data" in text
    assert "Without a model, for the reasons above: 1 product." in text


def test_averages_take_the_products_that_can_be_compared() -> None:
    text = printed(GOOD, WORSE, NEW)

    assert "Average MASE 0.90 against 1.00, and WAPE 20.0 % against 20.0 %" in text
    assert "Better than that for 1 of 2 products" in text


def test_what_differs_by_less_than_half_a_percent_counts_as_the_same() -> None:
    same = GOOD | {"metrics": {"mase": 0.997, "wape": 0.2}}
    text = printed(GOOD, same, WORSE)

    assert "Better than that for 1 of 3 products, as good for 1." in text


def test_a_baseline_without_an_error_is_not_compared() -> None:
    unsold = GOOD | {
        "metrics": {"mase": 0.2, "wape": None},
        "baseline": {"mase": 0.0, "wape": 0.0},
    }
    text = printed(GOOD, unsold)

    assert "Average MASE 0.60 against 1.00, and WAPE 10.0 % against 20.0 %" in text
    assert "Better than that for 1 of 1 product." in text
    assert "such as where nothing was sold: 1 product." in text


def test_nothing_to_compare_is_a_failure() -> None:
    with pytest.raises(TrainingFailedError, match="notes above"):
        printed(NEW)
