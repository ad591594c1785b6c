"""Models of the real training, explained and described."""

import json

import numpy as np
import pandas as pd
import pytest

from pipeline.explain.card import card_html, card_markdown
from pipeline.explain.rows import explain_rows
from pipeline.table.predict import predict_rows
from pipeline.table.result import TableResult
from pipeline.table.spec import TableSpec
from pipeline.table.train import train_table
from tests.pipeline.table.tables import shop_rows


def facts_of(result: TableResult):
    return {
        "ml_task": result.ml_task,
        "target_variable": result.target_variable,
        "algorithm": result.algorithm,
        "metrics": dict(result.metrics),
        "features": list(result.features),
        "classes": None if result.classes is None else list(result.classes),
        "profile": dict(result.profile),
        "explanation": dict(result.explanation),
        "notes": list(result.notes),
    }


def trained(frame, **request) -> TableResult:
    return train_table(frame, TableSpec(time_budget_seconds=60, max_trials=2, **request))


@pytest.fixture(scope="module")
def classifier():
    return trained(
        shop_rows(200),
        ml_task="classification",
        target_variable="level",
        model_type="linear",
        exclude_columns=("amount",),
    )


@pytest.fixture(scope="module")
def regressor():
    return trained(
        shop_rows(200),
        ml_task="regression",
        target_variable="amount",
        model_type="linear",
        exclude_columns=("level",),
    )


def test_a_training_explains_its_model(classifier, regressor):
    for result, own in ((classifier, "confusion_matrix"), (regressor, "residuals")):
        told = json.loads(json.dumps(result.explanation, allow_nan=False))
        assert told["rows"] == result.validation_data_points
        assert {own, "metric_intervals", "worst_rows", "permutation_importance"} <= set(told)
        strongest = [one["column"] for one in told["permutation_importance"]["columns"][:2]]
        assert "size" in strongest


def test_metrics_lie_within_their_intervals(classifier, regressor):
    for result in (classifier, regressor):
        for name, one in result.explanation["metric_intervals"].items():
            assert one["value"] == pytest.approx(result.metrics[name], rel=1e-4), name
            assert one["low"] <= one["value"] <= one["high"]


def test_single_predictions_are_explained_exactly(classifier, regressor):
    rows = shop_rows(3, seed=77)
    for result in (classifier, regressor):
        predicted = predict_rows(result, rows)
        explained = explain_rows(result, result.background, rows, max_evaluations=500)
        for row, told in enumerate(explained["rows"]):
            for output, parts in told["outputs"].items():
                column = output if result.classes is None else f"probability_{output}"
                total = parts["base_value"] + sum(parts["contributions"].values())
                assert total == pytest.approx(predicted[column].iloc[row], abs=1e-6)


def test_rows_as_a_request_sends_them_are_explained_the_same(regressor):
    rows = shop_rows(1, seed=77)
    sent = rows.astype({"day": "str"}).assign(visits=rows["visits"].astype(float))
    typed, written = (
        explain_rows(regressor, regressor.background, form, max_evaluations=500)["rows"][0]
        for form in (rows, sent)
    )
    ours, theirs = (one["outputs"]["prediction"]["contributions"] for one in (typed, written))
    assert theirs == pytest.approx(ours, abs=1e-6 * max(map(abs, ours.values())))


def test_the_card_of_a_clustering_describes_its_clusters():
    random = np.random.default_rng(0)
    centre = np.repeat([0.0, 20.0], 60)
    frame = pd.DataFrame(
        {
            "length": centre + random.normal(size=120),
            "weight": 2 * centre + random.normal(size=120),
            "colour": np.where(centre > 0, "red", "blue"),
        }
    )
    result = trained(frame, ml_task="clustering")
    facts = facts_of(result)
    html, markdown = card_html(facts), card_markdown(facts)
    for title in ("The clusters", "Sizes", "The rows on a plane", "What tells the clusters apart"):
        assert title in html
    assert f"The rows fall into {len(result.explanation['clusters'])} groups" in markdown
    for one in result.explanation["clusters"]:
        assert f"| {one['name']} |" in markdown
    assert html.count("<svg") == 3


def test_the_card_of_a_forecast_draws_each_series():
    days = pd.date_range("2025-01-01", periods=120)
    random = np.random.default_rng(0)
    shops = [
        pd.DataFrame({"shop": shop, "day": days, "sold": random.poisson(20, 120)})
        for shop in ("Lyon", "Nice")
    ]
    result = trained(
        pd.concat(shops, ignore_index=True),
        ml_task="time_series",
        target_variable="sold",
        time_column="day",
        group_column="shop",
        horizon=7,
        model_type="seasonal_naive",
    )
    html = card_html(facts_of(result))
    assert "The forecast" in html
    assert html.count("<svg") == 2
    for shop in ("shop Lyon", "shop Nice"):
        assert f"<b>{shop}</b>" in html
        assert f"| {shop} |" in card_markdown(facts_of(result))
