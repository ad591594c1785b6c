"""The cells of a sales file as values, and everything that is wrong in it."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import compress
from typing import Any

from api.errors import InvalidRequestError
from api.sales import cells
from api.sales.ahead import Ahead
from api.sales.columns import OPTIONAL, REQUIRED, fields_of, missing, names_a_shop
from api.sales.dates import First
from api.sales.decimals import DecimalComma
from api.sales.gaps import Gaps
from api.sales.mistakes import Mistakes
from api.sales.named_products import NamedProducts
from api.sales.numbering import is_numbering
from api.sales.sheets import Repetitions
from api.sales.sums import may_name_a_sum, tells_a_day
from api.sales.tables import Place, RaggedRowError, RawBatch, SalesFile, counted, listed, quoted
from api.sales.times import Times
from db.shop.sales import Returned, SalesBatch

_PARSERS: dict[str, Callable[[object], Any]] = {
    "date": cells.moment,
    "product_id": cells.reference,
    "quantity": cells.number,
    "product_name": cells.text,
    "category": cells.text,
    "price": cells.not_negative,
    "revenue": cells.number,
    "promotion": cells.number,
}
_MONEY = frozenset({"price", "revenue"})
_NUMBERS = _MONEY | {"quantity", "promotion"}
_MORE_RETURNED = (
    "must not be negative in a file that has one row for each product and date: write 0, or the"
    " return in a row beside the sale"
)
_MOST_ROWS_NAMED = 5
_MOST_NAMES = 20
_MOST_KNOWN = 100_000


class Reading:
    """Turns cells into values, and collects the errors of the whole file. Its `covariates` are the
    further columns that it keeps, known once it has been read.
    """

    def __init__(self, file: SalesFile, first: First | None) -> None:
        self._fields = fields_of(file.names)
        if lacking := missing(self._fields.values()):
            raise InvalidRequestError(
                f"The file lacks the columns {', '.join(lacking)}. It has {listed(file.names)}."
                f" Required are {', '.join(REQUIRED)}; optional are {', '.join(OPTIONAL)}, and"
                " further columns of numbers. A table that begins with the days may have a column"
                " for each product instead, or one that begins with the products a column for each"
                " day, and nothing else"
            )
        self._names = {field: name for name, field in self._fields.items()}
        self._file = file
        self._moment = partial(cells.moment, first=first)
        self._decimals = DecimalComma(is_usual=file.has_decimal_comma)
        self._times = Times()
        self._gaps = Gaps()
        self._ahead = Ahead(datetime.now(UTC).replace(tzinfo=None) + timedelta(days=1))
        self._named_products = NamedProducts()
        self._repetitions = Repetitions()
        self.covariates: list[str] = []
        self._numberings: list[str] = []
        self._left_out = list(file.left_out)
        self._known: dict[str, dict[object, Any]] = defaultdict(dict)
        self._sums: list[Place] = []
        self._returns = 0
        self._place_of_return: dict[tuple[str, datetime], tuple[Place, str]] = {}
        self._mistakes = Mistakes()

    def batches(self) -> Iterator[SalesBatch]:
        """Values as long as nothing is wrong; raises at the end of the file if something was."""
        is_first = True
        for whole in self._checked_batches():
            raw = self._named_products.coded(self._without_sums(self._by_field(whole)))
            if is_first:
                self._choose_covariates(raw)
                is_first = False
            batch = self._batch(raw)
            if not self._mistakes:
                yield batch
        if self._mistakes:
            raise self._mistakes.refusal()
        self._repetitions.refuse()

    def refusal_of_returns(self, returned: Sequence[Returned]) -> InvalidRequestError:
        """Of a file in which more came back than was sold, each moment of a product an error."""
        for one in returned:
            place, column = self._place_of_return[one.product, one.sold_at]
            self._mistakes.note(place, column, f"{one.quantity:g}", _MORE_RETURNED)
        return self._mistakes.refusal()

    def warnings(self, more_returned: Sequence[Returned] = ()) -> list[str]:
        told = list(self._file.remarks)
        if wide := self._file.wide:
            across, shown = ("day", 2) if wide.has_days_across else ("product", _MOST_NAMES)
            told.append(
                f"Each column of numbers was read as a {across}, each cell as what the product sold"
                f" that day: {listed(wide.others, shown)}"
            )
            if wide.left_out:
                told.append(f"Columns that are no product were left out: {listed(wide.left_out)}")
        renamed = [f"“{name}” as {field}" for name, field in self._fields.items() if name != field]
        if renamed:
            told.append(f"These columns were read: {', '.join(renamed)}")
        if self._file.has_lines_above:
            told.append("What stands above the names of the columns was left out")
        if self._sums:
            told.append(f"What sums up others was left out: {_rows(self._sums)}")
        if self._returns:
            told.append(
                "Quantities below 0 are returns, taken off what the product sold at that time:"
                f" {counted(self._returns)}"
            )
        if more_returned:
            places = sorted(
                self._place_of_return[one.product, one.sold_at] for one in more_returned
            )
            rows = _rows([place for place, _ in places])
            told.append(f"More came back than was sold at that time, which counts as 0: {rows}")
        if self._left_out:
            named = listed(self._left_out)
            told.append(f"These columns hold no numbers and were left out: {named}")
        if self._file.has_unnamed:
            told.append("Columns without a name were left out")
        others = (
            self._told_of_numberings(),
            self._named_products.told(),
            self._times.told(),
            self._ahead.told(),
            self._gaps.told(),
            self._decimals.doubt(),
        )
        return told + [one for one in others if one]

    def columns_of_shops(self) -> list[str]:
        """Those that say in which shop something was sold, which is not kept."""
        return [name for name in self._file.names if names_a_shop(name)]

    def _told_of_numberings(self) -> str | None:
        if not self._numberings:
            return None
        return (
            "Columns that number receipts, tills, shops or rows say nothing of what sells, and were"
            f" left out: {quoted(self._numberings)}"
        )

    def _checked_batches(self) -> Iterator[RawBatch]:
        try:
            yield from self._file.batches
        except RaggedRowError as error:
            # The rest of the file cannot be trusted, but what was wrong before it is told as well.
            self._mistakes.note(Place(error.row), None, None, error.message)

    def _by_field(self, raw: RawBatch) -> RawBatch:
        columns = {self._fields.get(name, name): column for name, column in raw.columns.items()}
        return replace(raw, columns=columns)

    def _without_sums(self, raw: RawBatch) -> RawBatch:
        products, days = raw.columns["product_id"], raw.columns["date"]
        sums = set(filter(may_name_a_sum, set(products)))
        if not sums:
            return raw
        kept = [p not in sums or tells_a_day(day) for p, day in zip(products, days, strict=True)]
        self._sums += (raw.place(index) for index, is_kept in enumerate(kept) if not is_kept)
        columns: dict[str, Sequence[object]] = {
            name: list(compress(column, kept)) for name, column in raw.columns.items()
        }
        return replace(raw, rows=list(compress(raw.rows, kept)), columns=columns)

    def _choose_covariates(self, raw: RawBatch) -> None:
        """A further column is a covariate unless its name or its first rows say otherwise."""
        others = [name for name in self._file.names if name not in self._fields]
        for name in others:
            values = self._numbers(raw.columns[name])
            if values is None:
                self._left_out.append(name)
            elif is_numbering(name, values):
                self._numberings.append(name)
            else:
                self.covariates.append(name)

    def _numbers(self, column: Sequence[object]) -> list[float | None] | None:
        """The cells as numbers; None where one of them is none."""
        try:
            return list(map(self._number, column))
        except ValueError:
            return None

    def _number(self, cell: object) -> float | None:
        decimals = DecimalComma(is_usual=self._file.has_decimal_comma)
        return cells.number(decimals.as_point(cells.with_sign_before(cell)))

    def _batch(self, raw: RawBatch) -> SalesBatch:
        values = {
            name: self._values(name, raw)
            for name in raw.columns
            if name in _PARSERS or name in self.covariates
        }
        values["date"] = self._times.periods(values["date"])
        self._note_returns(raw, values)
        self._gaps.note(values["date"], values["quantity"])
        self._ahead.note(values["date"], values["quantity"])
        if raw.sheet is not None:
            self._repetitions.note(raw.sheet, values)
        return SalesBatch(
            product=values["product_id"],
            sold_at=values["date"],
            quantity=values["quantity"],
            product_name=values.get("product_name"),
            category=values.get("category"),
            price=values.get("price"),
            revenue=values.get("revenue"),
            promotion=values.get("promotion"),
            covariates=self._rows_of_covariates(values),
        )

    def _note_returns(self, raw: RawBatch, values: Mapping[str, list[Any]]) -> None:
        sold = values["quantity"]
        for index in (index for index, one in enumerate(sold) if one is not None and one < 0):
            self._returns += 1
            moment = values["product_id"][index], values["date"][index]
            told = raw.place(index), self._column("quantity", raw, index)
            self._place_of_return.setdefault(moment, told)

    def _rows_of_covariates(
        self, values: dict[str, list[Any]]
    ) -> Sequence[dict[str, float | None]] | None:
        if not self.covariates:
            return None
        names = self.covariates
        columns = [values[name] for name in names]
        return [
            {name: value for name, value in zip(names, row, strict=True) if value is not None}
            for row in zip(*columns, strict=True)
        ]

    def _values(self, name: str, raw: RawBatch) -> list[Any]:
        known = self._known[name]
        parse = self._parser(name)
        values: list[Any] = []
        for index, cell in enumerate(raw.columns[name]):
            if cell not in known:
                try:
                    known[cell] = parse(cell)
                except ValueError as error:
                    column = self._column(name, raw, index)
                    self._mistakes.note(raw.place(index), column, cell, str(error))
                    values.append(None)
                    continue
            values.append(known[cell])
        if len(known) > _MOST_KNOWN:
            known.clear()
        return values

    def _parser(self, name: str) -> Callable[[object], Any]:
        if name == "date":
            return self._moment
        parse = _PARSERS.get(name, cells.number)
        is_number = name in _NUMBERS or name not in _PARSERS
        if not is_number:
            return parse
        plain = cells.without_currency if name in _MONEY else cells.with_sign_before
        return lambda cell: parse(self._decimals.as_point(plain(cell)))

    def _column(self, field: str, raw: RawBatch, index: int) -> str:
        """What the file calls the column of a cell."""
        wide = self._file.wide
        if wide is None:
            return self._names.get(field, field)
        below, across = ("product_id", "date") if wide.has_days_across else ("date", "product_id")
        return wide.first if field == below else str(raw.columns[across][index])


def _rows(rows: Sequence[Place]) -> str:
    named = listed(rows, _MOST_ROWS_NAMED)
    return f"row {named}" if len(rows) == 1 else f"rows {named}"
