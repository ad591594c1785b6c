"""A lasso of few coefficients, exactly.

Active set: Lee, Battle, Raina and Ng (2006), "Efficient sparse coding algorithms", NIPS 19,
algorithm 1.
"""

import numpy as np
from numpy.typing import NDArray

from pipeline.forecast.positive import solved

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

_TOLERANCE = 1e-9
# A slope that small, as a share of the largest one, is nothing but the error of the sums.
_ROUNDING = 1e-12


def lasso(curvature: Matrix, slope: Vector, weight: float, start: Vector) -> Vector:
    """Minimise ``x'Qx / 2 - c'x + weight * sum(|x|)`` exactly, from a guess of which are not zero.

    It takes about as many steps as numbers enter or leave; where rounding lets some enter and leave
    for ever, it ends after several times that with what it has.

    Parameters
    ----------
    curvature
        ``Q``, symmetric and positive semidefinite, shape ``(s, s)``.
    slope
        ``c``, shape ``(s,)``.
    weight
        Above 0.
    start
        Any point, shape ``(s,)``; a solution for similar numbers saves most of the work.
    """
    tolerance = _TOLERANCE * weight + _ROUNDING * float(np.abs(slope).max(initial=0.0))
    jitter = 1e-12 * max(float(np.trace(curvature)), 1e-300) / max(len(slope), 1)
    curvature = curvature.copy()
    curvature.flat[:: len(slope) + 1] += jitter
    x = start.copy()
    signs = np.sign(x)
    for _ in range(20 + 5 * len(slope)):
        active = np.flatnonzero(signs)
        if active.size:
            x, signs = _towards_optimum(curvature, slope, weight, x, signs, active)
        gradient = curvature @ x - slope
        still = signs != 0
        off = np.abs(gradient + weight * signs)
        if (off[still] > tolerance).any():
            continue
        excess = np.where(still, 0.0, off - weight)
        worst = int(np.argmax(excess)) if excess.size else 0
        if not excess.size or excess[worst] <= tolerance:
            return x
        signs[worst] = -np.sign(gradient[worst])
    return x


def _towards_optimum(
    curvature: Matrix,
    slope: Vector,
    weight: float,
    x: Vector,
    signs: Vector,
    active: NDArray[np.intp],
) -> tuple[Vector, Vector]:
    """Move to the optimum for these signs, or to the best point on the way where a sign changes."""
    block = curvature[np.ix_(active, active)]
    target = solved(block, slope[active] - weight * signs[active])
    now = x[active]
    crossing = (np.sign(target) != signs[active]) & (now != 0)
    moved = x.copy()
    if not crossing.any():
        moved[active] = target
        return moved, np.sign(moved)
    shares = np.append(now[crossing] / (now[crossing] - target[crossing]), 1.0)
    points = now + shares[:, None] * (target - now)
    points[np.abs(points) < 1e-15 * (1 + np.abs(now))] = 0.0
    values = (
        0.5 * ((points @ block) * points).sum(axis=1)
        - points @ slope[active]
        + weight * np.abs(points).sum(axis=1)
    )
    moved[active] = points[int(np.argmin(values))]
    return moved, np.sign(moved)
