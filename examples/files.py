"""Writing a generated frame where the command line says."""

from pathlib import Path

import pandas as pd


def write_frame(frame: pd.DataFrame, path: Path) -> None:
    """Write Parquet or CSV by the file's suffix."""
    if path.suffix == ".parquet":
        frame.to_parquet(path, index=False)
    elif path.suffix == ".csv":
        frame.to_csv(path, index=False, date_format="%Y-%m-%d")
    else:
        raise ValueError(f"{path.name}: the name must end in .parquet or .csv")
