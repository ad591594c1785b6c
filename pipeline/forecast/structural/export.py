"""The Prophet part of a stored forecast, for the tools that a data scientist knows."""

from collections.abc import Sequence

from pipeline.errors import InvalidParameterError
from pipeline.forecast.structural.conversion import to_prophet
from pipeline.forecast.structural.model import StructuralModel


def prophet_json(members: Sequence[object]) -> str:
    """The first structural model among the members of a forecast, as `prophet.serialize` writes it.

    ``prophet.serialize.model_from_json`` makes a genuine, fitted ``prophet.Prophet`` of it.

    Raises
    ------
    InvalidParameterError
        If no member is a structural model.
    """
    found = next((one for one in members if isinstance(one, StructuralModel)), None)
    if found is None:
        raise InvalidParameterError(
            "The forecast has no Prophet part; accepted are forecasts by Prophet, or by an average"
            " of methods of which Prophet is one"
        )
    prophet = to_prophet(found)
    from prophet.serialize import model_to_json  # noqa: PLC0415 - comes with the prophet package

    return str(model_to_json(prophet))
