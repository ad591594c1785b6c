"""What a fit raises when its data do not suit it: that candidate ends, the search goes on."""

import numpy as np
from catboost import CatBoostError
from lightgbm.basic import LightGBMError
from xgboost.core import XGBoostError

FIT_FAILURES = (
    ValueError,
    ArithmeticError,
    np.linalg.LinAlgError,
    MemoryError,
    XGBoostError,
    LightGBMError,
    CatBoostError,
)


def failure_text(error: BaseException) -> str:
    """The kind of error and its message, without the native stack trace that XGBoost appends."""
    first_line = next(iter(str(error).splitlines()), "")
    return f"{type(error).__name__}: {first_line}"
