"""Models as bytes that `joblib.load` reads. `loads` is only ever given bytes that a signed manifest
vouches for.
"""

import io
import pickle
from typing import Any

from joblib.numpy_pickle import NumpyUnpickler

MOVED = {
    "pipeline.forecast.calibrate": "pipeline.forecast.intervals.calibrate",
    "pipeline.forecast.frequency": "pipeline.forecast.calendar.frequency",
    "pipeline.forecast.holiday_calendar": "pipeline.forecast.calendar.holiday_calendar",
    "pipeline.forecast.poisson": "pipeline.forecast.candidates.poisson",
}
"""Where the modules are now that models of the former release name."""


def dumps(model: object) -> bytes:
    # The pickles of the standard library: joblib's own pickler, which is for arrays too large to
    # be copied, takes ten times as long for the many small parts of a model.
    return pickle.dumps(model, protocol=pickle.HIGHEST_PROTOCOL)


def loads(verified: bytes) -> Any:
    """The model, also of the former release, whose arrays stand in joblib's form."""
    return _Unpickler("", io.BytesIO(verified), ensure_native_byte_order=True).load()


class _Unpickler(NumpyUnpickler):  # type: ignore[misc]  # joblib has no types
    def find_class(self, module: str, name: str) -> Any:
        return super().find_class(MOVED.get(module, module), name)
