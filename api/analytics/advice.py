"""Why a model may be inaccurate, and what its owner can do, from what is recorded of it."""

from collections.abc import Iterator
from dataclasses import dataclass

from db.analytics.accuracy import Version
from db.jobs.hints import LOW_ACCURACY

FEW_DATA_POINTS = 90
MANY_OUTLIERS_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class Advice:
    reason: str
    recommended_action: str


def advise(version: Version, *, yearly: int = 365) -> list[Advice]:
    """Every reason that the record shows; the most telling first."""
    return list(_reasons(version, yearly))


def _reasons(version: Version, yearly: int) -> Iterator[Advice]:
    points = version.training_data_points
    if version.degraded_reason:
        yield Advice(
            f"A simpler model had to do: {version.degraded_reason}",
            "Correct what the reason names and train again",
        )
    if points is not None and points < FEW_DATA_POINTS:
        yield Advice(
            f"Only {points} days of sales are known",
            "Import more of the past; three months let weekly patterns show",
        )
    if points and version.outliers > MANY_OUTLIERS_SHARE * points:
        yield Advice(
            f"{version.outliers} of {points} days are outliers",
            "Check these days in the imported sales; enter closures and events in the calendar",
        )
    if _is_worse_than_naive(version):
        yield Advice(
            "Repeating the week before is at least as good, so there is little pattern to learn",
            "Add what sales depend on (price, promotion), or closures and events to the calendar",
        )
    if points and FEW_DATA_POINTS <= points < yearly and _is_inaccurate(version):
        yield Advice(
            f"The history of {points} days does not hold a whole year",
            "Import older sales, so that seasons and holidays are seen once",
        )
    if _is_inaccurate(version) and points and points >= yearly:
        yield Advice(
            "Sales vary more than their history explains",
            "Look for changes in the business; if it changes often, train with more under “How"
            " readily the trend bends” (Advanced)",
        )


def _is_inaccurate(version: Version) -> bool:
    return version.accuracy is not None and version.accuracy < LOW_ACCURACY


def _is_worse_than_naive(version: Version) -> bool:
    known = version.mase is not None and version.baseline_mase is not None
    return known and (version.mase or 0) >= (version.baseline_mase or 0)
