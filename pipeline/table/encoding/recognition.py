"""What the texts of a column are: dates, numbers, names that repeat, prose, codes of several parts,
or identifiers."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.table.encoding.categories import CategoryEncoder
from pipeline.table.encoding.dates import DateEncoder
from pipeline.table.encoding.features import ColumnEncoder
from pipeline.table.encoding.identifiers import why_identifier
from pipeline.table.encoding.numbers import NumberCodeEncoder, NumberEncoder
from pipeline.table.encoding.parts import PartsEncoder, find_splitting
from pipeline.table.encoding.presence import PresenceEncoder
from pipeline.table.encoding.terms import words
from pipeline.table.encoding.topics import TopicEncoder
from pipeline.table.encoding.units import UnitEncoder
from pipeline.table.encoding.wording import WordingEncoder
from pipeline.table.encoding.written_dates import find_date_format
from pipeline.table.encoding.written_numbers import PLAIN, NumberReader, find_number_format
from pipeline.table.values import numbers, text_counts

FEW_VALUES = 30
_IDENTIFIER_SHARE = 0.5
_IDENTIFIER_MIN_VALUES = 10
_ROWS_PER_FEW_VALUE = 8
_ROWS_PER_CODE = 4
_CODE_DENSITY = 0.2
_LEAST_CODE = 100
_SAMPLE = 5_000
_PROSE_WORDS = 4
_REPEATED_TERM = (3, 0.005)
_EVERYWHERE = 0.9
_TOLD_BY_TERMS = 0.3
_CODE_NAME = re.compile(
    r"(^|[\W_])(id|code|zip|zipcode|postcode|postal|plz|sku|ean|nr|number|key)$", re.IGNORECASE
)

NUMBERS, CATEGORIES, DATES, TEXTS = "numbers", "categories", "dates", "texts"
PARTS, PRESENCE = "parts", "presence"


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a column holds and how it is encoded, or why it is not."""

    kind: str | None
    encoders: tuple[ColumnEncoder, ...] = ()
    reason: str | None = None


def recognise_numbers(name: str, column: pd.Series, written: NumberReader = PLAIN) -> Recognised:
    """A column of numbers, or of texts that ``written`` reads as numbers."""
    read = numbers(column, written.read)
    present = read[~np.isnan(read)]
    if len(present) == 0:
        return Recognised(None, reason="no value can be read as a number")
    is_whole = bool((present == np.round(present)).all())
    distinct = np.unique(present) if is_whole else present
    if is_whole and (reason := why_identifier(name, distinct, len(read))) is not None:
        return Recognised(None, reason=reason)
    encoders: list[ColumnEncoder] = [NumberEncoder(name, written)]
    if written.has_units:
        encoders.append(UnitEncoder(name, written))
    if is_whole and 2 < len(distinct) <= FEW_VALUES:
        if len(present) >= _ROWS_PER_FEW_VALUE * len(distinct):
            encoders.append(NumberCodeEncoder(name, written, is_restated=True))
    elif is_whole and _are_codes(name, distinct, len(present)):
        encoders.append(NumberCodeEncoder(name, written, is_restated=False))
    return Recognised(NUMBERS, tuple(encoders))


def recognise_texts(name: str, column: pd.Series) -> Recognised:
    """A column of text."""
    counts = text_counts(column)
    if not counts:
        return Recognised(None, reason="all values are missing or empty")
    sample = _sample(list(counts))
    if (date := find_date_format(sample)) is not None:
        return Recognised(DATES, (DateEncoder(name, date),))
    if (written := find_number_format(sample)) is not None:
        return _with_presence(name, recognise_numbers(name, column, written), column)
    return _with_presence(name, _recognise_words(name, counts, sample), column)


