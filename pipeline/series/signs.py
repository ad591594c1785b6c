"""Whether the values of a series may fall below zero."""

import numpy as np
import numpy.typing as npt

_NEAR_ZERO = 0.25
"""Values that came so near to zero, as a share of how far they spread, may come nearer still."""


def may_fall_below_zero(values: npt.NDArray[np.float64], *, others_do: bool) -> bool:
    """Where another series of the table does, so may one that came near zero, but not one that
    stopped there: what lies at zero again and again is an amount.
    """
    known = values[np.isfinite(values)]
    low = float(known.min())
    if low < 0:
        return True
    return others_do and 0 < low < _NEAR_ZERO * float(np.ptp(known))
