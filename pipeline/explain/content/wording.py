"""Numbers and names as people read them."""

TASKS = {
    "classification": "a classification",
    "regression": "a regression",
    "clustering": "a clustering",
    "time_series": "a forecast of time series",
}

ACCURACIES = {
    "classification": "Accuracy on {} rows",
    "regression": "Accuracy (1 − WAPE) on {} rows",
    "clustering": "Stability: agreement of refits on {} rows",
    "time_series": "Accuracy (1 − WAPE) on {} periods",
}

METRICS = {
    "test_accuracy": "Accuracy on test rows",
    "train_accuracy": "Accuracy on training rows",
    "test_r2": "R² on the test rows",
    "train_r2": "R² on the training rows",
    "r2_score": "R² on test periods",
    "mae": "Mean absolute error",
    "rmse": "Root mean squared error",
    "wape": "Absolute error as a share of the amounts (WAPE)",
    "mape": "Mean absolute percentage error",
    "smape": "Symmetric percentage error (sMAPE)",
    "mase": "Error in units of the seasonal naive forecast (MASE)",
    "coverage": "Share of actual values within the interval",
    "f1_macro": "F1, mean over the classes",
    "balanced_accuracy": "Balanced accuracy",
    "log_loss": "Log loss (lower is better)",
    "roc_auc": "Area under the ROC curve",
    "clusters": "Clusters",
    "silhouette": "Silhouette (1 is best)",
    "calinski_harabasz": "Calinski-Harabasz index (higher is better)",
    "davies_bouldin": "Davies-Bouldin index (lower is better)",
    "share_without_cluster": "Rows without a cluster",
    "series": "Series",
    "horizon": "Periods ahead",
    "seasonal_naive_mase": "MASE of the seasonal naive forecast, to compare",
    "seasonal_naive_wape": "WAPE of the seasonal naive forecast, to compare",
}
SHARES = frozenset(
    {
        "test_accuracy",
        "train_accuracy",
        "balanced_accuracy",
        "wape",
        "coverage",
        "share_without_cluster",
        "seasonal_naive_wape",
    }
)
SMALLER_IS_BETTER = frozenset({"log_loss", "rmse", "mae", "wape", "mape", "smape", "mase"})


def amount(value: float | None, digits: int = 4) -> str:
    """To so many significant digits, with separators for thousands; a dash for nothing."""
    if value is None:
        return "–"
    if abs(value) >= 10**digits:
        return f"{value:,.0f}"
    return f"{value:.{digits}g}"


def share(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f} %"


def figure(name: str, value: float | None, ml_task: str = "") -> str:
    """The value of a metric in the form that suits it."""
    is_agreement = ml_task == "clustering" and name in {"test_accuracy", "train_accuracy"}
    return share(value) if name in SHARES and not is_agreement else amount(value)


def count(number: float | None, one: str, many: str | None = None) -> str:
    """``3 rows``, ``1 row``."""
    if number is None:
        return f"an unknown number of {many or one + 's'}"
    return f"{number:,.0f} {one if number == 1 else many or one + 's'}"


def metric_name(name: str, ml_task: str = "classification") -> str:
    rows = {"test_accuracy": "test", "train_accuracy": "training"}.get(name)
    if rows and ml_task in ACCURACIES:
        return ACCURACIES[ml_task].format(rows)
    return METRICS.get(name, name.replace("_", " "))


def algorithm_name(name: str | None) -> str:
    return (name or "an unknown algorithm").replace("_", " ")


def listed(names: list[str], most: int = 5) -> str:
    """``“a”, “b” and 3 more``."""
    shown = ", ".join(f"“{name}”" for name in names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most:,} more"
