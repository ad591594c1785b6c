"""One number for all that a history holds."""

import hashlib

import pandas as pd

from pipeline.forecast.history.validation import TIME


def digest(clean: pd.DataFrame) -> str:
    """SHA-256 of a validated frame, the same for equal data in any order of rows and columns."""
    hasher = hashlib.sha256()
    for name in sorted(clean.columns):
        values = clean[name].to_numpy()
        is_time = name == TIME
        hasher.update(name.encode() + b"\0")
        hasher.update(values.astype("datetime64[ns]" if is_time else "<f8").tobytes())
    return hasher.hexdigest()
