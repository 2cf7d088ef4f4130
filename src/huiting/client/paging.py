"""Lists that come in pages, read as one."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from huiting.client.wire import Params, Wire

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """A part of a list."""

    items: tuple[Item, ...]
    next: str | None
    """Where the next part begins; None at the end."""


def pages(
    wire: Wire, form: type[Page[Item]], path: str, params: Params | None = None
) -> Iterator[Item]:
    """Give the entries of a list, one after the other; a page is fetched when it is needed."""
    cursor: str | None = None
    while True:
        page = wire.get(form, path, {**(params or {}), "cursor": cursor})
        yield from page.items
        cursor = page.next
        if cursor is None:
            return
