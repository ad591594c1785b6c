"""How much the mean of a group tells beside the mean of all groups (Bühlmann 1967).

Where groups differ much and their members little, a few members of a group tell how it is; where
groups differ no more than chance lets them, the mean of all tells more.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

USUAL_PRIOR: Final = 1.0
"""Members that the mean of all counts as, where groups do not tell."""
LEAST_PRIOR, MOST_PRIOR = 0.25, 8.0


def prior_members(groups: Sequence[Array]) -> float:
    """As how many members of a group the mean of all groups counts.

    It is the variance within groups over that between them (Bühlmann and Straub 1970), within
    bounds, because a few groups tell it roughly.

    Parameters
    ----------
    groups
        Each with a row per member; all rows have the same columns.
    """
    sizes = np.array([len(group) for group in groups], dtype=np.float64)
    members = float(sizes.sum())
    if len(groups) < 2 or members <= len(groups):
        return USUAL_PRIOR
    means = np.stack([group.mean(axis=0) for group in groups])
    spread = sum(
        float(((group - mean) ** 2).sum()) for group, mean in zip(groups, means, strict=True)
    )
    within = spread / (members - len(groups))
    overall = sizes @ means / members
    among = float(sizes @ ((means - overall) ** 2).sum(axis=1)) / (len(groups) - 1)
    usual_size = (members - float(sizes @ sizes) / members) / (len(groups) - 1)
    between = (among - within) / usual_size
    if between * MOST_PRIOR <= within:
        return MOST_PRIOR
    return max(LEAST_PRIOR, within / between)