def _recognise_words(name: str, counts: Counter[str], sample: Sequence[str]) -> Recognised:
    distinct = len(counts)
    is_identifying = distinct > max(_IDENTIFIER_MIN_VALUES, _IDENTIFIER_SHARE * counts.total())
    if distinct <= FEW_VALUES and not is_identifying:
        return Recognised(CATEGORIES, (CategoryEncoder(name),))
    repeats = () if is_identifying else (CategoryEncoder(name),)
    kind = TEXTS if is_identifying else CATEGORIES
    is_prose = np.mean([len(words(text)) for text in sample]) >= _PROSE_WORDS
    if is_prose and _share_terms(sample):
        return Recognised(kind, (*repeats, WordingEncoder(name), TopicEncoder(name)))
    parts = _parts(name, counts, sample)
    if parts is not None:
        return Recognised(kind if repeats else PARTS, (*repeats, parts))
    if _share_terms(sample):
        return Recognised(kind, (*repeats, WordingEncoder(name), TopicEncoder(name)))
    if repeats:
        return Recognised(CATEGORIES, repeats)
    return Recognised(None, reason=f"text with {distinct:,} different values, like an identifier")


def _with_presence(name: str, found: Recognised, column: pd.Series) -> Recognised:
    """Of a column that is dropped, at least whether it is filled in may tell something."""
    if found.reason is None or not column.isna().any():
        return found
    reason = f"{found.reason}; only whether it is filled in is learned from"
    return Recognised(PRESENCE, (PresenceEncoder(name),), reason)


def _parts(name: str, counts: Counter[str], sample: Sequence[str]) -> PartsEncoder | None:
    """The parts, if at least one of them tells something."""
    splitting = find_splitting(sample)
    if splitting is None:
        return None
    parts: list[Counter[str]] = [Counter() for _ in range(splitting.count)]
    for text, count in counts.items():
        for counted, part in zip(parts, splitting.split(text) or (), strict=False):
            if part.strip():
                counted[part.strip()] += count
    encoders = [
        _recognise_part(f"{name}, part {place + 1}", counted) for place, counted in enumerate(parts)
    ]
    return PartsEncoder(name, splitting, encoders) if any(encoders) else None


def _recognise_part(name: str, counts: Counter[str]) -> tuple[ColumnEncoder, ...]:
    if len(counts) < 2:
        return ()
    written = find_number_format(_sample(list(counts)))
    if written is not None:
        values = pd.Series(list(counts.elements()), dtype="str")
        return recognise_numbers(name, values, written).encoders
    if len(counts) > max(_IDENTIFIER_MIN_VALUES, _IDENTIFIER_SHARE * counts.total()):
        return ()
    return (CategoryEncoder(name),)


def _sample(distinct: list[str]) -> list[str]:
    if len(distinct) <= _SAMPLE:
        return distinct
    chosen = np.random.default_rng(0).choice(len(distinct), _SAMPLE, replace=False)
    return [distinct[place] for place in chosen]


def _share_terms(sample: Sequence[str]) -> bool:
    """Whether the texts have words in common that are in some of them but not in all."""
    found = [{word for word in words(text) if not word.isdigit()} for text in sample]
    counts = Counter(word for some in found for word in some)
    least = max(_REPEATED_TERM[0], _REPEATED_TERM[1] * len(sample))
    telling = {w for w, count in counts.items() if least <= count <= _EVERYWHERE * len(sample)}
    return float(np.mean([not telling.isdisjoint(some) for some in found])) >= _TOLD_BY_TERMS


def _are_codes(name: str, distinct: np.ndarray, rows: int) -> bool:
    """Whether whole numbers repeat as names do: by what the column is called, or because they are
    large and leave most numbers of their range out."""
    if len(distinct) <= FEW_VALUES or rows < _ROWS_PER_CODE * len(distinct):
        return False
    if _CODE_NAME.search(name):
        return True
    span = distinct[-1] - distinct[0] + 1
    return bool(distinct[0] >= _LEAST_CODE and len(distinct) < _CODE_DENSITY * span)
