"""What to do about a forecast whose accuracy is low, from what is known of its history."""

import math

from pipeline.forecast.calendar.calendar_effects import TIME_OF_MONTH
from pipeline.forecast.history.notes import periods
from pipeline.forecast.history.prepared import History
from pipeline.forecast.selection.metrics import Metrics

LOW_ACCURACY = 70.0
LONG_ENOUGH_DAYS = 480
"""From here on even the oldest test window has a year before it."""
FEW_PIECES = 5.0


def accuracy_notes(metrics: Metrics, history: History, *, outliers: int) -> tuple[str, ...]:
    """One note where the accuracy is below 70 %: why that may be, and what may help.

    Parameters
    ----------
    metrics
        Of the holdout.
    history
        What the model was fitted to.
    outliers
        Quantities that were drawn in before the fit.
    """
    accuracy = metrics.get("accuracy")
    if accuracy is None or accuracy >= LOW_ACCURACY:
        return ()
    advice, mean_quantity = [], float(history.filled.mean())
    if mean_quantity < FEW_PIECES:
        advice.append(
            f"so few are sold ({mean_quantity:.1f} at a time) that one piece more or less is a"
            " large share: judge it by its typical error (WAPE) and beside last season's (MASE)"
        )
    if history.frequency.days(len(history)) < LONG_ENOUGH_DAYS:
        advice.append(f"import a longer history than {periods(len(history), history.frequency)}")
    if outliers:
        advice.append(
            f"look at the {outliers:,} unusual quantities, and leave days empty on which it was"
            " sold out"
        )
    if set(history.known) <= {TIME_OF_MONTH}:  # which is our own
        advice.append(
            "import what drives the sales, such as prices and promotions, also for days ahead"
        )
    advice.append(
        "if business has changed lately, train with more under “How readily the trend bends”"
        " (Advanced)"
    )
    shown = math.floor(accuracy)  # as the page does: 69.9 % would not look low as 70
    return (f"The accuracy is {shown} %, which is low. What may help: {'; '.join(advice)}.",)
