"""The examples of the page on events are true: shapes that are read, the check of a signature."""

import json
import re
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

from worker.incoming.shapes import Letter
from worker.webhooks.signature import signature

PAGE = (Path(__file__).parents[2] / "docs" / "events.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_the_check_of_a_signature_works_as_shown() -> None:
    (code,) = blocks("python")
    shown: dict[str, Any] = {}
    exec(code, shown)
    now, body = time.time(), b'{"event_type": "webhook_test"}'
    header = signature("whsec_a", int(now), body)

    assert shown["verify"]("whsec_a", header, body, now)
    assert not shown["verify"]("whsec_b", header, body, now)
    assert not shown["verify"]("whsec_a", header, body + b" ", now)
    assert not shown["verify"]("whsec_a", header, body, now + 301)


def test_the_events_of_others_are_read_as_shown() -> None:
    incoming = [json.loads(block) for block in blocks("json")[2:]]
    assert [event["event_type"] for event in incoming] == ["training_scheduled", "sales_imported"]
    for event in incoming:
        read = Letter(json.dumps(event | {"tenant_id": str(uuid4())}).encode()).read()
        assert read.products == event["products"]
