"""The texts of a workbook, which its cells mostly refer to by number."""

from collections.abc import Mapping, Sequence

from api.xlsx.errors import WorkbookError

_MOST_TEXTS = 1 << 20
_MOST_CHARACTERS = 1 << 25
_LONGEST_TEXT = 4096


class Texts:
    """Each text kept once; raises `WorkbookError` for too many of them."""

    def __init__(self) -> None:
        self._kept: dict[str, str] = {}
        self._characters = 0

    def kept(self, pieces: Sequence[str]) -> str:
        text = "".join(pieces)
        if text not in self._kept:
            self._kept[text] = text
            self._characters += len(text)
            if len(self._kept) > _MOST_TEXTS or self._characters > _MOST_CHARACTERS:
                raise WorkbookError("it has more texts than can be read")
        return self._kept[text]


class TextHandler:
    """Collects the text of some elements, as far as any cell may have."""

    def __init__(self) -> None:
        self._pieces: list[str] | None = None
        self._room = 0

    def text(self, text: str) -> None:
        if self._pieces is not None and self._room > 0:
            self._pieces.append(text[: self._room])
            self._room -= len(text)

    def _collect(self, pieces: list[str]) -> None:
        self._pieces = pieces
        self._room = _LONGEST_TEXT - sum(map(len, pieces))


class SharedTexts(TextHandler):
    """`all` are the texts by their number; how a text is spoken is no part of it."""

    def __init__(self, texts: Texts) -> None:
        super().__init__()
        self.all: list[str] = []
        self._texts = texts
        self._one: list[str] = []
        self._is_spoken = False

    def start(self, name: str, _attributes: Mapping[str, str]) -> None:
        if name == "si":
            self._one = []
        elif name == "rPh":
            self._is_spoken = True
        elif name == "t" and not self._is_spoken:
            self._collect(self._one)

    def end(self, name: str) -> None:
        if name == "t":
            self._pieces = None
        elif name == "rPh":
            self._is_spoken = False
        elif name == "si":
            if len(self.all) >= _MOST_TEXTS:
                raise WorkbookError("it has more texts than can be read")
            self.all.append(self._texts.kept(self._one))
