"""What of a table is clustered: the data analysis and preprocessing phases."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.clusters.layout import Layout
from pipeline.clusters.space import Space
from pipeline.errors import (
    InsufficientDataError,
    InvalidDataError,
    InvalidParameterError,
    TargetNotFoundError,
)
from pipeline.table.arrow import name_columns
from pipeline.table.columns import ColumnPlan, plan_columns
from pipeline.table.encoding.encoded import Encoded
from pipeline.table.encoding.encoder import TableEncoder
from pipeline.table.phases import PhaseReporter, TablePhase
from pipeline.table.profile import profile_table
from pipeline.table.spec import TableSpec

FEWEST_ROWS = 10
_LEARNED_ROWS = 20_000
_FEWEST_LEARNED_ROWS = 2_000
_LEARNED_CELLS = 8_000_000
_ROWS_PER_SECOND = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """The columns to cluster by, what is known of the table, and the column that was kept out."""

    frame: pd.DataFrame
    target: pd.Series | None
    profile: dict[str, Any]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """The rows that are learned from and described, in random order; ``rows`` are their positions
    in a table of ``table_rows``."""

    plan: ColumnPlan
    encoder: TableEncoder
    space: Space
    rows: npt.NDArray[np.int64]
    encoded: Encoded
    points: npt.NDArray[np.float64]
    table_rows: int
    notes: tuple[str, ...]


def read_inputs(frame: pd.DataFrame, spec: TableSpec, reporter: PhaseReporter) -> Inputs:
    """Check the request against the table and describe all columns.

    Raises
    ------
    InvalidParameterError
        If the request names columns that are not there.
    InsufficientDataError
        If there are fewer than ``FEWEST_ROWS`` rows.
    """
    phase = TablePhase.DATA_ANALYSIS
    reporter.report(phase, 0.0, "Checking the columns to cluster by")
    _check_names(frame, spec)
    if len(frame) < FEWEST_ROWS:
        raise InsufficientDataError(
            f"The table has {len(frame)} rows; a clustering needs at least {FEWEST_ROWS}"
        )
    count = len(frame.columns)

    def on_column(position: int, name: str) -> None:
        message = f"Analysing column {position + 1} of {count}: {name}"
        reporter.report(phase, 0.1 + 0.8 * position / count, message)

    profile = profile_table(frame, on_column)
    reporter.report(phase, 1.0, f"Analysed {count:,} columns")
    kept_out = [name for name in (spec.target_variable, *spec.exclude_columns) if name]
    return Inputs(
        frame=frame.drop(columns=kept_out),
        target=frame[spec.target] if spec.target else None,
        profile=profile,
        notes=_notes(spec, profile),
    )


def prepare(inputs: Inputs, spec: TableSpec, reporter: PhaseReporter) -> Prepared:
    """Turn the rows into points of a space in which distances mean something.

    Raises
    ------
    InvalidDataError
        If no column tells the rows apart.
    """
    phase = TablePhase.PREPROCESSING
    reporter.report(phase, 0.0, "Deciding how each column is read")
    plan = plan_columns(inputs.frame)
    drops = _drops(plan)
    if not plan.features:
        raise InvalidDataError(f"No column is left to cluster by ({'; '.join(drops)})")
    random = np.random.default_rng(spec.seed)
    rows = random.permutation(len(inputs.frame))[:_LEARNED_ROWS]
    reporter.report(phase, 0.2, f"Preprocessing {len(plan.features)} columns", logs=drops)
    encoder = TableEncoder(plan)
    encoded = encoder.fit_transform(inputs.frame.iloc[rows])
    layout = Layout.of(encoder)
    if not layout.sources:
        raise InvalidDataError("No column is left to cluster by: all rows are alike")
    reporter.report(phase, 0.6, "Weighing the columns")
    learned = encoded.take(slice(0, _learned_rows(layout, spec)))
    space = Space(layout, spec.seed).fit(learned)
    points = space.transform(learned)
    message = f"Prepared {len(points):,} rows in {space.dimensions} dimensions"
    reporter.report(phase, 1.0, message, logs=(message,))
    return Prepared(
        plan=plan,
        encoder=encoder,
        space=space,
        rows=rows[: len(points)],
        encoded=learned,
        points=points,
        table_rows=len(inputs.frame),
        notes=_sampled(len(inputs.frame), len(points)),
    )


def _learned_rows(layout: Layout, spec: TableSpec) -> int:
    features = len(layout.number_sources) + 10 * len(layout.code_sources)
    most = min(_LEARNED_ROWS, round(_ROWS_PER_SECOND * spec.time_budget_seconds))
    if spec.max_memory_bytes is not None:
        most = min(most, spec.max_memory_bytes // (64 * features))
    return max(_FEWEST_LEARNED_ROWS, min(most, _LEARNED_CELLS // features))


def _check_names(frame: pd.DataFrame, spec: TableSpec) -> None:
    if spec.target and spec.target not in frame.columns:
        raise TargetNotFoundError(
            f"Target variable '{spec.target}' not found in data. "
            f"Available columns: {[str(name) for name in frame.columns]}"
        )
    unknown = [name for name in spec.exclude_columns if name not in frame.columns]
    if unknown:
        raise InvalidParameterError(
            f"exclude_columns names columns that are not in the data: {name_columns(unknown)}"
        )


def _notes(spec: TableSpec, profile: dict[str, Any]) -> tuple[str, ...]:
    found = []
    if spec.target:
        found.append(
            f"'{spec.target}' was kept out of the clustering and only compared with its clusters"
        )
    if profile["duplicate_rows"]:
        found.append(f"{profile['duplicate_rows']:,} rows repeat another row exactly")
    unused = {
        "time_column": spec.time_column,
        "group_column": spec.group_column,
        "horizon": spec.horizon,
    }
    named = [name for name, value in unused.items() if value is not None]
    if named:
        found.append(f"A clustering has no use for {name_columns(named)}")
    return tuple(found)


def _drops(plan: ColumnPlan) -> tuple[str, ...]:
    return tuple(f"Column '{name}' left out: {why}" for name, why in plan.dropped.items())


def _sampled(rows: int, learned: int) -> tuple[str, ...]:
    if learned == rows:
        return ()
    return (f"The clusters were learned from {learned:,} of {rows:,} rows, drawn at random",)
