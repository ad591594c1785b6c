"""A training run on a table: load it, then the story of its task."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import BinaryIO

import pandas as pd
from threadpoolctl import threadpool_limits

from pipeline.clusters.train import cluster_table
from pipeline.errors import InvalidDataError
from pipeline.progress import ProgressCallback, ignore_progress
from pipeline.table.judging import FINISHED_EARLY
from pipeline.table.phases import PhaseReporter, never
from pipeline.table.result import TableResult
from pipeline.table.search.journal import Journal, NoJournal
from pipeline.table.source import LoadedTable, load_table
from pipeline.table.spec import SUPERVISED, TableLimits, TableSpec
from pipeline.table.supervised import check_supervised, train_supervised

__all__ = ["FINISHED_EARLY", "train_table"]

_DEFAULT_LIMITS = TableLimits()


def train_table(
    source: BinaryIO | pd.DataFrame,
    spec: TableSpec,
    *,
    limits: TableLimits = _DEFAULT_LIMITS,
    on_progress: ProgressCallback = ignore_progress,
    should_finish: Callable[[], bool] = never,
    journal: Journal | None = None,
) -> TableResult:
    """Make the best model of a table within ``spec.time_budget_seconds``.

    Parameters
    ----------
    source
        A seekable Parquet file, or a frame.
    spec
        What to learn, and how.
    limits
        The largest table to accept.
    on_progress
        Hears of every step, in the phases of ``TablePhase``; what it raises ends the run at once.
    should_finish
        Asked after every step; once it says so, what could still improve the model is left, the
        best so far is fitted and judged, and a note tells of it.
    journal
        Keeps what a search has finished, so that a run after an interrupted one need not repeat it.

    Returns
    -------
    TableResult
        The fitted model and its measured quality. The same source, request and seed give the same
        result, times excepted, if the run ends by ``spec.max_trials`` before its time is over.

    Raises
    ------
    PipelineError
        One of its leaves, if the table or the request cannot become a model.
    """
    start = time.perf_counter()
    if spec.ml_task in SUPERVISED:
        check_supervised(spec)
    reporter = PhaseReporter(on_progress, should_finish)
    with threadpool_limits(limits=spec.threads):
        loaded = load_table(source, limits, reporter)
        asked = _of_usable_columns(spec, loaded.unusable)
        result = _train(loaded, asked, reporter, start, journal or NoJournal())
        return _telling_unusable(result, loaded.unusable) if loaded.unusable else result


def _train(
    loaded: LoadedTable, spec: TableSpec, reporter: PhaseReporter, start: float, journal: Journal
) -> TableResult:
    if spec.ml_task == "time_series":
        from pipeline.series.train import forecast_table  # noqa: PLC0415 -- Prophet is slow to import

        return forecast_table(loaded, spec, reporter, start)
    if spec.ml_task == "clustering":
        return cluster_table(loaded, spec, reporter, start)
    return train_supervised(loaded, spec, reporter, start, journal)


def _of_usable_columns(spec: TableSpec, unusable: Mapping[str, str]) -> TableSpec:
    """The request without the exclusion of columns that are left out anyway."""
    for role in ("target_variable", "time_column", "group_column"):
        name = getattr(spec, role)
        if name in unusable:
            raise InvalidDataError(f"{role} '{name}' {unusable[name]}")
    kept = tuple(name for name in spec.exclude_columns if name not in unusable)
    return replace(spec, exclude_columns=kept)


def _telling_unusable(result: TableResult, unusable: Mapping[str, str]) -> TableResult:
    dropped = {**result.profile["dropped"], **unusable}
    return replace(result, profile={**result.profile, "dropped": dropped})
