"""Small made-up problems with an answer that can be learned."""

import numpy as np

from pipeline.table.learners.learner import FitOrder, Part, ViewKind

COLUMNS = 6
CATEGORY = 4
VALUES = 5


def matrix(rows: int, seed: int = 0, view: ViewKind = ViewKind.TREES) -> np.ndarray:
    """Numbers, and a column of codes; with holes where the view may have them."""
    rng = np.random.default_rng(seed)
    cells = rng.normal(size=(rows, COLUMNS)).astype(np.float32)
    cells[:, CATEGORY] = rng.integers(0, VALUES, size=rows)
    if view in (ViewKind.TREES, ViewKind.NATIVE):
        cells[rng.random(rows) < 0.1, COLUMNS - 1] = np.nan
    return cells


def amounts(rows: int = 400, seed: int = 0, view: ViewKind = ViewKind.TREES) -> Part:
    """Amounts that depend on two numbers and the codes, and a little on chance."""
    cells = matrix(rows, seed, view)
    rng = np.random.default_rng(seed + 1)
    target = 3.0 * cells[:, 0] - 2.0 * cells[:, 1] + cells[:, CATEGORY]
    return Part(cells, target.astype(np.float64) + rng.normal(0, 0.3, size=rows))


def classes(count: int, rows: int = 400, seed: int = 0, view: ViewKind = ViewKind.TREES) -> Part:
    """Class numbers by slices of the amounts."""
    part = amounts(rows, seed, view)
    edges = np.quantile(part.target, np.linspace(0, 1, count + 1)[1:-1])
    return Part(part.matrix, np.searchsorted(edges, part.target))


def order(
    classes: int = 0,
    *,
    seed: int = 0,
    threads: int = 1,
    seconds: float | None = None,
    view: ViewKind = ViewKind.TREES,
    device: str = "cpu",
) -> FitOrder:
    """An order for these problems."""
    return FitOrder(
        ml_task="classification" if classes else "regression",
        classes=classes,
        seed=seed,
        threads=threads,
        device=device,
        seconds=seconds,
        categories={CATEGORY: VALUES} if view is ViewKind.NATIVE else {},
    )
