"""At which probabilities quantiles can be asked for."""

import pytest

from pipeline.errors import InvalidParameterError
from pipeline.forecast.intervals.levels import require_levels


def test_probabilities_are_taken() -> None:
    require_levels([0.001, 0.5, 0.999])


@pytest.mark.parametrize("wrong", [0.0, 1.0, -0.1, 95, float("nan")])
def test_anything_else_is_refused_by_name(wrong: float) -> None:
    with pytest.raises(InvalidParameterError, match=f"A level is {wrong!r}; accepted are"):
        require_levels([0.5, wrong])
