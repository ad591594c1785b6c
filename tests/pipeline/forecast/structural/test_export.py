"""What a data scientist gets of a stored forecast."""

import pytest
from prophet.serialize import model_from_json

from pipeline.errors import InvalidParameterError
from pipeline.forecast.statistical.intermittent import FlatRate
from pipeline.forecast.structural.export import prophet_json
from tests.pipeline.forecast.structural.cases import with_regressors

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:prophet")


def test_the_prophet_part_of_an_average_is_a_genuine_prophet() -> None:
    case = with_regressors()
    model = case.fit()
    prophet = model_from_json(prophet_json([FlatRate(3.0), model]))
    prophet.uncertainty_samples = 0
    expected = model.predict(case.future)
    assert prophet.predict(case.future)["yhat"].to_numpy() == pytest.approx(expected)


def test_a_forecast_without_prophet_says_so() -> None:
    with pytest.raises(InvalidParameterError, match="has no Prophet part"):
        prophet_json([FlatRate(3.0)])
