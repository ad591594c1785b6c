"""What every operation may answer: its own answer, its refusals, and the headers of both."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from api.endpoint import Endpoint
from api.openapi.references import References
from api.problems import PROBLEM_TYPE
from api.schemas import Problem

Json = dict[str, Any]

_ALWAYS = (400, 500)
_OF_A_TENANT = (401, 403, 429, 503)
_OF_A_BODY = (413, 415, 422)

_WORDS: Mapping[int, str] = {
    400: "The address, its query or a header cannot be understood; `detail` says what is accepted",
    401: "No token was sent, or it is not accepted",
    403: "The token lacks the scope that this needs, or a page of another site asks",
    404: "There is nothing under this address, or it belongs to somebody else",
    406: "No form of the answer is one that the caller accepts",
    409: "It contradicts what is there; `detail` says what",
    410: "What is needed was there and has been removed",
    413: "The body is larger than what is accepted",
    415: "The content type is not one that is read here",
    422: "The body says something that is not accepted; `errors` tells what and where",
    426: "This address speaks WebSocket, and the request asks for no upgrade",
    429: "More requests or trainings than the tenant may ask for; try again after `Retry-After`",
    500: "The service made an error; its log has the details under `request_id`",
    503: "Something that the service stands on does not answer; try again after `Retry-After`",
    504: "No answer in time; try again, or ask for less",
}

_TEXT: Json = {"type": "string"}
_COUNT: Json = {"type": "integer", "minimum": 0}

HEADERS: Mapping[str, Json] = {
    "X-Request-ID": {
        "description": "Names this request in the log; taken over from the request or made",
        "required": True,
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"},
    },
    "Retry-After": {
        "description": "Seconds after which it is worth trying again",
        "required": True,
        "schema": {"type": "integer", "minimum": 1},
    },
    "WWW-Authenticate": {
        "description": "How to log in, and what was wrong with the token (RFC 6750)",
        "required": True,
        "schema": _TEXT,
    },
    "RateLimit": {
        "description": "What is left of each budget (`r`), and the seconds until it is whole again"
        " (`t`); only where requests are limited",
        "schema": _TEXT,
        "example": '"requests";r=599;t=60',
    },
    "RateLimit-Policy": {
        "description": "Each budget (`q`) and its window in seconds (`w`)",
        "schema": _TEXT,
        "example": '"requests";q=600;w=60',
    },
    "X-RateLimit-Limit": {"description": "The tightest budget", "schema": _COUNT},
    "X-RateLimit-Remaining": {"description": "What is left of it", "schema": _COUNT},
    "X-RateLimit-Reset": {
        "description": "When it is whole again, in seconds since 1970",
        "schema": _COUNT,
    },
}

_OF_BUDGETS = tuple(name for name in HEADERS if "RateLimit" in name)
_OF_STATUS: Mapping[int, tuple[str, ...]] = {
    401: ("WWW-Authenticate",),
    429: ("Retry-After",),
    503: ("Retry-After",),
}


def answers_of(endpoint: Endpoint, references: References) -> Json:
    """By status; there is no other."""
    refused = {str(status): refusal(status) for status in refusals_of(endpoint)}
    return {
        str(endpoint.status): _own_answer(endpoint, references),
        **_further_answers(endpoint),
        **refused,
    }


def refusals_of(endpoint: Endpoint) -> list[int]:
    """Those that it names itself, and those that come with having a body, a path or a tenant."""
    usual = set(_ALWAYS)
    usual |= set() if endpoint.is_open else set(_OF_A_TENANT)
    usual |= {404} if "<" in endpoint.path else set()
    usual |= set(_OF_A_BODY) if endpoint.takes_body else set()
    return sorted(usual | set(endpoint.refusals))


def refusal(status: int) -> Json:
    return {"$ref": f"#/components/responses/{_name(status)}"}


def refusals(references: References) -> Json:
    """The components that `refusal` refers to."""
    return {_name(status): _refusal(status, references) for status in _WORDS}


def _name(status: int) -> str:
    return HTTPStatus(status).phrase.replace(" ", "")


def _refusal(status: int, references: References) -> Json:
    return {
        "description": _WORDS[status],
        "headers": _headers(*_OF_STATUS.get(status, ()), *_OF_BUDGETS),
        "content": {PROBLEM_TYPE: {"schema": references[Problem]}},
    }


def _own_answer(endpoint: Endpoint, references: References) -> Json:
    answer: Json = {"description": HTTPStatus(endpoint.status).phrase}
    answer["headers"] = _headers(*(() if endpoint.is_open else _OF_BUDGETS))
    if endpoint.status != HTTPStatus.NO_CONTENT:
        answer["content"] = _contents(endpoint, references)
    return answer


def _contents(endpoint: Endpoint, references: References) -> Json:
    own = _TEXT if endpoint.answer is None else references[endpoint.answer]
    others = {media_type: {"schema": _TEXT} for media_type in endpoint.also_produces}
    return {endpoint.produces: {"schema": own}, **others}


def _further_answers(endpoint: Endpoint) -> Json:
    return {
        str(status): {"description": words, "headers": _headers(*_OF_BUDGETS)}
        for status, words in endpoint.further_answers.items()
    }


def _headers(*names: str) -> Json:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in ("X-Request-ID", *names)}
