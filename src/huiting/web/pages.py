"""Lists in pages: `items` and a cursor for the next page.

A cursor says where the page before ended, not how many came before: what is added
meanwhile neither repeats an entry nor hides one. Whoever makes one up gets a page that
begins elsewhere, and nothing else.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel, Field

from huiting.core.errors import InputError

Item = TypeVar("Item")
MOST = 500
LONGEST = 500
_LARGEST = 2**63 - 1

Limit = Annotated[int, Query(ge=1, le=MOST, description="Most entries of the page.")]
Cursor = Annotated[
    str | None,
    Query(alias="cursor", max_length=LONGEST, description="`next` of the page before."),
]
Number = int | float


class Page(BaseModel, Generic[Item]):
    """A part of a list."""

    items: list[Item]
    next: str | None = Field(
        description="Ask with it as `cursor` for what follows; null at the end."
    )


def stretch(entries: Sequence[Item], limit: int, text: str | None) -> Page[Item]:
    """Return a page of a list that does not change.

    Raises:
        InputError: this is no cursor of such a list.
    """
    found = place(text, (int,))
    begin = max(0, int(found[0])) if found else 0
    end = begin + limit
    return Page(items=list(entries[begin:end]), next=cursor((end,)) if end < len(entries) else None)


def cursor(place: Sequence[Number]) -> str:
    """Return a place as text."""
    return urlsafe_b64encode(json.dumps(list(place)).encode()).rstrip(b"=").decode()


def place(text: str | None, kinds: Sequence[type[int] | type[float]]) -> tuple[Number, ...] | None:
    """Return the place that a cursor says; None for the beginning.

    Raises:
        InputError: this is no cursor of such a list.
    """
    if text is None:
        return None
    try:
        found = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, RecursionError) as error:
        raise _wrong() from error
    if not isinstance(found, list) or len(found) != len(kinds):
        raise _wrong()
    for value, kind in zip(found, kinds, strict=True):
        if isinstance(value, bool) or not isinstance(value, int if kind is int else int | float):
            raise _wrong()
        if not abs(value) <= _LARGEST:  # NaN too
            raise _wrong()
    return tuple(found)


def _wrong() -> InputError:
    return InputError("cursor", "not one of this list", "give `next` of the page before, unchanged")
