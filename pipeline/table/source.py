"""Where a table comes from: a Parquet file or a frame, with a digest of its content."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO

import pandas as pd

from pipeline.table.load import make_plain, read_plain
from pipeline.table.phases import PhaseReporter, TablePhase
from pipeline.table.spec import TableLimits

_BLOCK = 4 * 1024**2
_LISTED = 20


@dataclass(frozen=True, slots=True)
class LoadedTable:
    """A frame of plain columns and the SHA-256 of what it was read from, in hexadecimal.

    ``unusable`` are the columns that were left out because no model can use them, with the reason.
    """

    frame: pd.DataFrame
    digest: str
    unusable: Mapping[str, str]


def load_table(
    source: BinaryIO | pd.DataFrame, limits: TableLimits, reporter: PhaseReporter
) -> LoadedTable:
    """Read ``source`` under ``limits``, reporting the loading phase."""
    phase = TablePhase.DATA_LOADING
    reporter.report(phase, 0.0, "Reading the table")
    if isinstance(source, pd.DataFrame):
        table = make_plain(source, limits)
        digest = _frame_digest(table.frame)
    else:
        digest = _file_digest(source)
        reporter.report(phase, 0.3, "Validating the Parquet file")
        table = read_plain(source, limits)
    message = f"Loaded {len(table.frame):,} rows and {len(table.frame.columns):,} columns"
    left_out = [f"Column '{name}' {why}" for name, why in table.unusable.items()]
    reporter.report(phase, 1.0, message, logs=(message, *left_out[:_LISTED]))
    return LoadedTable(table.frame, digest, table.unusable)


def _file_digest(source: BinaryIO) -> str:
    digest = hashlib.sha256()
    source.seek(0)
    while block := source.read(_BLOCK):
        digest.update(block)
    return digest.hexdigest()


def _frame_digest(frame: pd.DataFrame) -> str:
    digest = hashlib.sha256("\0".join(frame.columns).encode())
    digest.update(pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes())
    return digest.hexdigest()
