"""Tables of every sort that people send, and requests for them, as Hypothesis draws them."""

import datetime as dt
import io
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import strategies as st

Chance = np.random.Generator
Recipe = Callable[[Chance, int], pa.Array]

_WORDS = ("red", "green", "blau", "été", "日本", "🎉", "a b", "x\ty", "nan", "None", "1e5", "<b>")
_DAY = dt.date(2024, 1, 1)
_LARGE = Decimal("12345678901234567890123456789.123456789")


def _normal(chance: Chance, rows: int) -> pa.Array:
    return pa.array(chance.normal(50, 10, rows))


def _of(values: Any, data_type: pa.DataType | None = None) -> Recipe:
    """Values drawn from a few."""

    def made(chance: Chance, rows: int) -> pa.Array:
        picks = chance.integers(0, len(values), rows)
        return pa.array([values[pick] for pick in picks], type=data_type)

    return made


def _each(make: Callable[[int], Any], data_type: pa.DataType | None = None) -> Recipe:
    """Another value in each row."""
    return lambda _, rows: pa.array([make(row) for row in range(rows)], type=data_type)


def _integers(data_type: pa.DataType) -> Recipe:
    """The whole range of a type."""
    kind = np.dtype(data_type.to_pandas_dtype())
    least, most = np.iinfo(kind).min, np.iinfo(kind).max
    return lambda chance, rows: pa.array(
        chance.integers(least, most, rows, dtype=kind, endpoint=True), type=data_type
    )


def _dictionary(values: list[Any]) -> Recipe:
    def made(chance: Chance, rows: int) -> pa.Array:
        picks = pa.array(chance.integers(0, len(values), rows), type=pa.int8())
        return pa.DictionaryArray.from_arrays(picks, pa.array(values))

    return made


def _sentences(chance: Chance, rows: int) -> pa.Array:
    return pa.array([" ".join(chance.choice(_WORDS, 9)) for _ in range(rows)])


def _codes(chance: Chance, rows: int) -> pa.Array:
    return pa.array([f"{chance.choice(['A', 'B'])}/{chance.integers(0, 99)}" for _ in range(rows)])


def _money(chance: Chance, rows: int) -> pa.Array:
    return pa.array([f"$ {amount:,.2f}" for amount in chance.lognormal(6, 3, rows)])


def _written_days(form: str) -> Recipe:
    return _each(lambda row: (_DAY + dt.timedelta(days=row)).strftime(form))


def _times(unit: str, zone: str | None = None) -> Recipe:
    """Steps of some hours, with the extremes of the unit now and then."""
    least, most = {"s": (-(2**35), 2**35), "ns": (-(2**63) + 1, 2**63 - 1)}.get(
        unit, (-(2**50), 2**50)
    )

    def made(chance: Chance, rows: int) -> pa.Array:
        per_second = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
        ticks = (1_700_000_000 + 7_200 * np.arange(rows)) * per_second
        ticks[chance.random(rows) < 0.02] = least
        ticks[chance.random(rows) < 0.02] = most
        return pa.array(ticks, type=pa.int64()).cast(pa.timestamp(unit, zone))

    return made


def _days_in_order(step: int) -> Recipe:
    return _each(lambda row: _DAY + dt.timedelta(days=step * row))


def _lists(chance: Chance, rows: int) -> pa.Array:
    return pa.array(
        [list(range(size)) for size in chance.integers(0, 3, rows)], pa.list_(pa.int8())
    )


LEARNABLE: dict[str, Recipe] = {
    "normal": _normal,
    "few whole numbers": _of([0, 1, 2, 3]),
    "two numbers": _of([0, 1]),
    "two numbers, one rare": _of([0] * 30 + [1]),
    "booleans": _of([True, False]),
    "words": _of(_WORDS[:5]),
    "all words": _of(_WORDS),
    "dictionary of words": _dictionary(["low", "high", "", " "]),
    "dictionary of numbers": _dictionary([1.5, 2.5, -3.0]),
    "counts": lambda chance, rows: pa.array(chance.poisson(3, rows)),
    "single precision": lambda chance, rows: pa.array(chance.normal(0, 1, rows).astype("float32")),
    "half precision": lambda chance, rows: pa.array(chance.normal(0, 1, rows).astype("float16")),
    "decimals": _of([Decimal("1.10"), Decimal("-2.25"), Decimal("99.99")], pa.decimal128(8, 2)),
    "skewed": lambda chance, rows: pa.array(chance.lognormal(0, 8, rows)),
}
"""What can be a target, as a rule."""

