"""Facts of models, as they are when a card is written."""

import math
from typing import Any

import numpy as np

from pipeline.explain.explanation import explain
from pipeline.table.predict import predict_rows
from pipeline.table.profile import profile_table
from tests.pipeline.explain.fitted import (
    INPUTS,
    LEVELS,
    Fitted,
    amounts,
    forest_classifier,
    forest_regressor,
    inputs,
    levels,
)


def classification_facts() -> dict[str, Any]:
    return _facts(forest_classifier(), "level", levels, "classification")


def regression_facts() -> dict[str, Any]:
    return _facts(forest_regressor(), "amount", amounts, "regression")


def _facts(fitted: Fitted, target: str, target_of: Any, ml_task: str) -> dict[str, Any]:
    rows = inputs(200, seed=8)
    noise = np.random.default_rng(0).random(200) < 0.15
    truth = np.where(noise, np.roll(target_of(rows), 1), target_of(rows))
    told = explain(
        fitted,
        rows,
        truth,
        ml_task=ml_task,
        classes=fitted.classes,
        predicted=predict_rows(fitted, rows),
        seconds=math.inf,
        learning_curve=[{"rows": 100, "score": 0.8}, {"rows": 200, "score": 0.6}],
    )
    table = rows.assign(**{target: truth, "code": "same"})
    metric = "log_loss" if ml_task == "classification" else "rmse"
    counts = {name: int((truth == n).sum()) for n, name in enumerate(LEVELS)}
    described = {"classes": counts} if fitted.classes else {}
    return {
        "name": f"The {target} of a shop",
        "model_id": "model-20261122-a1b2c3d4",
        "ml_task": ml_task,
        "target_variable": target,
        "algorithm": "ensemble",
        "metrics": {name: one["value"] for name, one in told["metric_intervals"].items()}
        | {"train_accuracy": 0.99, "algorithm": "ensemble", "total_time_seconds": 31.2},
        "selection_metric": metric,
        "leaderboard": [
            _entry("ensemble", 0.41, is_chosen=True),
            _entry("random_forest", 0.43, weight=0.7, size_bytes=120_000, predict_ms=2.5),
            _entry("baseline", 1.02),
            _entry("knn", None, failure="it took too long"),
        ],
        "features": list(INPUTS),
        "classes": list(LEVELS) if fitted.classes else None,
        "profile": {
            **profile_table(table, lambda position, name: None),
            "target": described,
            "dropped": {"code": "the same value in every row"},
        },
        "hyperparameters": {"members": 2},
        "notes": ["The final model learns from all rows"],
        "training_data_points": 300,
        "validation_data_points": 200,
        "data_digest": "ab" * 32,
        "library_versions": {"scikit-learn": "1.9.0", "pandas": "3.1.0"},
        "explanation": told,
        "seed": 3,
        "time_budget_seconds": 60.0,
    }


def _entry(candidate: str, score: float | None, **more: Any) -> dict[str, Any]:
    return {
        "algorithm": candidate,
        "candidate": candidate,
        "score": score,
        "score_std": None if score is None else 0.02,
        "fit_seconds": 1.5,
        **more,
    }
