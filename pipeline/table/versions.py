"""Which libraries a model was made with."""

import platform
from importlib.metadata import version

_LIBRARIES = (
    "catboost",
    "lightgbm",
    "numpy",
    "optuna",
    "pandas",
    "pyarrow",
    "scikit-learn",
    "scipy",
    "xgboost",
)


def library_versions() -> dict[str, str]:
    """Versions of Python and of each library that takes part in a fit."""
    return {"python": platform.python_version(), **{name: version(name) for name in _LIBRARIES}}
