"""The plot area of a drawing: scales, round ticks and their labels."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.explain.charts.svg import WIDTH, element, text

_HEIGHT = 240.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 48.0, 10.0, 24.0, 36.0
_TICKS = 5
_LABEL, _CHARACTER = 11, 7.0
_LARGEST, _LEAST_STEP = 1e300, 1e-300


@dataclass(frozen=True, slots=True)
class Axes:
    """A plot area over ``x`` and ``y``, each from its least to its greatest number."""

    x: tuple[float, float]
    y: tuple[float, float]
    height: float = _HEIGHT

    def across(self, value: float) -> float:
        return _LEFT + _share(value, self.x) * (WIDTH - _LEFT - _RIGHT)

    def up(self, value: float) -> float:
        return self.bottom - _share(value, self.y) * (self.bottom - _TOP)

    @property
    def bottom(self) -> float:
        return self.height - _BOTTOM

    def points(self, xs: Sequence[float], ys: Sequence[float]) -> list[tuple[float, float]]:
        return [(self.across(x), self.up(y)) for x, y in zip(xs, ys, strict=True)]

    def grid(self, x_title: str, y_title: str, *, x_labels: Sequence[str] | None = None) -> str:
        """Lines and labels; ``x_labels`` replaces the numbers below by as many texts."""
        lines = [
            element(
                "line", x1=_LEFT, x2=WIDTH - _RIGHT, y1=self.up(at), y2=self.up(at), class_="grid"
            )
            + text(short(at), _LEFT - 6, self.up(at) + 4, text_anchor="end")
            for at in ticks(*self.y)
        ]
        below = self._named(x_labels) if x_labels is not None else self._numbered()
        titles = text(x_title, (WIDTH + _LEFT) / 2, self.height - 4, text_anchor="middle")
        return "".join([*lines, *below, titles, text(y_title, 2, 11)])

    def _numbered(self) -> list[str]:
        return [
            text(short(at), self.across(at), self.bottom + 15, text_anchor="middle")
            for at in ticks(*self.x)
        ]

    def _named(self, labels: Sequence[str]) -> list[str]:
        longest = min(_LABEL, max((len(label) for label in labels), default=1))
        room = (WIDTH - _LEFT - _RIGHT) / (longest * _CHARACTER + 12)
        step = max(1, math.ceil(len(labels) / max(1, int(room))))
        return [
            text(label, self.across(at), self.bottom + 15, longest=_LABEL, text_anchor="middle")
            for at, label in enumerate(labels)
            if at % step == 0
        ]


def ticks(low: float, high: float) -> list[float]:
    """Round numbers from ``low`` to ``high``, about five."""
    if not high > low:
        return [low]
    raw = (high - low) / _TICKS
    if raw < _LEAST_STEP:
        return [low]
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(size * power for size in (1, 2, 5, 10) if size * power >= raw)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [number * step for number in range(first, last + 1)]


def spread(values: Sequence[float]) -> tuple[float, float]:
    """The range of the values, with a little room; never empty, and never too wide for a number."""
    low, high = _drawable(min(values)), _drawable(max(values))
    room = 0.04 * (high - low) or max(abs(low), 1.0) * 0.1
    return low - room, high + room


def short(value: float) -> str:
    """A number for a label: three digits, with k, M and G for thousands, millions, milliards."""
    size = abs(value)
    for limit, unit in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if size >= limit:
            divisor = 1e3 if unit == "k" else limit
            return f"{value / divisor:.3g}{unit}"
    return f"{value:.3g}" if size < 1e3 else f"{value:,.0f}"


def _share(value: float, bounds: tuple[float, float]) -> float:
    low, high = bounds
    return (_drawable(value) - low) / (high - low) if high > low else 0.5


def _drawable(value: float) -> float:
    return max(-_LARGEST, min(_LARGEST, value))
