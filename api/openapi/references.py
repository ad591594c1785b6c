"""The schemas of what is asked and answered, as components that the operations refer to."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from api.endpoint import Endpoint
from api.openapi.words import describe_fields
from api.schemas import Problem

Json = dict[str, Any]
References = Mapping[type[BaseModel], Json]

_REF = "#/components/schemas/{model}"


def references_and_schemas(endpoints: Iterable[Endpoint]) -> tuple[References, Json]:
    asked = {model for e in endpoints for model in (e.body, e.reads)}
    answered = {e.answer for e in endpoints} | {Problem}
    models = [(model, "validation") for model in asked if model is not None]
    models += [(model, "serialization") for model in answered if model is not None]
    models.sort(key=lambda pair: pair[0].__name__)
    found, described = models_json_schema(models, ref_template=_REF)  # type: ignore[arg-type]  # literals
    references: References = {model: schema for (model, _), schema in found.items()}  # type: ignore[misc]  # models only
    schemas: Json = described.get("$defs", {})
    for schema in schemas.values():
        describe_fields(schema)
    return references, schemas
