"""The files of a table's model, by their names in its bundle."""

import io
import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from db import text
from pipeline.explain.card import card_html, card_markdown
from pipeline.table.result import TableResult
from pipeline.table.spec import TableSpec
from worker import bundle
from worker.plain import plain

_NOT_FACTS = frozenset({"model", "preprocessing", "background"})


def table_files(result: TableResult, spec: TableSpec) -> dict[str, bytes]:
    facts = card_facts(result, spec)
    files = {
        "model.pkl": bundle.dumps(result.model),
        "preprocessing.pkl": bundle.dumps(result.preprocessing),
        "feature_list.json": json.dumps(list(result.features), indent=1).encode(),
        "explanation.json": text.to_json(plain(result.explanation)).encode(),
        "model_card.md": card_markdown(facts).encode(),
        "model_card.html": card_html(facts).encode(),
    }
    if result.background is not None:
        files["background.parquet"] = _parquet(result.background)
    return files


def card_facts(result: TableResult, spec: TableSpec) -> Mapping[str, Any]:
    """All of a result that can be written as JSON, and what was asked for."""
    told = {
        field.name: text.plain(plain(getattr(result, field.name)))
        for field in fields(result)
        if field.name not in _NOT_FACTS
    }
    return {
        **told,
        "name": spec.task_name,
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "seed": spec.seed,
        "test_size": spec.test_size,
        "time_budget_seconds": spec.time_budget_seconds,
    }


def _parquet(frame: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False)
    return buffer.getvalue()
