"""How tables look: which columns stay whole, where numbers stand, how moments are written."""

from datetime import date, datetime

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from client.terminal import NONE, plain

_WHOLE = {"job": 36, "id": 36, "alert": 36, "webhook": 36, "entry": 36, "model": 31, "version": 15}
_MEASURED_WIDTH = 100_000
_UNBROKEN = frozenset({"next run", "when", "which", "last sale", "from", "to", "status", "created"})
_RIGHT = frozenset(
    {"%", "MASE", "WAPE", "MAE", "R²", "naive", "expected", "at least", "at most", "accuracy"}
    | {"days", "took", "models", "products", "times", "p50", "p90", "longest", "size"}
    | {"attempts", "answer", "failures", "rows", "sold", "a", "b", "jobs", "ms", "priority"}
    | {"used", "limit"}
)
_COLOURS = {
    "completed": "green",
    "delivered": "green",
    "handled": "green",
    "closed": "green",
    "failed": "red",
    "rejected": "red",
    "open": "red",
    "high": "red",
    "ERROR": "red",
    "cancelled": "yellow",
    "half-open": "yellow",
    "medium": "yellow",
    "WARNING": "yellow",
    "running": "cyan",
}


def table(*columns: str, title: str | None = None) -> Table:
    """Without lines; ids stay whole."""
    made = Table(title=title, title_justify="left", box=None, header_style="bold", pad_edge=False)
    for column in columns:
        made.add_column(
            column,
            justify="right" if column in _RIGHT else "left",
            min_width=_WHOLE.get(column),
            no_wrap=column in _WHOLE or column in _UNBROKEN,
        )
    return made


def fitted(console: Console, shown: Table, *spare: str) -> Table:
    """Without its spare columns, one after the other, as long as the terminal is too narrow."""
    unlimited = console.options.update(max_width=_MEASURED_WIDTH)
    for name in spare:
        if Measurement.get(console, unlimited, shown).maximum <= console.width:
            break
        shown = _without(shown, name)
    return shown


def _without(shown: Table, name: str) -> Table:
    kept = [column for column in shown.columns if column.header != name]
    made = table(*(str(column.header) for column in kept))
    for cells in zip(*(column.cells for column in kept), strict=True):
        made.add_row(*cells)
    return made


def state(word: str) -> Text:
    """In the colour of what it means."""
    return Text(plain(word), _COLOURS.get(word, ""))


def yes(is_so: bool) -> str:
    return "yes" if is_so else "no"


def words(text: object) -> str:
    """A text of somebody's, or the sign for none."""
    return NONE if text is None or text == "" else plain(text)


def day(moment: date | None) -> str:
    return NONE if moment is None else f"{moment:%Y-%m-%d}"


def moment(when: datetime | None) -> str:
    """On the clock of this machine."""
    return NONE if when is None else f"{when.astimezone():%Y-%m-%d %H:%M}"


def size(count: int) -> str:
    """1,234,567 bytes as 1.2 MB."""
    amount = float(count)
    for unit in ("bytes", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:,.0f} {unit}" if unit == "bytes" else f"{amount:,.1f} {unit}"
        amount /= 1000
    return f"{amount:,.1f} TB"