COLUMNS: dict[str, Recipe] = {
    **LEARNABLE,
    "all equal": _of([7]),
    "all equal words": _of(["same"]),
    "row numbers": _each(lambda row: row),
    "identifiers": _each(lambda row: f"id-{row:05}"),
    "uuids": _each(lambda row: uuid.UUID(int=row).bytes, pa.uuid()),
    "all of int8": _integers(pa.int8()),
    "all of int64": _integers(pa.int64()),
    "all of uint64": _integers(pa.uint64()),
    "infinities": _of([1.0, 2.0, np.inf, -np.inf, np.nan]),
    "only infinite": _of([np.inf]),
    "huge and tiny": _of([1e308, -1e308, 5e-324, 1e-300, 0.0, -0.0]),
    "almost equal": _of([1.0, 1.0 + 2**-52]),
    "long decimals": _of([_LARGE, -_LARGE, Decimal(0)], pa.decimal256(60, 9)),
    "empty": _of([None], pa.null()),
    "empty words": _of([None], pa.string()),
    "blanks": _of(["", " ", "\n"]),
    "mixed text": _of(["12", "3,5", "2024-01-01", "no", "", "1e400", "-", "NaN", "0x1F"]),
    "odd characters": _of(["\x00", "\u202e", "e\u0301", "\ufeff", "\U0010ffff", "'\"\\"]),
    "long text": _of(["lorem " * 3_000, "ipsum " * 2_000]),
    "string views": _of(_WORDS, pa.string_view()),
    "sentences": _sentences,
    "codes": _codes,
    "money": _money,
    "json": _of(['{"a": 1}', "[]"], pa.json_()),
    "dictionary of days": _dictionary([_DAY, dt.date(2020, 2, 29)]),
    "bytes": _of([b"\xff\xfe", b"ok", b""]),
    "bytes of text": _of([b"red", b"green"]),
    "bytes of one size": _of([b"\x00\x01", b"ab"], pa.binary(2)),
    "days": _days_in_order(1),
    "weeks": _days_in_order(7),
    "days as date64": _of([_DAY, dt.date(1, 1, 1), dt.date(9999, 12, 31)], pa.date64()),
    "seconds": _times("s"),
    "milliseconds": _times("ms"),
    "microseconds in UTC": _times("us", "UTC"),
    "nanoseconds in New York": _times("ns", "America/New_York"),
    "milliseconds at an offset": _times("ms", "+05:30"),
    "written days": _written_days("%d.%m.%Y"),
    "American days": _written_days("%m/%d/%y"),
    "days as numbers": _each(lambda row: int(f"{_DAY + dt.timedelta(days=row):%Y%m%d}")),
    "years": _each(lambda row: 1950 + row % 90),
    "times of day": _of([dt.time(0), dt.time(23, 59, 59, 999_999)], pa.time64("us")),
    "times of day in seconds": _of([0, 86_399], pa.time32("s")),
    "durations": _of([0, -1, 2**62], pa.duration("us")),
    "long durations": _of([2**63 - 1, -(2**63) + 1, 5], pa.duration("s")),
    "lists": _lists,
    "structures": _of([{"a": 1, "b": "x"}, {"a": None, "b": None}]),
    "maps": _of([[("a", 1)], []], pa.map_(pa.string(), pa.int8())),
    "intervals": lambda _, rows: _from_pandas(pd.interval_range(0, periods=rows, freq=2)),
    "periods": lambda _, rows: _from_pandas(pd.period_range("2020-01", periods=rows, freq="M")),
    "ordered categories": lambda _, rows: _from_pandas(
        pd.Categorical(["s", "m", "l"] * rows, ["s", "m", "l", "xl"], ordered=True)[:rows]
    ),
}

