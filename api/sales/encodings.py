"""The encoding of a text file: UTF-8, what Excel calls Unicode text, also without the mark that it
begins with (UTF-16), or its CSV of Western Europe.

Every byte is some character of Windows-1252, but only texts that were written in it read as words.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from api.errors import InvalidRequestError

_MARKS_OF_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_WINDOWS = "cp1252"
_PIECE = 1 << 20
# A sign within a word, or a large letter behind a small one, is a letter of another encoding.
_NO_WORD = re.compile(r"[^\W\d_][ƒ†‡ˆ‰•˜¡-¦¨©«-¶¸¹»-¿×÷‚„…“”][^\W\d_]|[a-zß-öø-ÿ][ŠŒŽŸÀ-ÖØ-Þ]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
# A cell as far as it is shown: what stands before the letter is bounded, so that none takes long.
_CELL_BEYOND_ASCII = re.compile(r"""[^,;|"\t\r\n]{0,30}[^\x00-\x7f\W][^,;|"\t\r\n]{0,30}""")


@dataclass(frozen=True, slots=True)
class Encoding:
    """Its name in Python, and how the file was read where that is worth a look."""

    name: str
    remarks: tuple[str, ...] = ()


def encoding_of(path: Path) -> Encoding:
    """Raises `InvalidRequestError` where no encoding makes text of the file."""
    with path.open("rb") as file:
        if name := _utf_16(file.read(2)):
            return _checked_utf_16(file, name)
        try:
            for _ in _texts(file, "utf-8"):
                pass
        except UnicodeDecodeError as error:
            return _windows(file, error.object[error.start])
    return Encoding("utf-8-sig")


def _utf_16(begin: bytes) -> str | None:
    """Its kind, where a file that begins so is UTF-16: a plain letter has a byte of zeros there."""
    if begin in _MARKS_OF_UTF_16:
        return "utf-16"
    kinds = {(True, False): "utf-16-le", (False, True): "utf-16-be"}
    return kinds.get((any(begin[:1]), any(begin[1:]))) if len(begin) > 1 else None


def _checked_utf_16(file: BinaryIO, name: str) -> Encoding:
    try:
        for _ in _texts(file, name):
            pass
    except UnicodeDecodeError as error:
        raise InvalidRequestError(
            f"The file is damaged UTF-16 ({error.reason}): save it once more, or as CSV UTF-8"
        ) from error
    return Encoding(name)


def _windows(file: BinaryIO, byte: int) -> Encoding:
    example = None
    last = ""
    try:
        for text in _texts(file, _WINDOWS):
            if _NO_WORD.search(last + text) or _CONTROL.search(text):
                raise _no_text(byte)
            example = example or _CELL_BEYOND_ASCII.search(text)
            last = text[-2:]
    except UnicodeDecodeError as error:
        raise _no_text(byte) from error
    such_as = f", such as “{example[0].strip()}”" if example else ""
    remark = f"The file is no UTF-8 and was read as Windows-1252, as Excel saves CSV{such_as}"
    return Encoding(_WINDOWS, (remark,))


def _texts(file: BinaryIO, encoding: str) -> Iterator[str]:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    while piece := file.read(_PIECE):
        yield decoder.decode(piece)
    decoder.decode(b"", final=True)


def _no_text(byte: int) -> InvalidRequestError:
    return InvalidRequestError(
        f"The file is neither UTF-8 (the byte {byte:#04x} begins no character) nor Windows-1252;"
        " save it as CSV UTF-8"
    )
