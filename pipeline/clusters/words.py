"""A cluster in one sentence."""

from collections.abc import Iterator, Sequence

import numpy as np

from pipeline.clusters.profiles import CategoryProfile, NumberProfile, Profile, as_date

_MOST_FINDINGS = 5
_FAR = 0.5
_VERY_FAR = 1.5
_MORE = 0.15
_MOSTLY = 0.6
_NEARLY_ALL = 0.95


def in_words(
    place: int, rows: int, share: float, profiles: Sequence[Profile], *, is_estimated: bool = False
) -> str:
    """Such as "84 rows (24 %): high flipper_length_mm (215 against 201 on average), species mostly
    Gentoo (98 % against 36 %)"."""
    found = sorted(_findings(place, profiles), key=lambda one: -one[0])
    told = ", ".join(text for _, text in found[:_MOST_FINDINGS])
    about = "about " if is_estimated else ""
    size = f"{about}{_rows(rows)} ({percent(share)})"
    return f"{size}: {told or 'close to the average in every column'}"


def percent(share: float) -> str:
    """A share as people write it; never 0 % or 100 % of what is not none or all."""
    if 0 < share < 0.01:
        return "under 1 %"
    if 0.99 < share < 1:
        return "over 99 %"
    return f"{share * 100:.0f} %"


def amount(value: float) -> str:
    """A number with as many digits as matter."""
    size = abs(value)
    if size >= 1e9 or 0 < size < 1e-3:
        return f"{value:.3g}"
    digits = 0 if size >= 100 else 1 if size >= 10 else 2
    return f"{value:,.{digits}f}"


def _rows(rows: int) -> str:
    return "1 row" if rows == 1 else f"{rows:,} rows"


def _findings(place: int, profiles: Sequence[Profile]) -> Iterator[tuple[float, str]]:
    """How remarkable each column is in the cluster, and its words."""
    for profile in profiles:
        if isinstance(profile, NumberProfile):
            yield from _of_number(place, profile)
        else:
            yield from _of_category(place, profile)


def _of_number(place: int, profile: NumberProfile) -> Iterator[tuple[float, str]]:
    mean = profile.means[place]
    if mean is None or profile.spread <= 0:
        return
    distance = (mean - profile.overall) / profile.spread
    if abs(distance) < _FAR:
        return
    if profile.is_date:
        word = "later" if distance > 0 else "earlier"
        against = f"{as_date(mean)} against {as_date(profile.overall)}"
        yield abs(distance), f"{word} {profile.column} ({against} on average)"
        return
    word = "high" if distance > 0 else "low"
    much = "very " if abs(distance) >= _VERY_FAR else ""
    against = f"{amount(mean)} against {amount(profile.overall)}"
    yield abs(distance), f"{much}{word} {profile.column} ({against} on average)"


def _of_category(place: int, profile: CategoryProfile) -> Iterator[tuple[float, str]]:
    gain = profile.shares[place] - profile.overall
    most = int(np.argmax(gain))
    if gain[most] < _MORE:
        return
    share, overall = float(profile.shares[place, most]), float(profile.overall[most])
    word = "nearly always" if share >= _NEARLY_ALL else "mostly" if share >= _MOSTLY else "often"
    value = profile.values[most]
    text = f"{profile.column} {word} {value} ({percent(share)} against {percent(overall)})"
    yield 2.0 * float(gain[most]) / max(np.sqrt(overall * (1 - overall)), 0.25), text
