"""What a training run on a table is asked for, and how large the table may be."""

from dataclasses import dataclass

from pipeline.errors import InvalidParameterError
from pipeline.table.algorithms import ALGORITHMS

ML_TASKS = ("classification", "regression")
_ANNOUNCED_TASKS = ("clustering", "time_series")


@dataclass(frozen=True, slots=True, kw_only=True)
class TableLimits:
    """The largest table that is read; everything beyond is refused before it fills the memory."""

    max_rows: int = 5_000_000
    max_columns: int = 2_000
    max_bytes_in_memory: int = 2 * 1024**3


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSpec:
    """One request to learn ``target_variable`` from the other columns of a table.

    Parameters
    ----------
    ml_task
        ``"classification"`` or ``"regression"``.
    target_variable
        The column to predict.
    model_type
        ``"auto"`` compares every entry of ``ALGORITHMS``; the name of one trains that one only.
    task_name
        A name for people; the computation does not use it.
    test_size
        Share of the rows that is set aside for the final evaluation, between 0 and 1 exclusive.
    exclude_columns
        Columns that must not be learned from.
    seed
        The same data, request and seed give the same model.
    threads
        Threads that fits and predictions may use.

    Raises
    ------
    InvalidParameterError
        If a value is not one of those above.
    """

    ml_task: str
    target_variable: str | None
    model_type: str = "auto"
    task_name: str | None = None
    test_size: float = 0.2
    exclude_columns: tuple[str, ...] = ()
    seed: int = 0
    threads: int = 1

    def __post_init__(self) -> None:
        _check_task(self.ml_task)
        if not self.target_variable:
            raise InvalidParameterError(
                f"target_variable is missing: {self.ml_task} needs the name of a column to predict"
            )
        if self.model_type not in ("auto", *ALGORITHMS):
            raise InvalidParameterError(
                f"model_type '{self.model_type}' is unknown; "
                f"accepted: auto, {', '.join(ALGORITHMS)}"
            )
        if not 0 < self.test_size < 1:
            raise InvalidParameterError(
                f"test_size is {self.test_size}; accepted: a number greater than 0 and less than 1"
            )
        if self.target_variable in self.exclude_columns:
            raise InvalidParameterError(
                f"exclude_columns contains the target variable '{self.target_variable}'"
            )
        if not 0 <= self.seed < 2**32:
            raise InvalidParameterError(
                f"seed is {self.seed}; accepted: a whole number from 0 to {2**32 - 1}"
            )
        if self.threads < 1:
            raise InvalidParameterError(f"threads is {self.threads}; accepted: 1 or more")

    @property
    def target(self) -> str:
        """The name of the target column, which validation has made sure of."""
        return self.target_variable or ""


def _check_task(ml_task: str) -> None:
    if ml_task in _ANNOUNCED_TASKS:
        raise InvalidParameterError(
            f"ml_task '{ml_task}' is not available yet: use {' or '.join(ML_TASKS)}"
        )
    if ml_task not in ML_TASKS:
        raise InvalidParameterError(
            f"ml_task '{ml_task}' is unknown; accepted: {', '.join(ML_TASKS)}"
        )
