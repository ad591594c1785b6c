"""What can be known about a Parquet file from its last bytes, before anything of it is parsed."""

from typing import BinaryIO

from pipeline.errors import InvalidDataError, ResourceLimitError

_MAGIC = b"PAR1"
_MAGIC_ENCRYPTED = b"PARE"
_TAIL = 8
_SMALLEST_FILE = len(_MAGIC) + _TAIL
_MAX_FOOTER_BYTES = 16 * 1024**2


def check_footer(source: BinaryIO) -> None:
    """Refuse what is not a whole Parquet file, or one whose description of itself is too large.

    Raises
    ------
    InvalidDataError
        If the file is empty, not Parquet, encrypted or cut off.
    ResourceLimitError
        If the footer, which grows with the number of columns, is larger than 16 MB.
    """
    size = source.seek(0, 2)
    if size == 0:
        raise InvalidDataError("The file is empty; a Parquet file is expected")
    source.seek(0)
    start = source.read(len(_MAGIC))
    if start == _MAGIC_ENCRYPTED:
        raise InvalidDataError("The Parquet file is encrypted; send it without encryption")
    if start != _MAGIC:
        raise InvalidDataError(
            "The file is not a Parquet file: it does not begin with 'PAR1'. "
            "Text, CSV and Excel files must be saved as Parquet first"
        )
    source.seek(max(size - _TAIL, 0))
    tail = source.read(_TAIL)
    footer = int.from_bytes(tail[:4], "little")
    if size < _SMALLEST_FILE or tail[4:] != _MAGIC or footer > size - _SMALLEST_FILE:
        raise InvalidDataError("The Parquet file is cut off or damaged: its end is missing")
    if footer > _MAX_FOOTER_BYTES:
        raise ResourceLimitError(
            f"The header of the Parquet file takes {footer / 1024**2:,.0f} MB, as with far too "
            f"many columns; accepted: up to {_MAX_FOOTER_BYTES // 1024**2} MB"
        )
    source.seek(0)


def read_footer(source: BinaryIO) -> bytes:
    """The footer of a file that :func:`check_footer` has accepted."""
    tail = source.seek(-_TAIL, 2)
    length = int.from_bytes(source.read(4), "little")
    source.seek(tail - length)
    return source.read(length)
