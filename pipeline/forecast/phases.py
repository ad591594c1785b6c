"""The phases a forecast goes through, and how much of its progress each is worth."""

from enum import StrEnum

from pipeline.progress import Progress, ProgressCallback


class ForecastPhase(StrEnum):
    """One stretch of the work, as a watcher sees it.

    `SHARED_PROFILE` is the only phase of the optional first stage of a job, the others are those of
    one product.
    """

    SHARED_PROFILE = "shared_profile"
    VALIDATION = "validation"
    FEATURE_ENGINEERING = "feature_engineering"
    BACKTEST = "backtest"
    TRAINING = "training"
    FORECASTING = "forecasting"


RANGES: dict[ForecastPhase, tuple[float, float]] = {
    ForecastPhase.SHARED_PROFILE: (0, 100),
    ForecastPhase.VALIDATION: (0, 10),
    ForecastPhase.FEATURE_ENGINEERING: (10, 20),
    ForecastPhase.BACKTEST: (20, 75),
    ForecastPhase.TRAINING: (75, 90),
    ForecastPhase.FORECASTING: (90, 100),
}


def announce(
    on_progress: ProgressCallback,
    phase: ForecastPhase,
    share: float,
    message: str,
    metrics: dict[str, float | int | str | None] | None = None,
) -> None:
    """Tell the caller that ``share`` (0 to 1) of a phase is done."""
    low, high = RANGES[phase]
    percentage = round(low + (high - low) * share, 2)
    on_progress(Progress(phase.value, percentage, message, metrics or {}))
