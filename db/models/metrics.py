"""Model quality between the pipeline's names and the columns of `model_performance_metrics`."""

from collections.abc import Mapping
from typing import Any

from db.lifecycle.outcomes import MetricValue, ModelOutcome
from db.tables import ModelMetrics, TrainedModel
from db.text import finite

COLUMN_OF = {
    "mae": "mae",
    "rmse": "rmse",
    "r2_score": "r2_score",
    "mape": "mape",
    "accuracy": "accuracy_percentage",
    "wape": "wape",
    "smape": "smape",
    "mase": "mase",
    "coverage": "coverage",
}


def metrics_row(model: TrainedModel, outcome: ModelOutcome) -> ModelMetrics:
    return ModelMetrics(
        model_id=model.id,
        tenant_id=model.tenant_id,
        product_id=model.product_id,
        baseline=None if outcome.baseline is None else dict(outcome.baseline),
        extra={name: one for name, one in outcome.metrics.items() if name not in COLUMN_OF},
        validation_data_points=outcome.validation_data_points,
        **_columns(outcome.metrics),
    )


def metric_values(row: ModelMetrics) -> dict[str, Any]:
    """The metrics under the pipeline's names, with those of a table's task beside them."""
    columns = {name: getattr(row, column) for name, column in COLUMN_OF.items()}
    return {**columns, **row.extra}


def outcome_metrics(outcome: ModelOutcome) -> dict[str, Any]:
    """The metrics that a watcher sees, the baseline's beside them."""
    metrics = dict(outcome.metrics)
    return metrics if outcome.baseline is None else {**metrics, "baseline": dict(outcome.baseline)}


def _columns(metrics: Mapping[str, MetricValue]) -> dict[str, float | None]:
    columns = {column: finite(metrics.get(name)) for name, column in COLUMN_OF.items()}
    if "test_accuracy" in metrics and "accuracy" not in metrics:
        share = finite(metrics["test_accuracy"])
        columns["accuracy_percentage"] = None if share is None else 100 * share
    if "test_r2" in metrics and "r2_score" not in metrics:
        columns["r2_score"] = finite(metrics["test_r2"])
    return columns
