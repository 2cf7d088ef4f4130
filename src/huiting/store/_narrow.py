"""Find the few calls that all those are among which are looked for, where there are few.

A database that is asked for the newest calls with some property goes through the calls, newest
first, and asks of each: quick when many have the property, and slow when hardly any has. Where
an index tells that hardly any has, only those are looked at. Counting stops early.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Select, func, select
from sqlalchemy.orm import InstrumentedAttribute


@dataclass(frozen=True, slots=True)
class Kind:
    """Calls of one kind: those of which a table that has an index for it holds such a row."""

    recording: InstrumentedAttribute[int]
    """Says whose row it is."""
    own: tuple[ColumnElement[bool], ...]

    def keys(self) -> Select[int]:
        """Select the keys of the calls; some may come several times."""
        return select(self.recording).where(*self.own)


@dataclass(frozen=True, slots=True)
class Among:
    """Calls, of which some are looked for."""

    keys: Select[int]
    count: int
    """Not more than these."""


def narrowest(connection: Connection, kinds: Iterable[Kind], most: int) -> Among | None:
    """Return the smallest of some kinds of calls; None when all hold more than `most`."""
    found: Among | None = None
    for kind in kinds:
        bound = most + 1 if found is None else found.count
        counted = kind.keys().limit(bound).subquery()
        count = connection.scalar(select(func.count()).select_from(counted)) or 0
        if count < bound:
            found = Among(kind.keys(), count)
    return found
