"""Whether the public holidays of a country and its region are known.

The library that knows the holidays themselves is the workers'; this process has a list of what it
knows (made by `pipeline.forecast.calendar.holiday_regions`).
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from api.errors import InvalidRequestError

REGIONS = Path(__file__).with_suffix(".json")


def require_known_region(country: str, subdivision: str | None) -> None:
    """Refuse a country or region for which training would find no holidays."""
    regions = _regions_by_country().get(country)
    if regions is None:
        raise InvalidRequestError(
            f"The holidays of the country {country} are not known; use another two-letter code"
            " (ISO 3166), or null for none of its own"
        )
    if subdivision is not None and subdivision not in regions:
        raise InvalidRequestError(
            f"{country} has no region {subdivision!r}; its regions are:"
            f" {', '.join(regions) or 'none'}"
        )


@cache
def _regions_by_country() -> Mapping[str, Sequence[str]]:
    known: Mapping[str, Sequence[str]] = json.loads(REGIONS.read_text(encoding="utf-8"))
    return known
