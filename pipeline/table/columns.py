"""What each column is to a model: a number, a category, a date, a text, or nothing to learn from."""

from dataclasses import dataclass, field

import pandas as pd

from pipeline.table.encoding.categories import CategoryEncoder
from pipeline.table.encoding.dates import DateEncoder
from pipeline.table.encoding.features import ColumnEncoder
from pipeline.table.encoding.numbers import NumberEncoder
from pipeline.table.encoding.presence import PresenceEncoder
from pipeline.table.encoding.texts import TextEncoder
from pipeline.table.encoding.written_dates import ISO
from pipeline.table.encoding.written_numbers import PLAIN

FEW_VALUES = 30
_IDENTIFIER_SHARE = 0.5
_IDENTIFIER_MIN_VALUES = 10
_RUNNING_NUMBER_SPAN = 3
_PARSED_SHARE = 0.98
_SAMPLE = 10_000
_ISO_DATE = r"\d{4}-\d{2}-\d{2}"
_LEADING_ZERO = r"0\d+"


@dataclass(slots=True)
class ColumnPlan:
    """Which columns are learned from, and how; ``presence`` columns only by being filled or not."""

    numbers: list[str] = field(default_factory=list)
    categories: list[str] = field(default_factory=list)
    dates: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    presence: list[str] = field(default_factory=list)
    dropped: dict[str, str] = field(default_factory=dict)

    @property
    def kinds(self) -> dict[str, str]:
        groups = ("numbers", "categories", "dates", "texts", "presence")
        return {name: group for group in groups for name in getattr(self, group)}

    @property
    def features(self) -> tuple[str, ...]:
        return tuple(self.kinds)

    def encoders(self, name: str) -> list[ColumnEncoder]:
        make = {
            "numbers": lambda name: NumberEncoder(name, PLAIN),
            "categories": CategoryEncoder,
            "dates": lambda name: DateEncoder(name, ISO),
            "texts": TextEncoder,
            "presence": PresenceEncoder,
        }
        return [make[self.kinds[name]](name)]


def plan_columns(frame: pd.DataFrame) -> ColumnPlan:
    """Decide for each column of the training rows, from its values only, never from the target."""
    plan = ColumnPlan()
    for name in frame.columns:
        _place(plan, str(name), frame[name])
    return plan


def _place(plan: ColumnPlan, name: str, column: pd.Series) -> None:
    present = column.dropna()
    if present.empty:
        plan.dropped[name] = "all values are missing"
    elif pd.api.types.is_object_dtype(column.dtype):
        plan.dropped[name] = "raw bytes, not text or numbers"
    elif not column.hasnans and present.nunique() == 1:
        plan.dropped[name] = "the same value in every row"
    elif pd.api.types.is_datetime64_any_dtype(column.dtype):
        plan.dates.append(name)
    elif _is_running_number(column):
        plan.dropped[name] = "a running number, like a row identifier"
    elif _is_text(column):
        _place_text(plan, name, present.astype("str"), len(column))
    else:
        plan.numbers.append(name)


def _is_text(column: pd.Series) -> bool:
    return isinstance(column.dtype, (pd.StringDtype, pd.CategoricalDtype))


def _is_running_number(column: pd.Series) -> bool:
    if not pd.api.types.is_integer_dtype(column.dtype) or len(column) <= _IDENTIFIER_MIN_VALUES:
        return False
    span = int(column.max()) - int(column.min()) + 1
    return span <= _RUNNING_NUMBER_SPAN * len(column) and bool(column.is_unique)


def _place_text(plan: ColumnPlan, name: str, present: pd.Series, rows: int) -> None:
    sample = present.sample(min(_SAMPLE, len(present)), random_state=0)
    distinct = present.nunique()
    if _holds_dates(sample):
        plan.dates.append(name)
    elif _holds_numbers(sample):
        plan.numbers.append(name)
    elif distinct > max(_IDENTIFIER_MIN_VALUES, _IDENTIFIER_SHARE * len(present)):
        _drop_identifier(plan, name, distinct, is_sparse=len(present) < rows)
    else:
        plan.categories.append(name)


def _drop_identifier(plan: ColumnPlan, name: str, distinct: int, *, is_sparse: bool) -> None:
    reason = f"text with {distinct:,} different values, like an identifier or free text"
    if is_sparse:
        plan.presence.append(name)
        reason += "; only whether it is filled in is learned from"
    plan.dropped[name] = reason


def _holds_dates(sample: pd.Series) -> bool:
    if not sample.str.match(_ISO_DATE).mean() >= _PARSED_SHARE:
        return False
    parsed = pd.to_datetime(sample, format="ISO8601", errors="coerce", utc=True)
    return bool(parsed.notna().mean() >= _PARSED_SHARE)


def _holds_numbers(sample: pd.Series) -> bool:
    """Digits with a leading zero are codes (postcodes, article numbers), not amounts."""
    if sample.str.fullmatch(_LEADING_ZERO).any():
        return False
    return bool(pd.to_numeric(sample, errors="coerce").notna().mean() >= _PARSED_SHARE)


def date_encoder(column: pd.Series) -> DateEncoder | None:
    """How the dates of ``column`` are read; None if it holds none."""
    name = str(column.name)
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return DateEncoder(name, ISO)
    present = column.dropna()
    if present.empty or not _is_text(column) or not _holds_dates(present.astype("str")):
        return None
    return DateEncoder(name, ISO)
