"""Which classes are taken for which."""

from typing import Any

import numpy as np

from pipeline.explain.figures import figures
from pipeline.explain.judged import Judged


def confusion_matrix(judged: Judged) -> dict[str, Any]:
    """Rows are the true classes, columns the predicted ones; ``shares`` are of the true class."""
    classes = judged.classes or ()
    size = len(classes)
    places = judged.target.astype(np.int64) * size + judged.decided
    counts = np.bincount(places, minlength=size * size).reshape(size, size)
    with np.errstate(invalid="ignore"):
        shares = counts / counts.sum(axis=1, keepdims=True)
    return {"classes": list(classes), "counts": counts.tolist(), "shares": figures(shares)}
