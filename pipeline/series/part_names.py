"""Which part of a time a column may hold by its name, in several languages."""

import math
import re
import unicodedata
from enum import StrEnum

from pipeline.table.values import plain_number


class Part(StrEnum):
    """A part of a time that a column can hold."""

    YEAR = "year"
    QUARTER = "quarter"
    MONTH = "month"
    WEEK = "week"
    DAY = "day"
    DAY_OF_YEAR = "day of year"
    CLOCK = "time of day"
    MINUTE = "minute"


_WORDS = {
    Part.YEAR: "year yr jahr annee ano anno jaar rok aar",
    Part.QUARTER: "quarter qtr quartal trimestre trimester kwartaal kwartal",
    Part.MONTH: "month mnth mth months monat mois mes mese maand miesiac maaned",
    Part.WEEK: "week wk weeks isoweek yearweek woche kw semaine semana settimana tydzien uge",
    Part.DAY: "day dom mday tag jour dia giorno dag dzien dayofmonth",
    Part.DAY_OF_YEAR: "doy yday dayofyear julian",
    Part.CLOCK: (
        "hour hours hr hrs hourofday time timeofday clock hhmm stunde uhrzeit zeit heure horaire"
        " hora horario ora orario uur tijd godzina czas"
    ),
    Part.MINUTE: "minute minutes mins minuto minuten minuut minuta",
}
_PART_OF_WORD = {word: part for part, words in _WORDS.items() for word in words.split()}
_OF = frozenset({"of", "du", "de", "del", "della", "der", "des", "van", "im"})
_TIME_WORDS = frozenset(
    {"day", "ts", "dt", "epoch", "unix", "zeit", "zeitpunkt", "zeitstempel"}
    | {"fecha", "heure", "hora", "horodatage", "tijd"}
)
_TIME_ENDINGS = ("time", "date", "stamp", "datum")
_MONTHS = (
    "january januar janvier enero gennaio janeiro januari",
    "february februar fevrier febrero febbraio fevereiro februari",
    "march marz maerz mars marzo marco maart mrt",
    "april avril abril aprile",
    "may mai mayo maggio maio mei",
    "june juni juin junio giugno junho",
    "july juli juillet julio luglio julho",
    "august aout agosto augustus",
    "september septembre septiembre settembre setembro",
    "october oktober octobre octubre ottobre outubro",
    "november novembre noviembre novembro",
    "december dezember decembre diciembre dicembre dezembro",
)
_SHORTEST_MONTH = 3
_NUMBERED = re.compile(r"[a-z]*\.? ?(\d{1,2}) ?[a-z]*\.?")


def part_of_name(name: str) -> Part | None:
    """The part that a name such as ``hr``, ``Month``, ``orderHour`` or ``day_of_year`` tells."""
    words = _words_of(name)
    cut = next((place for place, word in enumerate(words) if word in _OF and place), len(words))
    whole = [_PART_OF_WORD.get(word) for word in words[cut + 1 :]]
    parts = [part for word in words[:cut] if (part := _PART_OF_WORD.get(word)) is not None]
    if not parts:
        return None
    if parts[-1] is Part.DAY and whole:
        known = {Part.YEAR: Part.DAY_OF_YEAR, Part.MONTH: Part.DAY}
        return next((known[part] for part in whole if part in known), None)
    return parts[-1]


def says_time(name: str) -> bool:
    """Whether a name is that of a column of dates or time stamps."""
    words = _words_of(name)
    return any(word in _TIME_WORDS or word.endswith(_TIME_ENDINGS) for word in words)


def tells_time(name: str) -> bool:
    """Whether a name is that of a time or of a part of one."""
    return says_time(name) or part_of_name(name) is not None


def month_of(text: str) -> float:
    """The number of a month that is told by its number, its name, or the start of its name."""
    word = _plain(text).strip(" .")
    if len(word) >= _SHORTEST_MONTH and word.isalpha():
        found = {
            number
            for number, names in enumerate(_MONTHS, start=1)
            if any(name.startswith(word) for name in names.split())
        }
        return float(found.pop()) if len(found) == 1 else math.nan
    return number_of(text)


def number_of(text: str) -> float:
    """The number in texts such as ``5``, ``05``, ``Q1``, ``KW 5`` or ``5th``."""
    number = plain_number(text)
    if not math.isnan(number):
        return number
    found = _NUMBERED.fullmatch(_plain(text).strip())
    return float(found[1]) if found else math.nan


def _words_of(name: str) -> list[str]:
    plain = "".join(one for one in unicodedata.normalize("NFKD", name) if one.isascii())
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", plain)]


def _plain(text: str) -> str:
    """In small letters without accents."""
    letters = unicodedata.normalize("NFKD", text)
    return "".join(one for one in letters if not unicodedata.combining(one)).lower()
