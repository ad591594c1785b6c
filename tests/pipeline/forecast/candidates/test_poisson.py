"""The regression of calendar effects and the level that it is matched to."""

import numpy as np
import pandas as pd
import pytest

from pipeline.forecast.candidates.candidate import predict
from pipeline.forecast.candidates.poisson import fit_poisson, poisson_settings
from tests.pipeline.forecast.series import context_of, history_of


@pytest.mark.parametrize(("freq", "rows_since"), [("D", 56), ("W-MON", 14), ("MS", 14)])
def test_the_level_is_that_of_the_newest_rows(freq: str, rows_since: int) -> None:
    """Eight weeks of days are enough to forget what was before, or a quarter as many long rows."""
    ds = pd.date_range("2019-01-01", periods=80 + rows_since + 12, freq=freq)
    quantity = np.repeat([100.0, 200.0], [80, rows_since])
    history = history_of(pd.DataFrame({"ds": ds[:-12], "quantity": quantity}))
    ahead = pd.DataFrame({"ds": ds[-12:], "step": np.arange(1, 13)})

    made = predict(fit_poisson(history, context_of()), ahead)

    assert made.mean() == pytest.approx(200, rel=0.1)


def test_a_stored_model_tells_how_fast_rows_lose_weight() -> None:
    days, months = (
        history_of(
            pd.DataFrame(
                {"ds": pd.date_range("2019-01-01", periods=60, freq=freq), "quantity": 1.0}
            )
        )
        for freq in ("D", "MS")
    )

    assert poisson_settings(days, context_of())["level_decay"] == 0.96
    assert poisson_settings(months, context_of())["half_life_days"] == 3 * 365
