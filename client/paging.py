"""Lists that come in pages."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from client.decoding import Record

LARGEST_PAGE = 200
R = TypeVar("R", bound=Record)


@dataclass(frozen=True, kw_only=True)
class Page(Generic[R]):
    """Some items of a list; `next_cursor` asks for the following ones."""

    items: tuple[R, ...]
    next_cursor: str | None


def decoded_page(record: type[R], answer: Mapping[str, Any]) -> Page[R]:
    return Page(
        items=tuple(record.decode(one) for one in answer["items"]),
        next_cursor=answer.get("next_cursor"),
    )


def every(fetch: Callable[..., Page[R]], *names: str, **filters: Any) -> Iterator[R]:
    """All items of all pages: `every(studio.history, status="failed")`."""
    page = fetch(*names, limit=LARGEST_PAGE, **filters)
    yield from page.items
    while page.next_cursor is not None:
        page = fetch(*names, limit=LARGEST_PAGE, cursor=page.next_cursor, **filters)
        yield from page.items
