"""What a document is made of. All texts are plain: each form escapes them in its own way."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str


@dataclass(frozen=True, slots=True)
class Bullets:
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under their headers; the columns from ``first_number`` on are numbers."""

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    first_number: int = 1


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing with its title; ``svg`` is finished markup made by ``pipeline.explain.charts``.

    ``summary`` says in words what it shows, and ``data`` has its numbers, for those who do not see
    it.
    """

    title: str
    svg: str
    summary: str
    data: Table | None = None


Block = Paragraph | Bullets | Table | Chart


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A title, one sentence below it, and the sections that have something to say."""

    title: str
    subtitle: str
    sections: tuple[Section, ...]
