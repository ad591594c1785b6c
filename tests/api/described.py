"""The OpenAPI document as the property-based tests take it: with addresses that lead somewhere."""

import json
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from typing import Any

import pyarrow as pa
import schemathesis
from hypothesis import strategies as st
from pyarrow import parquet
from schemathesis.config import (
    CoveragePhaseConfig,
    GenerationConfig,
    PhasesConfig,
    ProjectConfig,
    ProjectsConfig,
)
from schemathesis.generation import derive_operation_seed
from schemathesis.generation.hypothesis.builder import (
    HypothesisTestConfig,
    HypothesisTestMode,
    create_test,
)
from schemathesis.schemas import BaseSchema

from api.addresses import TRAINING
from api.openapi.document import document
from api.sales.media_types import ODS, XLS, XLSX
from tests.api.populated import PLACES
from tests.api.workbooks import DATA, open_document, workbook

Json = dict[str, Any]
AnyCase = schemathesis.Case[Any]

SEED = 1

_SALES = pa.table({"product_id": ["rye", "new"], "date": ["2026-01-01"] * 2, "quantity": [1, 2]})


def _parquet() -> bytes:
    sink = BytesIO()
    parquet.write_table(_SALES, sink)
    return sink.getvalue()


def _arrow() -> bytes:
    sink = BytesIO()
    with pa.ipc.new_stream(sink, _SALES.schema) as stream:
        stream.write_table(_SALES)
    return sink.getvalue()


_CSV = b"product_id,date,quantity\nrye,2026-01-01,3\n"

_TABLE: list[list[object]] = [["product_id", "date", "quantity"], ["rye", "2026-01-01", 3]]
_WORKBOOK, _OPEN_WORKBOOK = workbook(_TABLE), open_document(_TABLE)

_FAR = _CSV + b"rye,9999-12-31,1e308\n"

FILES: Mapping[str, Sequence[bytes]] = {
    "text/csv": [
        _CSV,
        _CSV[:30],
        b"",
        b"\xff\xfe\x00",
        b"date\n\n",
        _FAR,
    ],
    XLS: [(DATA / "sales.xls").read_bytes(), b"\xd0\xcf\x11\xe0", b""],
    ODS: [_OPEN_WORKBOOK, _OPEN_WORKBOOK[:-40], b""],
    XLSX: [_WORKBOOK, _WORKBOOK[:-40], b"PK\x03\x04", b""],
    "application/vnd.apache.parquet": [_parquet(), _parquet()[:-9], b"PAR1", b""],
    "application/vnd.apache.arrow.stream": [_arrow(), _arrow()[:40], b"ARROW1", b""],
}
"""What is sent as a file of each type: good ones and broken ones."""


def described_api() -> BaseSchema:
    """The service's own document, in which the parts of addresses name places of a tenant."""
    for media_type, files in FILES.items():
        schemathesis.openapi.media_type(media_type, st.sampled_from(files))
    described = json.loads(document())
    for path, operations in described["paths"].items():
        for operation in operations.values():
            _lead_somewhere(path, operation)
    return schemathesis.openapi.from_dict(described, config=_config())


def labels() -> Mapping[str, Sequence[str]]:
    """The tags of each operation; models under one of their two prefixes, which `test_openapi`
    compares.
    """
    return {
        f"{method.upper()} {path}": operation["tags"]
        for path, operations in json.loads(document())["paths"].items()
        if not path.startswith(f"{TRAINING}/models")
        for method, operation in operations.items()
    }


def check_cases(described: BaseSchema, label: str, check: Callable[[AnyCase], None]) -> None:
    """Check an operation with every case that `described.parametrize()` would make of it.

    That makes those of all operations whenever tests are collected, in each process, which takes
    longer than to collect all others.
    """
    operation = described.find_operation_by_label(label)
    assert operation is not None
    settings = described.config.get_hypothesis_settings(operation=operation, phase="fuzzing")
    config = HypothesisTestConfig(
        project=described.config,
        modes=list(HypothesisTestMode),
        settings=settings,
        seed=derive_operation_seed(SEED, label),
    )
    create_test(operation=operation, test_func=check, config=config)()


def _config() -> schemathesis.Config:
    generation = GenerationConfig(deterministic=True, database="none")
    phases = PhasesConfig(coverage=CoveragePhaseConfig(generation=generation))
    project = ProjectConfig(generation=generation, phases=phases)
    return schemathesis.Config(seed=SEED, projects=ProjectsConfig(default=project))


def _lead_somewhere(path: str, operation: Json) -> None:
    for parameter in operation["parameters"]:
        if places := PLACES.get(_meaning(path, parameter["name"])):
            anything = parameter["schema"]
            parameter["schema"] = {"anyOf": [{"enum": list(places)}, anything]}


def _meaning(path: str, name: str) -> str:
    """What a parameter names: two of a query are called by other names than in addresses."""
    if name in {"a", "b"}:
        return "model_id"
    return "ended_job_id" if "/events/{job_id}" in path else name
