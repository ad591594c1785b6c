"""What is wrong with requests that cannot be read, in the words of the service."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import NamedTuple

from gunicorn.http import errors

LONGEST_FIRST_LINE = 4094
MOST_HEADERS = 100
LONGEST_HEADER = 8190


class Refusal(NamedTuple):
    status: HTTPStatus
    detail: str


def _bad(detail: str) -> Refusal:
    return Refusal(HTTPStatus.BAD_REQUEST, detail)


_NO_CHUNKS = _bad("The body is not divided into chunks as Transfer-Encoding says")
_OTHERWISE = _bad("This is not a request of HTTP/1.1")
_REFUSALS: Mapping[type[Exception], Refusal] = {
    errors.LimitRequestLine: Refusal(
        HTTPStatus.REQUEST_URI_TOO_LONG,
        f"The address is too long: with method and version, up to {LONGEST_FIRST_LINE:,} bytes are"
        " accepted; send what is long in the body",
    ),
    errors.LimitRequestHeaders: Refusal(
        HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
        f"The headers are too many or too long: up to {MOST_HEADERS} are accepted, of up to"
        f" {LONGEST_HEADER:,} bytes each",
    ),
    errors.ExpectationFailed: Refusal(
        HTTPStatus.EXPECTATION_FAILED, "The header Expect may only say 100-continue"
    ),
    errors.UnsupportedTransferCoding: Refusal(
        HTTPStatus.NOT_IMPLEMENTED, "The body may be sent as it is or chunked, in no other coding"
    ),
    errors.InvalidRequestLine: _bad(
        "The first line is not that of an HTTP request, such as GET / HTTP/1.1"
    ),
    errors.InvalidRequestMethod: _bad("The method is no HTTP method, such as GET or POST"),
    errors.InvalidHTTPVersion: _bad("The version of HTTP is not one that is known; use HTTP/1.1"),
    errors.ObsoleteFolding: _bad("A header goes on over several lines; send each on one line"),
    errors.InvalidHeaderName: _bad("A header has a name with characters that names may not have"),
    errors.InvalidHeader: _bad("A header has a value that cannot be read"),
    errors.InvalidChunkSize: _NO_CHUNKS,
    errors.ChunkMissingTerminator: _NO_CHUNKS,
    errors.InvalidChunkExtension: _NO_CHUNKS,
}
_OURS = (errors.InvalidResponseHeader, errors.InvalidResponseHeaderName)


def refusal_of(error: BaseException) -> Refusal | None:
    """The answer to a request that cannot be read; None if something else is the matter."""
    if not isinstance(error, errors.ParseException) or isinstance(error, _OURS):
        return None
    return _REFUSALS.get(type(error), _OTHERWISE)
