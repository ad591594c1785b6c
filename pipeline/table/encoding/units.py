"""What stands beside or instead of a number: its unit, its currency, a word such as "none"."""

from pipeline.table.encoding.categories import CategoryEncoder
from pipeline.table.encoding.written_numbers import NumberReader


class UnitEncoder(CategoryEncoder):
    """A code for each unit."""

    def __init__(self, name: str, written: NumberReader) -> None:
        super().__init__(f"{name}: unit", source=name)
        self._written = written

    def label(self, text: str) -> str:
        return self._written.unit(text)
