"""Whether the public holidays of a country and its region are known."""

import holidays

from api.errors import InvalidRequestError

_ANY_YEAR = 2026


def require_known_region(country: str, subdivision: str | None) -> None:
    """Refuse a country or region for which training would find no holidays."""
    try:
        known = holidays.country_holidays(country, years=_ANY_YEAR)
    except NotImplementedError as error:
        raise InvalidRequestError(
            f"The holidays of the country {country} are not known; use another two-letter code"
            " (ISO 3166), or null for none of its own"
        ) from error
    regions = {*known.subdivisions, *known.subdivisions_aliases}
    if subdivision is not None and subdivision not in regions:
        raise InvalidRequestError(
            f"{country} has no region {subdivision!r}; its regions are:"
            f" {', '.join(sorted(regions)) or 'none'}"
        )
