"""What a column of a table is, and what a row is made of.

Keys are stable: reports are built on them. A new column goes to the end of its group,
and none changes its meaning. Units are in the key, because a table carries no other.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from huiting.core.analysis import Analysis
from huiting.core.errors import HuitingError
from huiting.core.judgement import Judgement
from huiting.core.ticket import Ticket
from huiting.core.types import Segment
from huiting.exports._cells import Cell

Row = TypeVar("Row")


class Kind(StrEnum):
    """How a column is stored and shown."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    SECONDS = "seconds"
    SHARE = "share"
    TIME = "time"


_DECIMALS = {Kind.SECONDS: 3, Kind.SHARE: 4, Kind.NUMBER: 2}


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """One column: its key, its meaning in both languages, and where its value comes from."""

    key: str
    kind: Kind
    zh: str
    en: str
    value: Callable[[Row], Cell]

    def cell(self, row: Row) -> Cell:
        """Return the cell of a row, with as many decimals as its kind has."""
        found = self.value(row)
        digits = _DECIMALS.get(self.kind)
        if digits is None or not isinstance(found, int | float):
            return found
        return round(float(found), digits)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the work on one recording ended: with an analysis, or with the error that is why not."""

    file: str
    analysis: Analysis | None = None
    error: HuitingError | None = None
    other_names: tuple[str, ...] = ()
    """Files with the same bytes."""
    judgement: Judgement | None = None
    """None when no rules were given."""
    ticket: Ticket | None = None
    """Of a call that is due one."""


@dataclass(frozen=True, slots=True)
class Said:
    """One segment, and where it was said."""

    file: str
    analysis: Analysis
    number: int
    segment: Segment
