"""Numbers as people write them: with units, currencies, percent signs and separators."""

from dataclasses import dataclass

from pipeline.table.values import plain_number


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """How the texts of one column write numbers; the default is the way of program code."""

    def read(self, text: str) -> float:
        return plain_number(text)


PLAIN = NumberFormat()