NAMES = (
    *("a", "A", " a", "a ", "", " ", "é", "e\u0301", "日本", "🎉", "a.b", "a/b", "\n", "\t", "<i>"),
    *("None", "nan", "0", "1", "index", "__index_level_0__", "prediction", "probability_a"),
    *(
        "lower",
        "upper",
        "cluster",
        "missing",
        "x" * 400,
        "covariate a",
        "time",
        "series",
        "|",
        "%s",
    ),
)
_UNUSABLE = ("lists", "structures", "maps", "intervals")
_KIND = st.sampled_from([name for name in COLUMNS if name not in _UNUSABLE])
_ROWS = (60, 40, 90, 30, 130, 24, 200, 21, 50, 20, 80, 19, 0, 2, 1)


def _from_pandas(values: Any) -> pa.Array:
    table = pa.Table.from_pandas(pd.DataFrame({"x": values}), preserve_index=False)
    return table.column(0).combine_chunks()


def _take(column: pa.Array, places: pa.Array) -> pa.Array:
    """Arrow cannot take from string views."""
    if pa.types.is_string_view(column.type):
        return column.cast(pa.string()).take(places).cast(column.type)
    return column.take(places)


@dataclass(frozen=True, slots=True)
class AnyTable:
    """A table by the recipes of its columns, so that a failure tells which they are."""

    rows: int
    seed: int
    kinds: tuple[tuple[str, str], ...]
    missing: float
    pool: tuple[Any, ...]
    is_shuffled: bool
    row_group: int

    def table(self) -> pa.Table:
        chance = np.random.default_rng(self.seed)
        order = chance.permutation(self.rows) if self.is_shuffled else np.arange(self.rows)
        columns = []
        for place, (_, kind) in enumerate(self.kinds):
            made = _take(self._column(kind, chance), pa.array(order))
            columns.append(self._with_gaps(made, chance) if place % 3 else made)
        return pa.Table.from_arrays(columns, names=[name for name, _ in self.kinds])

    def file(self) -> io.BytesIO:
        file = io.BytesIO()
        pq.write_table(self.table(), file, row_group_size=self.row_group)
        file.seek(0)
        return file

    def _column(self, kind: str, chance: Chance) -> pa.Array:
        if kind == "drawn":
            return _of(self.pool)(chance, self.rows)
        return COLUMNS[kind](chance, self.rows)

    def _with_gaps(self, column: pa.Array, chance: Chance) -> pa.Array:
        gaps: npt.NDArray[np.bool_] = chance.random(self.rows) < self.missing
        places = pa.array(np.arange(self.rows), mask=gaps)
        return _take(column, places)


_DRAWN = st.one_of(
    st.lists(values, min_size=1, max_size=6)
    for values in (
        st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
        st.floats(),
        st.integers(-(2**63), 2**63 - 1),
        st.datetimes(pd.Timestamp("1700-01-01"), pd.Timestamp("2250-01-01")),
        st.dates(),
        st.times(),
        st.timedeltas(dt.timedelta(days=-(10**6)), dt.timedelta(days=10**6)),
        st.binary(max_size=5),
    )
)


@st.composite
def any_table(draw: st.DrawFn, first: tuple[str, ...], *, is_wide: bool = False) -> AnyTable:
    """A table whose first columns are of the kinds ``first``, which may be names of recipes."""
    count = draw(st.integers(40, 300) if is_wide else st.integers(0, 6))
    kinds = [*first, *(draw(st.lists(_KIND | st.just("drawn"), min_size=count, max_size=count)))]
    if draw(st.integers(0, 19)) == 19:
        kinds.append(draw(st.sampled_from(_UNUSABLE)))
    names = draw(st.permutations(NAMES))[: len(kinds)]
    names = [*names, *(f"column {place}" for place in range(len(kinds) - len(names)))]
    if len(kinds) > 1 and draw(st.integers(0, 39)) == 39:
        names[-1] = names[0]
    return AnyTable(
        rows=draw(st.sampled_from(_ROWS)),
        seed=draw(st.integers(0, 2**16)),
        kinds=tuple(zip(names, kinds, strict=True)),
        missing=draw(st.sampled_from([0.0, 0.1, 0.9])),
        pool=tuple(draw(_DRAWN)),
        is_shuffled=draw(st.booleans()),
        row_group=draw(st.sampled_from([7, 1_000])),
    )
