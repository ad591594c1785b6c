"""Names of columns, as queries and forms say them."""

import json
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

Column = Annotated[str, Field(min_length=1, max_length=1000)]


def _names(text: Any) -> Any:
    """Queries and forms have texts only: a JSON list, or names separated by commas."""
    if not isinstance(text, str):
        return text
    if text.lstrip().startswith("["):
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ValueError(
                "it begins like a JSON list but is none; give a JSON list of texts, or names"
                " separated by commas"
            ) from error
    return [name.strip() for name in text.split(",")]


Columns = Annotated[
    list[Column] | None,
    BeforeValidator(_names),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "null"}]}),
]
