"""The posterior mode of a model in which columns multiply the trend.

Trend and columns are each linear, their product is not. Around a point the product is nearly
linear, and the linear model is solved exactly, Laplace prior included (a Gauss-Newton step); along
the line to that solution the density is known in closed form, so that the best point on it is
taken. It ends where no step makes the parameters more probable.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.forecast.structural.additive import additive_mode, assembled
from pipeline.forecast.structural.gram import Gram, likeliest_noise
from pipeline.forecast.structural.layout import Layout, Mode, trend_of

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

_MOST_STEPS = 100
# In units of the log density, of which a difference of one hundredth means nothing.
_LEAST_GAIN = 1e-5
# A level below which a series has none that anything could be a share of.
_LEAST_LEVEL = 1e-3
_SHARES = np.concatenate([[1.0], 1.5 ** -np.arange(1.0, 30.0), [1.25, 1.5]])


@dataclass(frozen=True, slots=True)
class _Point:
    """Coefficients of trend (rate, offset, rate changes) and columns, and the noise."""

    trend: Vector
    beta: Vector
    noise: float


@dataclass(frozen=True, slots=True)
class _Bilinear:
    """The model and its penalties: squares, and absolute values of the rate changes."""

    layout: Layout
    trend_columns: Matrix
    factors: Matrix
    trend_precisions: Vector
    precisions: Vector

    @classmethod
    def of(cls, layout: Layout) -> "_Bilinear":
        changes = layout.bends
        scales = np.array(layout.trend_scales)
        return cls(
            layout=layout,
            trend_columns=np.column_stack([layout.trend_columns, changes]),
            factors=layout.columns * layout.multiplies,
            trend_precisions=np.concatenate([scales**-2.0, np.zeros(changes.shape[1])]),
            precisions=layout.prior_scales**-2,
        )

    @property
    def ridged(self) -> int:
        """How many coefficients of the trend have normal priors."""
        return len(self.layout.trend_scales)

    def residuals(self, point: _Point) -> Vector:
        trend, factor = self.trend_columns @ point.trend, 1 + self.factors @ point.beta
        added = self.layout.columns @ np.where(self.layout.multiplies, 0.0, point.beta)
        return np.asarray(self.layout.y - trend * factor - added)

    def step(self, point: _Point) -> _Point:
        """The mode of the model that is linear around ``point``, for its noise."""
        trend, factor = self.trend_columns @ point.trend, 1 + self.factors @ point.beta
        by_trend = self.trend_columns * factor[:, None]
        by_beta = np.where(
            self.layout.multiplies, self.layout.columns * trend[:, None], self.layout.columns
        )
        count = self.ridged
        design = np.column_stack([by_trend[:, :count], by_beta, by_trend[:, count:]])
        target = self.layout.y + trend * (factor - 1)
        scales = np.concatenate([self.layout.trend_scales, self.layout.prior_scales])
        gram = Gram.of(design, target, scales, self.layout.changepoint_scale)
        rates, ridge = gram.coefficients(point.noise, point.trend[count:])
        return _Point(np.concatenate([ridge[:count], rates]), ridge[count:], point.noise)

    def towards(self, point: _Point, goal: _Point) -> _Point:
        """The best of some points on the line from ``point`` through ``goal``, with its noise."""
        by_trend, by_beta = goal.trend - point.trend, goal.beta - point.beta
        squares = self._squares(point, by_trend, by_beta)
        trends = point.trend + _SHARES[:, None] * by_trend
        betas = point.beta + _SHARES[:, None] * by_beta
        penalties = (trends**2 @ self.trend_precisions + betas**2 @ self.precisions) / 2 + np.abs(
            trends[:, self.ridged :]
        ).sum(axis=1) / self.layout.changepoint_scale
        best = int(np.argmin(squares / (2 * point.noise**2) + penalties))
        noise = likeliest_noise(float(squares[best]), len(self.layout.y))
        return _Point(trends[best], betas[best], noise)

    def _squares(self, point: _Point, by_trend: Vector, by_beta: Vector) -> Vector:
        """The sum of squared residuals at each share of the way: a polynomial of degree 4."""
        trend, factor = self.trend_columns @ point.trend, 1 + self.factors @ point.beta
        more_trend, more_factor = self.trend_columns @ by_trend, self.factors @ by_beta
        added = self.layout.columns @ np.where(self.layout.multiplies, 0.0, by_beta)
        rest = self.residuals(point)
        parts = np.stack(
            [rest, -(more_trend * factor + trend * more_factor + added), -more_trend * more_factor]
        )
        powers = _SHARES[:, None] ** np.arange(3.0)
        return np.asarray(((powers @ (parts @ parts.T)) * powers).sum(axis=1))

    def density(self, point: _Point) -> float:
        rest = self.residuals(point)
        return float(
            -len(rest) * np.log(point.noise)
            - rest @ rest / (2 * point.noise**2)
            - (point.trend**2 @ self.trend_precisions + point.beta**2 @ self.precisions) / 2
            - np.abs(point.trend[self.ridged :]).sum() / self.layout.changepoint_scale
            - 2 * point.noise**2
        )


def multiplicative_mode(layout: Layout, start: Mode | None = None) -> Mode:
    """The most probable parameters near a start.

    Parameters
    ----------
    layout
        The series.
    start
        The mode of a similar series with as many changepoints and columns; by default the mode of
        the same terms added up, expressed as factors.
    """
    model = _Bilinear.of(layout)
    point = _first(model, start)
    density = model.density(point)
    for _ in range(_MOST_STEPS):
        nearer = model.towards(point, model.step(point))
        reached = model.density(nearer)
        if reached > density:
            point = nearer
        if reached - density <= _LEAST_GAIN:
            break
        density = reached
    return _mode(model, point)


def _first(model: _Bilinear, start: Mode | None) -> _Point:
    layout = model.layout
    if start is None or not _fits(layout, start):
        nothing_multiplies = np.zeros_like(layout.multiplies)
        start = _as_factors(layout, additive_mode(replace(layout, multiplies=nothing_multiplies)))
    trend = [start.m] if layout.is_flat else [start.k, start.m, *start.delta]
    point = _Point(np.array(trend), start.beta, start.sigma_obs)
    rest = model.residuals(point)
    return replace(point, noise=likeliest_noise(float(rest @ rest), len(rest)))


def _fits(layout: Layout, mode: Mode) -> bool:
    return len(mode.delta) == len(layout.changepoints) and len(mode.beta) == len(
        layout.prior_scales
    )


def _as_factors(layout: Layout, mode: Mode) -> Mode:
    """The mode of an additive model with what is added divided by the usual level."""
    level = float(np.mean(np.abs(trend_of(layout.t, layout.changepoints, mode))))
    beta = np.where(layout.multiplies, mode.beta / max(level, _LEAST_LEVEL), mode.beta)
    return replace(mode, beta=beta)


def _mode(model: _Bilinear, point: _Point) -> Mode:
    ridge = np.concatenate([point.trend[: model.ridged], point.beta])
    return assembled(model.layout, point.trend[model.ridged :], ridge, point.noise)
