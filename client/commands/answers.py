"""Answers for people and for programs."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from rich.console import Console

from client.decoding import Record
from client.paging import LARGEST_PAGE, Page, every
from client.terminal import results, write_json

R = TypeVar("R", bound=Record)


def answer(record: R, show: Callable[[Console, R], None], *, as_json: bool) -> None:
    if as_json:
        write_json(record.raw)
    else:
        show(results(), record)


def answer_list(
    records: Sequence[R], show: Callable[[Console, Sequence[R]], None], *, as_json: bool
) -> None:
    if as_json:
        write_json([one.raw for one in records])
    else:
        show(results(), records)


def done(text: str, record: Record | None, *, as_json: bool) -> None:
    """Says that it is done; to programs, with what the service answered, or null."""
    if as_json:
        write_json(None if record is None else record.raw)
    else:
        results().print(text)


def first(limit: int, fetch: Callable[..., Page[R]], *names: str, **filters: Any) -> tuple[R, ...]:
    """The first items of a list, over as many pages as it takes."""
    if limit <= LARGEST_PAGE:
        return fetch(*names, limit=limit, **filters).items
    found: Iterator[R] = every(fetch, *names, **filters)
    return tuple(islice(found, limit))
