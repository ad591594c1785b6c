"""The list of known countries and regions that the API reads."""

from api.tenant.holiday_regions import REGIONS
from pipeline.forecast.calendar.holiday_regions import as_json


def test_the_list_of_the_api_is_what_the_calendar_knows() -> None:
    command = f"python -m pipeline.forecast.calendar.holiday_regions > {REGIONS.name}"
    assert REGIONS.read_text(encoding="utf-8") == as_json(), f"make it again: {command}"
