"""One HTTP endpoint as data: the router and the OpenAPI document are both made from it."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from flask import Flask, Response, json, request
from pydantic import BaseModel, ValidationError

from api.caller import Scope, tenant_of_request
from api.errors import BadQueryError, InvalidRequestError, NotFoundError, UnsupportedTypeError
from api.services import Services
from core.validation import in_words, names_no_field, plain

Body = TypeVar("Body", bound=BaseModel)
_LARGEST_JSON_BYTES = 4 << 20
_MOST_SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """`view` is called with the services, the parts of the path, `tenant_id` unless the endpoint is
    open to everybody, and `query` and `body` where these are declared. `reads` tells of a JSON body
    that is not the API's to check. `scope` is what the caller must have been granted;
    `starts_training` is limited more strictly than other requests. `refusals` are those beside the
    ones that come with having a tenant, a body or parts of the path; `further_answers` are not
    refusals, by status.
    """

    method: str
    path: str
    view: Callable[..., BaseModel | Response]
    summary: str
    tag: str
    answer: type[BaseModel] | None = None
    status: int = 200
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    reads: type[BaseModel] | None = None
    consumes: tuple[str, ...] = ()
    form: type[BaseModel] | None = None
    produces: str = "application/json"
    also_produces: tuple[str, ...] = ()
    further_answers: Mapping[int, str] = field(default_factory=dict)
    refusals: tuple[int, ...] = ()
    is_open: bool = False
    scope: Scope = "read"
    starts_training: bool = False

    @property
    def takes_body(self) -> bool:
        return self.body is not None or bool(self.consumes)


def register(app: Flask, services: Services, endpoint: Endpoint) -> None:
    def handle(**path: Any) -> Response:
        _refuse_nul(path)
        _refuse_coding()
        given = path | ({} if endpoint.is_open else {"tenant_id": tenant_of_request()})
        if endpoint.query is not None:
            given["query"] = _read_query(endpoint.query)
        if endpoint.body is not None:
            given["body"] = read_body(endpoint.body)
        return _respond(endpoint.view(services, **given), endpoint.status)

    app.add_url_rule(
        endpoint.path,
        operation_id(endpoint),
        handle,
        methods=[endpoint.method],
        strict_slashes=False,
    )


def _refuse_nul(path: Mapping[str, Any]) -> None:
    """PostgreSQL has no text with this character, so nothing can be found under it."""
    if any("\0" in str(part) for part in path.values()):
        raise NotFoundError("The address holds a NUL character (%00), which no name has")
    if any("\0" in text for text in request.args.values()):
        raise BadQueryError("The query holds a NUL character (%00), which no name has")


def _refuse_coding() -> None:
    """What is packed would be unpacked without bound; nothing that is sent here needs it."""
    coding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if coding not in {"", "identity"}:
        raise UnsupportedTypeError(
            f"Content-Encoding {coding} is not accepted: send the body as it is"
        )


def operation_id(endpoint: Endpoint) -> str:
    words = re.findall(r"[a-z0-9]+", endpoint.path.removeprefix("/api/v1").lower())
    return "_".join([endpoint.method.lower(), *words])


def invalid_request(error: ValidationError, model: type[BaseModel]) -> InvalidRequestError:
    """Which fields are wrong, what they hold and what they may hold."""
    problems = [
        {
            "field": ".".join(map(str, problem["loc"])) or None,
            "value": _shown(problem["input"]),
            "message": plain(problem["msg"]),
        }
        for problem in error.errors(include_url=False, include_context=False)
    ]
    detail = f"The request is not accepted. {in_words(error, 'body')}"
    if any(names_no_field(problem) for problem in error.errors(include_url=False)):
        names = (field.alias or name for name, field in model.model_fields.items())
        detail += f". There are {', '.join(sorted(names))}"
    return InvalidRequestError(detail, errors=problems)


def read_body(model: type[Body]) -> Body:
    """The JSON body as its model; an empty body means no fields."""
    request.max_content_length = _LARGEST_JSON_BYTES
    content = request.get_data()
    if content and not request.is_json:
        raise UnsupportedTypeError("The body must be JSON, with Content-Type: application/json")
    if rb"\u0000" in content:
        raise InvalidRequestError(r"The body holds a NUL character (\u0000), which no name has")
    try:
        return model.model_validate_json(content or b"{}", strict=True)
    except ValidationError as error:
        raise invalid_request(error, model) from error


def _read_query(model: type[BaseModel]) -> BaseModel:
    repeated = [name for name, values in request.args.lists() if len(values) > 1]
    if repeated:
        raise BadQueryError(f"The query has more than one {repeated[0]}; send one of each")
    try:
        return model.model_validate(request.args.to_dict())
    except ValidationError as error:
        raise BadQueryError(invalid_request(error, model).detail) from error


def _respond(answer: BaseModel | Response, status: int) -> Response:
    if isinstance(answer, Response):
        return answer
    return Response(answer.model_dump_json(), status=status, content_type="application/json")


def _shown(value: object) -> object:
    """As JSON can hold it; a body that is no JSON is not repeated."""
    if isinstance(value, bytes):
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, bool | int | float | None):
        return value
    return json.dumps(value, default=str)[:_MOST_SHOWN]
