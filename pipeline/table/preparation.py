"""All that happens to a table before an algorithm sees it: analysis, split, preprocessing."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from pipeline.errors import InvalidDataError, InvalidParameterError
from pipeline.table.arrow import name_columns
from pipeline.table.columns import ColumnPlan, plan_columns
from pipeline.table.fitting import Part
from pipeline.table.phases import PhaseReporter, TablePhase
from pipeline.table.preprocess import build_preprocessing
from pipeline.table.profile import profile_table, profile_target
from pipeline.table.selection import Fold
from pipeline.table.spec import TableSpec
from pipeline.table.split import folds, sample_rows, split_rows
from pipeline.table.target import Target, read_target

_COMPARED_CELLS = 200_000
_COMPARED_ROWS = (1_000, 5_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """The columns to learn from, the target of the same rows, and what was found in the table."""

    inputs: pd.DataFrame
    target: Target
    profile: dict[str, Any]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Matrices for every purpose. Those of ``folds`` are made by preprocessing of their own, fitted
    on the rows that the fold fits on; ``preprocessing`` is fitted on all training rows."""

    plan: ColumnPlan
    preprocessing: Pipeline
    folds: tuple[Fold, ...]
    train: Part
    test: Part

    @property
    def compared_rows(self) -> int:
        """How many of the training rows the folds are made of."""
        first = self.folds[0]
        return len(first.train.target) + len(first.validation.target)


def analyse(frame: pd.DataFrame, spec: TableSpec, reporter: PhaseReporter) -> Analysis:
    """Check the target and describe all columns (the data analysis phase)."""
    phase = TablePhase.DATA_ANALYSIS
    reporter.report(phase, 0.0, "Checking the target variable")
    target = read_target(frame, spec)
    _check_excluded(frame, spec)
    count = len(frame.columns)

    def on_column(position: int, name: str) -> None:
        message = f"Analysing column {position + 1} of {count}: {name}"
        reporter.report(phase, 0.1 + 0.8 * position / count, message)

    profile = profile_table(frame, on_column)
    profile["target"] = profile_target(pd.Series(target.values), target.classes)
    reporter.report(phase, 1.0, f"Analysed {count:,} columns", logs=target.notes)
    inputs = frame.loc[target.kept].drop(columns=[spec.target, *spec.exclude_columns])
    notes = (*target.notes, *_findings(profile, list(inputs.columns)))
    return Analysis(inputs=inputs, target=target, profile=profile, notes=notes)


def prepare(analysis: Analysis, spec: TableSpec, reporter: PhaseReporter) -> Prepared:
    """Split the rows and turn them into matrices (the preprocessing phase).

    Raises
    ------
    InvalidDataError
        If no column is left to learn from.
    """
    phase = TablePhase.PREPROCESSING
    reporter.report(phase, 0.0, "Setting aside the rows for the final test")
    target, inputs = analysis.target, analysis.inputs
    train, test = split_rows(target, spec)
    training, y = inputs.iloc[train], target.values[train]
    plan = plan_columns(training)
    if not plan.features:
        reasons = "; ".join(f"'{name}': {reason}" for name, reason in plan.dropped.items())
        raise InvalidDataError(f"No column is left to learn from ({reasons or 'only the target'})")
    reporter.report(phase, 0.2, f"Preprocessing {len(plan.features)} columns", logs=_drops(plan))
    preprocessing = build_preprocessing(plan)
    learned = Part(preprocessing.fit_transform(training), y)
    reporter.report(phase, 0.6, "Preparing the rows for cross-validation")
    made = _make_folds(training, y, plan, spec, reporter)
    reporter.report(phase, 0.9, "Preparing the rows for the final test")
    judged = Part(preprocessing.transform(inputs.iloc[test]), target.values[test])
    message = f"Prepared {learned.matrix.shape[1]:,} features of {len(train):,} training rows"
    reporter.report(phase, 1.0, message, logs=(message,))
    return Prepared(plan=plan, preprocessing=preprocessing, folds=made, train=learned, test=judged)


def _make_folds(
    training: pd.DataFrame,
    y: np.ndarray[Any, Any],
    plan: ColumnPlan,
    spec: TableSpec,
    reporter: PhaseReporter,
) -> tuple[Fold, ...]:
    is_classes = spec.ml_task == "classification"
    fewest, most = _COMPARED_ROWS
    count = min(most, max(fewest, _COMPARED_CELLS // len(plan.features)))
    sample = sample_rows(y, count, is_classes=is_classes, seed=spec.seed)
    rows, y = training.iloc[sample], y[sample]
    made = []
    for fit, judge in folds(y, is_classes=is_classes, seed=spec.seed):
        preprocessing = build_preprocessing(plan)
        fitted = Part(preprocessing.fit_transform(rows.iloc[fit]), y[fit])
        made.append(Fold(fitted, Part(preprocessing.transform(rows.iloc[judge]), y[judge])))
        message = "Preparing the rows for cross-validation"
        reporter.report(TablePhase.PREPROCESSING, 0.6 + 0.05 * len(made), message)
    return tuple(made)


def _check_excluded(frame: pd.DataFrame, spec: TableSpec) -> None:
    unknown = [name for name in spec.exclude_columns if name not in frame.columns]
    if unknown:
        raise InvalidParameterError(
            f"exclude_columns names columns that are not in the data: {name_columns(unknown)}"
        )


def _findings(profile: dict[str, Any], names: list[str]) -> list[str]:
    found = []
    if profile["duplicate_rows"]:
        found.append(
            f"{profile['duplicate_rows']:,} rows repeat another row exactly; if they are copies, "
            "the test figures look better than they are"
        )
    infinite = [name for name in names if profile["columns"][name].get("infinite")]
    if infinite:
        found.append(f"Infinite values count as missing in: {name_columns(infinite)}")
    return found


def _drops(plan: ColumnPlan) -> tuple[str, ...]:
    return tuple(f"Column '{name}' left out: {why}" for name, why in plan.dropped.items())
