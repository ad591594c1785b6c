"""Which countries and regions the calendar of public holidays knows, for processes that do without
it: ``python -m pipeline.forecast.calendar.holiday_regions > api/tenant/holiday_regions.json``.
"""

import json
import sys

import holidays

_CODE_LENGTH = 2


def known_regions() -> dict[str, list[str]]:
    """The regions of each country, under all of their names; countries by their ISO 3166-1 code."""
    return {
        code: sorted(_regions(code))
        for code in sorted(holidays.list_supported_countries())
        if len(code) == _CODE_LENGTH
    }


def as_json() -> str:
    """One country per line."""
    lines = (
        f"{json.dumps(code)}: {json.dumps(regions, ensure_ascii=False)}"
        for code, regions in known_regions().items()
    )
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _regions(country: str) -> set[str]:
    known = holidays.country_holidays(country)
    return {*known.subdivisions, *known.subdivisions_aliases}


if __name__ == "__main__":
    sys.stdout.write(as_json())
