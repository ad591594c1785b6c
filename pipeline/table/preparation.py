"""All that happens to a table before an algorithm sees it: analysis, split, encoding."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy.typing as npt
import pandas as pd

from pipeline.errors import InvalidDataError, InvalidParameterError
from pipeline.table.arrow import name_columns
from pipeline.table.columns import ColumnPlan, plan_columns
from pipeline.table.encoding.encoded import Encoded
from pipeline.table.encoding.encoder import TableEncoder
from pipeline.table.leakage import associations, find_suspects
from pipeline.table.phases import PhaseReporter, TablePhase
from pipeline.table.profile import profile_table, profile_target
from pipeline.table.spec import TableSpec
from pipeline.table.split import Rows, folds, split_rows
from pipeline.table.structure import Structure, find_structure
from pipeline.table.target import Target, read_target

GROUPS_DO_NOT_RECUR = (
    "it tells which rows belong together; the model is for rows of other groups, "
    "of which it would have learned nothing"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """The columns to learn from, the target of the same rows, and what was found in the table."""

    inputs: pd.DataFrame
    target: Target
    structure: Structure
    profile: dict[str, Any]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """The rows as arrays: those to learn from in a search, and those that judge the outcome.

    ``encoder`` has learned from the rows ``train`` only. The final model learns from all of
    ``inputs``. ``associations`` tell how much of the target each column explains by itself.
    """

    inputs: pd.DataFrame
    all_target: npt.NDArray[Any]
    plan: ColumnPlan
    encoder: TableEncoder
    train_rows: Rows
    test_rows: Rows
    train: Encoded
    test: Encoded
    structure: Structure
    associations: dict[str, float]
    suspects: dict[str, float]

    @property
    def train_target(self) -> npt.NDArray[Any]:
        return self.all_target[self.train_rows]

    @property
    def test_target(self) -> npt.NDArray[Any]:
        return self.all_target[self.test_rows]

    def folds(self, count: int, repetition: int, spec: TableSpec) -> Sequence[tuple[Rows, Rows]]:
        """``count`` pairs of training rows to fit on and to judge by; with time, the newest first.
        Each ``repetition`` draws others, where chance has a part."""
        made = list(
            folds(
                self.train_target,
                is_classes=spec.ml_task == "classification",
                seed=(spec.seed + repetition) % 2**32,
                structure=self.structure.take(self.train_rows),
                count=count,
            )
        )
        return made[::-1] if self.structure.moments is not None else made


def analyse(frame: pd.DataFrame, spec: TableSpec, reporter: PhaseReporter) -> Analysis:
    """Check the target and describe all columns (the data analysis phase)."""
    phase = TablePhase.DATA_ANALYSIS
    reporter.report(phase, 0.0, "Checking the target variable")
    target = read_target(frame, spec)
    _check_excluded(frame, spec)
    count = len(frame.columns)

    def on_column(position: int, name: str) -> None:
        message = f"Analysing column {position + 1} of {count}: {name}"
        reporter.report(phase, 0.1 + 0.7 * position / count, message)

    profile = profile_table(frame, on_column)
    profile["target"] = profile_target(pd.Series(target.values), target.classes)
    inputs = frame.loc[target.kept].drop(columns=[spec.target])
    structure = find_structure(inputs, target.values, spec)
    left_out = {*spec.exclude_columns, structure.group_column}
    inputs = inputs[[name for name in inputs.columns if name not in left_out]]
    notes = (*target.notes, *structure.notes, *_findings(profile, list(inputs.columns)))
    reporter.report(phase, 1.0, f"Analysed {count:,} columns", logs=notes)
    return Analysis(inputs=inputs, target=target, structure=structure, profile=profile, notes=notes)


def prepare(analysis: Analysis, spec: TableSpec, reporter: PhaseReporter) -> Prepared:
    """Split the rows and turn them into arrays (the preprocessing phase).

    Raises
    ------
    InvalidDataError
        If no column is left to learn from.
    """
    phase = TablePhase.PREPROCESSING
    reporter.report(phase, 0.0, "Setting aside the rows for the final test")
    target, inputs = analysis.target, analysis.inputs
    train, test = split_rows(target, spec, analysis.structure)
    training = inputs.iloc[train]
    plan = plan_columns(training)
    if analysis.structure.group_column is not None:
        plan.dropped[analysis.structure.group_column] = GROUPS_DO_NOT_RECUR
    encoder, encoded = _encode(plan, training, reporter)
    reporter.report(phase, 0.7, "Preparing the rows for the final test")
    tested = encoder.transform(inputs.iloc[test])
    reporter.report(phase, 0.8, "Looking for columns that give the answer away")
    time = analysis.structure.time_column
    found = associations(
        encoded,
        encoder.layout,
        target.values[train],
        classes=len(target.classes or ()),
        seed=spec.seed,
        times=(*plan.dates, time or ""),
    )
    suspects = find_suspects(found, time)
    features = len(encoder.layout.numbers) + len(encoder.layout.codes)
    message = f"Prepared {features:,} features of {len(train):,} training rows"
    reporter.report(phase, 1.0, message, logs=(message, *suspect_notes(suspects)))
    return Prepared(
        inputs=inputs,
        all_target=target.values,
        plan=plan,
        encoder=encoder,
        train_rows=train,
        test_rows=test,
        train=encoded,
        test=tested,
        structure=analysis.structure,
        associations=found,
        suspects=suspects,
    )


def suspect_notes(suspects: dict[str, float]) -> list[str]:
    """A warning for each column that predicts the target too well by itself."""
    return [
        f"'{name}' alone explains {share:.0%} of the target: make sure that it is known before "
        "the target is, or exclude it"
        for name, share in suspects.items()
    ]


def _encode(
    plan: ColumnPlan, training: pd.DataFrame, reporter: PhaseReporter
) -> tuple[TableEncoder, Encoded]:
    if plan.features:
        message = f"Preprocessing {len(plan.features)} columns"
        reporter.report(TablePhase.PREPROCESSING, 0.2, message, logs=_drops(plan))
        encoder = TableEncoder(plan)
        encoded = encoder.fit_transform(training)
        if encoder.layout.numbers or encoder.layout.codes:
            return encoder, encoded
    reasons = "; ".join(f"'{name}': {reason}" for name, reason in plan.dropped.items())
    raise InvalidDataError(f"No column is left to learn from ({reasons or 'only the target'})")


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
