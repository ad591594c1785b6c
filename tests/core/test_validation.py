"""What pydantic found wrong is told field by field, in our own words where we have some."""

import pytest
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from core.validation import in_words


class Order(BaseModel):
    model_config = ConfigDict(extra="forbid")

    loaves: int
    address: dict[str, int] = {}

    @field_validator("loaves")
    @classmethod
    def _is_positive(cls, loaves: int) -> int:
        if loaves < 1:
            raise ValueError("at least one loaf")
        return loaves


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"loaves": 0}, "loaves: at least one loaf"),
        ({"loaves": 1, "address": {"door": []}}, "address.door: Input should be a valid integer"),
        ({"loaves": 1, "rolls": 2}, "rolls: there is no such field"),
        (7, "order: Input should be a valid dictionary or instance of Order"),
    ],
)
def test_a_problem_names_its_field(given: object, told: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Order.model_validate(given)
    assert in_words(caught.value, "order") == told
