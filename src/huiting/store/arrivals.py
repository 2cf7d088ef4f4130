"""Remember which files of an inbox were handled, where files stay in their place."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import islice
from typing import Protocol

from sqlalchemy import delete, insert, select

from huiting.store._connect import Database
from huiting.store._fold import storable
from huiting.store.schema import ArrivalRow

_AT_ONCE = 500
"""Names in one question; databases bound its length."""


class Marked(Protocol):
    """A file of a listing."""

    @property
    def name(self) -> str:
        """With its folders."""
        ...

    @property
    def mark(self) -> str:
        """Changes with the content."""
        ...


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that was not taken in."""

    name: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Arrivals:
    """The files of all inboxes. Every method may raise StoreError; nothing was changed then."""

    database: Database
    now: Callable[[], datetime]

    def handled(self, inbox: str, files: Sequence[Marked]) -> set[str]:
        """Return the names of those that were handled with this very mark."""
        known: set[str] = set()
        with self.database.reading() as connection:
            for some in _batches(files):
                marks = {
                    name: (file.mark, file.name)
                    for file in some
                    for name in (storable(file.name), _unnamed(file.name))
                }
                rows = connection.execute(
                    select(ArrivalRow.name, ArrivalRow.mark).where(
                        ArrivalRow.inbox == inbox, ArrivalRow.name.in_(list(marks))
                    )
                )
                known |= {marks[name][1] for name, mark in rows if marks[name][0] == mark}
        return known

    def note(self, inbox: str, file: Marked, reason: str) -> None:
        """Remember a file; an empty reason says that it was taken in.

        Of a file that was taken in no name is kept, which may say who called: removing the
        call leaves nothing of it here, and the file is not taken in once more.
        """
        name = storable(file.name) if reason else _unnamed(file.name)
        both = (storable(file.name), _unnamed(file.name))
        own = (ArrivalRow.inbox == inbox, ArrivalRow.name.in_(both))
        row = {
            "inbox": inbox,
            "name": name,
            "mark": file.mark,
            "reason": storable(reason),
            "at": self.now(),
        }
        with self.database.writing() as connection:
            connection.execute(delete(ArrivalRow).where(*own))
            connection.execute(insert(ArrivalRow), [row])

    def refused(self, inbox: str, most: int = 100) -> list[Refused]:
        """Return files that were not taken in, the latest first."""
        rows = (
            select(ArrivalRow.name, ArrivalRow.reason, ArrivalRow.at)
            .where(ArrivalRow.inbox == inbox, ArrivalRow.reason != "")
            .order_by(ArrivalRow.at.desc(), ArrivalRow.name)
            .limit(most)
        )
        with self.database.reading() as connection:
            return [Refused(*row) for row in connection.execute(rows)]


def _unnamed(name: str) -> str:
    """Return what stands for a name."""
    return "sha256:" + sha256(storable(name).encode()).hexdigest()


def _batches(files: Sequence[Marked]) -> Iterator[list[Marked]]:
    waiting = iter(files)
    while batch := list(islice(waiting, _AT_ONCE)):
        yield batch
