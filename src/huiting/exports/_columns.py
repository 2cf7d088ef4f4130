"""What a column of a table is, and what a row is made of.

Keys are stable: reports are built on them. A new column goes to the end of its group,
and none changes its meaning. Units are in the key, because a table carries no other.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from huiting.core.analysis import Analysis
from huiting.core.errors import HuitingError
from huiting.core.judgement import Judgement
from huiting.core.ticket import Ticket
from huiting.core.types import Segment
from huiting.core.wording import named_in
from huiting.exports._cells import Cell

Row = TypeVar("Row")


class Kind(StrEnum):
    """How a column is stored and shown."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    POINTS = "points"
    """Of a score: one decimal."""
    SECONDS = "seconds"
    SHARE = "share"
    TIME = "time"


_DECIMALS = {Kind.SECONDS: 3, Kind.SHARE: 4, Kind.NUMBER: 2, Kind.POINTS: 1}


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """One column: its key, its meaning in both languages, and where its value comes from."""

    key: str
    kind: Kind
    zh: str
    en: str
    value: Callable[[Row], Cell]
    title: str = ""
    """Heading where people read Chinese; by default the beginning of `zh`."""
    say: Callable[[str], str] | None = None
    """What its codes are called in Chinese; None where there are none."""

    def heading(self, tongue: str) -> str:
        """Return what stands over the column on a sheet; `tongue` is `zh` or `en`.

        An English sheet has the key, which is stable; a Chinese one words.
        """
        if tongue != "zh":
            return self.key
        found = self.title or _short(self.zh)
        return f"{found}（秒）" if self.kind is Kind.SECONDS and "秒" not in found else found

    def shown(self, row: Row, tongue: str) -> Cell:
        """Return the cell of a row as people read it: codes in their language."""
        cell = self.cell(row)
        if tongue != "zh" or self.say is None or not isinstance(cell, str):
            return cell
        return self.say(cell)

    def cell(self, row: Row) -> Cell:
        """Return the cell of a row, with as many decimals as its kind has."""
        found = self.value(row)
        digits = _DECIMALS.get(self.kind)
        if digits is None or not isinstance(found, int | float):
            return found
        return round(float(found), digits)


_PARTIES = ("客服", "客户")


def _short(text: str) -> str:
    """Return the beginning of a meaning: up to a bracket, a comma, or a list of codes."""
    text = re.split("[（；，]", text, maxsplit=1)[0]
    head, colon, _ = text.partition("：")
    return text if not colon or head in _PARTIES else head


def called(kind: type[StrEnum]) -> Callable[[str], str]:
    """Return what says codes of a kind in Chinese; several are separated by commas."""
    names = named_in(kind, "zh")
    return lambda cell: "、".join(names.get(code, code) for code in cell.split(", "))


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
