"""What a training on an uploaded table may be told, in a message or in a form."""

from typing import Literal

from pydantic import Field, model_validator

from api.column_names import Column, Columns
from api.schemas import Request, Text
from core.settings import LONGEST_TIME_BUDGET_S
from core.training_options import LONGEST_TIMEOUT_S

LONGEST_HORIZON = 10_000
MOST_EXCLUDED = 2_000

TableTask = Literal["classification", "regression", "clustering", "time_series"]


class TableRequest(Request):
    """What a training of an uploaded Parquet file needs to be told."""

    ml_task: TableTask = Field(
        description="`classification`, `regression`, `clustering` or `time_series`"
    )
    target_variable: Column | None = Field(
        default=None, description="The column to predict; a clustering needs none"
    )
    model_type: Text = Field(default="auto", description="`auto`, or the name of one algorithm")
    task_name: Text | None = Field(default=None, description="A name to recognise the model by")
    test_size: float = Field(
        default=0.2, gt=0, lt=1, description="Share of the rows that is held out for the evaluation"
    )
    timeout_seconds: int | None = Field(
        default=None, ge=1, le=LONGEST_TIMEOUT_S, description="Deadline of the training"
    )
    time_budget_seconds: float | None = Field(
        default=None,
        ge=1,
        le=LONGEST_TIME_BUDGET_S,
        description="Time in which the best model is looked for; at most `timeout_seconds`",
    )
    exclude_columns: list[Column] | None = Field(
        default=None, max_length=MOST_EXCLUDED, description="Columns that are not learned from"
    )
    time_column: Column | None = Field(
        default=None,
        description="The column that tells the time: the test is on the newest rows; of a"
        " `time_series`, its axis. Left out, it is found where the data show it",
    )
    group_column: Column | None = Field(
        default=None,
        description="Rows of one group are all learned from or all tested on; of a `time_series`,"
        " the column that names the series",
    )
    horizon: int | None = Field(
        default=None, ge=1, le=LONGEST_HORIZON, description="Periods that a `time_series` is told"
    )
    metric: Text | None = Field(
        default=None, description="What models are chosen by; left out, log loss or RMSE"
    )
    seed: int | None = Field(
        default=None,
        ge=0,
        lt=2**32,
        description="The same file, request and seed give the same model, as far as time allows",
    )
    max_predict_ms: float | None = Field(
        default=None, gt=0, description="Longest time that the prediction of one row may take"
    )

    @model_validator(mode="after")
    def _fits_together(self) -> "TableRequest":
        if self.target_variable is None and self.ml_task != "clustering":
            raise ValueError(
                f"target_variable is required for {self.ml_task}: name the column to predict"
            )
        if self.target_variable in (self.exclude_columns or ()):
            raise ValueError(
                f"exclude_columns names the target variable '{self.target_variable}':"
                " leave it out of one of them"
            )
        if (self.time_budget_seconds or 0) > (self.timeout_seconds or LONGEST_TIMEOUT_S):
            raise ValueError(
                f"time_budget_seconds is {self.time_budget_seconds:g}: it takes at most"
                f" timeout_seconds, which is {self.timeout_seconds}"
            )
        return self


class StudioRequest(TableRequest):
    """The first message of a Model Studio connection. The file may follow as a binary message."""

    action: Literal["start_training"]
    file_data: str | None = Field(default=None, description="The Parquet file as Base64 text")


class UploadForm(TableRequest):
    """The fields beside `file`."""

    exclude_columns: Columns = Field(
        default=None,
        max_length=MOST_EXCLUDED,
        description="Columns that are not learned from: a JSON list, or names separated by commas",
    )
