"""The probabilities at which quantiles are asked for."""

from collections.abc import Sequence

from pipeline.errors import InvalidParameterError


def require_levels(levels: Sequence[float]) -> None:
    """Refuse what is no probability above 0 and below 1 with `InvalidParameterError`."""
    wrong = [level for level in levels if not 0 < level < 1]
    if wrong:
        raise InvalidParameterError(
            f"A level is {wrong[0]!r}; accepted are probabilities above 0 and below 1"
        )
