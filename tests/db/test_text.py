"""What Postgres refuses is changed before it gets there."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from db.engine import create_engine
from db.jobs.wording import duration
from db.text import finite, storable, to_json
from db.timestamps import iso, iso_or_none


def test_text_is_cut_with_an_ellipsis() -> None:
    assert storable("abcdef", 4) == "abc…"
    assert storable("abcd", 4) == "abcd"
    assert storable("a\x00\udfffb") == "a\ufffd?b"


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1, 1.0), (2.5, 2.5), (True, None), (float("nan"), None), (float("-inf"), None), ("1", None)],
)
def test_only_finite_numbers_count(value: object, expected: float | None) -> None:
    assert finite(value) == expected


def test_json_is_what_jsonb_takes() -> None:
    value = {
        "nan": float("nan"),
        1: [float("inf"), True, None],
        "id": UUID(int=5),
        "at": datetime(2026, 1, 2, tzinfo=UTC),
        "decimal": Decimal("1.5"),
        "text": "\x00",
    }
    assert json.loads(to_json(value)) == {
        "nan": None,
        "1": [None, True, None],
        "id": str(UUID(int=5)),
        "at": "2026-01-02T00:00:00+00:00",
        "decimal": 1.5,
        "text": "\ufffd",
    }


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"é": (0.5, [1, None, True])}, '{"é":[0.5,[1,null,true]]}'),
        ({"deep": [{"text": "a\x00"}]}, '{"deep":[{"text":"a\ufffd"}]}'),
        ({"deep": [{"text": "\udfff"}]}, '{"deep":[{"text":"?"}]}'),
        ({True: [1.0, float("inf")]}, '{"True":[1.0,null]}'),
        ({True: 1, None: {False: 2}}, '{"True":1,"None":{"False":2}}'),
    ],
)
def test_json_is_the_same_whichever_way_it_is_written(value: object, expected: str) -> None:
    assert to_json(value) == expected


def test_json_refuses_what_it_cannot_mean() -> None:
    with pytest.raises(TypeError, match="object cannot be stored as JSON"):
        to_json({"a": object()})


def test_moments_are_utc_with_milliseconds() -> None:
    moment = datetime.fromisoformat("2026-01-30T19:15:30.123456+01:00")
    assert iso(moment) == "2026-01-30T18:15:30.123Z"
    assert iso_or_none(None) is None


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(86400, "24 hours"), (1800, "30 minutes"), (60, "1 minute"), (90, "90 seconds")],
)
def test_durations_read_well(seconds: int, text: str) -> None:
    assert duration(seconds) == text


def test_only_postgres_is_a_database() -> None:
    with pytest.raises(ValueError, match="must start with postgresql://, not sqlite://"):
        create_engine("sqlite://")
