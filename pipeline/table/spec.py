"""What a training run on a table is asked for, and how large the table may be."""

from collections.abc import Collection
from dataclasses import dataclass

from pipeline.errors import InvalidParameterError

SUPERVISED = ("classification", "regression")
ML_TASKS = (*SUPERVISED, "clustering", "time_series")
DEVICES = ("cpu", "cuda")


@dataclass(frozen=True, slots=True, kw_only=True)
class TableLimits:
    """The largest table that is read; everything beyond is refused before it fills the memory."""

    max_rows: int = 5_000_000
    max_columns: int = 2_000
    max_bytes_in_memory: int = 2 * 1024**3


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSpec:
    """One request to make a model of a table.

    Parameters
    ----------
    ml_task
        One of ``ML_TASKS``.
    target_variable
        The column to predict; none for a clustering.
    model_type
        ``"auto"`` compares every algorithm of the task; the name of one trains that one only.
    task_name
        A name for people; the computation does not use it.
    test_size
        Share of the rows that is set aside for the final evaluation, between 0 and 1 exclusive.
    exclude_columns
        Columns that must not be learned from.
    time_column
        The column that orders the rows in time: the test is on the newest rows. The time axis of a
        ``time_series``. Found by itself where the data show it.
    group_column
        Rows of one group are never on both sides of a split; the name of the series in a
        ``time_series`` of several.
    horizon
        How many periods ahead a ``time_series`` is forecast.
    metric
        What models are chosen by; by default log loss or RMSE.
    time_budget_seconds
        The whole training ends within this time.
    max_predict_ms
        The longest time that the model may need for the prediction of one row.
    max_trials
        The most configurations that are tried; by default as many as the time allows. A run that
        ends by this limit, well within its time, gives the same model every time.
    seed
        The same data, request and seed give the same model, as far as the time allows.
    threads
        Threads that fits and predictions may use.
    device
        ``"cuda"`` for algorithms that can use a GPU.
    max_memory_bytes
        What a fit may take; an algorithm that needs more is left out.

    Raises
    ------
    InvalidParameterError
        If a value is not one of those above.
    """

    ml_task: str
    target_variable: str | None = None
    model_type: str = "auto"
    task_name: str | None = None
    test_size: float = 0.2
    exclude_columns: tuple[str, ...] = ()
    time_column: str | None = None
    group_column: str | None = None
    horizon: int | None = None
    metric: str | None = None
    time_budget_seconds: float = 60.0
    max_predict_ms: float | None = None
    max_trials: int | None = None
    seed: int = 0
    threads: int = 1
    device: str = "cpu"
    max_memory_bytes: int | None = None

    def __post_init__(self) -> None:
        _check_task(self.ml_task)
        self._check_columns()
        self._check_numbers()
        if self.device not in DEVICES:
            raise InvalidParameterError(
                f"device is '{self.device}'; accepted: {', '.join(DEVICES)}"
            )

    @property
    def target(self) -> str:
        """The name of the target column, which validation has made sure of."""
        return self.target_variable or ""

    def _check_columns(self) -> None:
        if self.ml_task != "clustering" and not self.target_variable:
            raise InvalidParameterError(
                f"target_variable is missing: {self.ml_task} needs the name of a column to predict"
            )
        if self.target_variable in self.exclude_columns:
            raise InvalidParameterError(
                f"exclude_columns contains the target variable '{self.target_variable}'"
            )
        for role, name in (("time_column", self.time_column), ("group_column", self.group_column)):
            if name is not None and name == self.target_variable:
                raise InvalidParameterError(f"{role} is '{name}', which is the target variable")

    def _check_numbers(self) -> None:
        if not 0 < self.test_size < 1:
            raise InvalidParameterError(
                f"test_size is {self.test_size}; accepted: a number greater than 0 and less than 1"
            )
        if not 0 <= self.seed < 2**32:
            raise InvalidParameterError(
                f"seed is {self.seed}; accepted: a whole number from 0 to {2**32 - 1}"
            )
        at_least = {
            "threads": (self.threads, 1),
            "horizon": (self.horizon, 1),
            "time_budget_seconds": (self.time_budget_seconds, 1),
            "max_trials": (self.max_trials, 1),
        }
        for name, (value, least) in at_least.items():
            if value is not None and value < least:
                raise InvalidParameterError(f"{name} is {value}; accepted: {least} or more")
        if self.max_predict_ms is not None and self.max_predict_ms <= 0:
            raise InvalidParameterError(
                f"max_predict_ms is {self.max_predict_ms}; accepted: a number greater than 0"
            )


def check_model_type(spec: TableSpec, names: Collection[str]) -> None:
    """Refuse a ``model_type`` that is none of the algorithms of its task."""
    if spec.model_type not in ("auto", *names):
        raise InvalidParameterError(
            f"model_type '{spec.model_type}' is unknown for {spec.ml_task}; "
            f"accepted: auto, {', '.join(names)}"
        )


def _check_task(ml_task: str) -> None:
    if ml_task not in ML_TASKS:
        raise InvalidParameterError(
            f"ml_task '{ml_task}' is unknown; accepted: {', '.join(ML_TASKS)}"
        )
