"""Models as bytes that `joblib.load` reads. `loads` is only ever given bytes that a signed manifest
vouches for.
"""

import io
import pickle
from typing import Any

import joblib


def dumps(model: object) -> bytes:
    # The pickles of the standard library: joblib's own pickler, which is for arrays too large to
    # be copied, takes ten times as long for the many small parts of a model.
    return pickle.dumps(model, protocol=pickle.HIGHEST_PROTOCOL)


def loads(verified: bytes) -> Any:
    return joblib.load(io.BytesIO(verified))
