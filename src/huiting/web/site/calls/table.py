"""A page of the table of calls, as its template shows it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import urlencode

from huiting.core.judgement import Verdict
from huiting.core.types import EmotionLabel, Role
from huiting.service.looking import Choices, Leaf, Looked
from huiting.service.searching import Kept
from huiting.store.browse import Listed, Place, Scored, Sort
from huiting.store.features import Measure, Numbers
from huiting.store.lines import SaidLine
from huiting.web.pages import cursor
from huiting.web.site.calls.asking import Asked
from huiting.web.site.calls.chips import Chip
from huiting.web.site.calls.columns import Column

_SHOWN = 2
"""Emotions and reasons named in a cell."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a line."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A line in which it is said."""

    role: Role
    at: float
    """Seconds."""
    pieces: Sequence[Piece]
    path: str
    """Of the call, at this line."""
    clip: str
    """Path of its sound."""


@dataclass(frozen=True, slots=True)
class Row:
    """A call."""

    listed: Listed
    numbers: Numbers | None
    path: str
    """Of its page."""
    lines: Sequence[Line]

    @property
    def id(self) -> str:
        """Of the call."""
        return self.listed.call.id

    @property
    def intents(self) -> Sequence[str]:
        """The main reasons."""
        return self.listed.intents[:_SHOWN]

    @property
    def scores(self) -> Sequence[Scored]:
        """What scorecards give."""
        return self.listed.scores

    @property
    def emotions(self) -> Sequence[EmotionLabel]:
        """What the customer sounds like but neutral, the most frequent first."""
        told = {
            label: count
            for label, count in self.listed.emotions.items()
            if label not in (EmotionLabel.NEUTRAL, EmotionLabel.UNKNOWN)
        }
        return sorted(told, key=lambda label: (-told[label], label.value))[:_SHOWN]

    def rules(self, verdict: str) -> int:
        """Return how many rules say so."""
        return self.listed.verdicts.get(Verdict(verdict), 0)

    def measured(self, name: str) -> float | None:
        """Return a number of the call."""
        return None if self.numbers is None else self.numbers.measured[Measure(name)]

    def entry(self, name: str) -> str:
        """Return an entry of its metadata; nothing where it has none."""
        return self.listed.call.metadata.get(name, "")


@dataclass(frozen=True, slots=True)
class Pager:
    """Addresses of other pages; None where there is none."""

    first: str | None
    before: str | None
    after: str | None
    last: str | None


@dataclass(frozen=True, slots=True)
class Table:
    """What the page shows."""

    asked: Asked
    chips: Sequence[Chip]
    choices: Choices
    columns: Sequence[Column]
    all_columns: Sequence[Column]
    rows: Sequence[Row]
    pager: Pager
    kept: Sequence[Kept]
    trouble: str | None = None
    """Why nothing can be shown, in the reader's language."""

    @property
    def search(self) -> Kept | None:
        """The kept search that is shown, if it is one."""
        return next((kept for kept in self.kept if kept.key == self.asked.search), None)

    def sorted_by(self, column: Column) -> str | None:
        """Return which way a column is sorted, as ARIA says it; None where another one is."""
        if column.sort is None or column.sort is not self.asked.sort:
            return None
        return "descending" if self.asked.descending else "ascending"

    def sorting(self, column: Column) -> str | None:
        """Return the address that sorts by a column, or the other way; None where it cannot."""
        if column.sort is None:
            return None
        changes: dict[str, str | None] = {"sort": column.sort.value, "order": "desc"}
        if column.sort is self.asked.sort:
            changes["order"] = "asc" if self.asked.descending else "desc"
        if column.sort is Sort.SCORE and not self.asked.filter.scorecard:
            if not self.choices.scorecards:
                return None
            changes["scorecard"] = self.choices.scorecards[0]
        if column.sort is Sort.STARTED and changes["order"] == "desc":
            changes = {"sort": None, "order": None}
        return self.asked.other(**changes, search=self.asked.number)


def rows(leaf: Leaf, asked: Asked) -> Sequence[Row]:
    """Return the calls of a page."""
    return [_row(looked, asked) for looked in leaf.calls]


def pager(leaf: Leaf, asked: Asked) -> Pager:
    """Return the addresses of other pages."""

    def to(place: Place | None, *, back: bool) -> str | None:
        return None if place is None else asked.page(cursor(place), back=back)

    return Pager(
        None if leaf.before is None else asked.page(None),
        to(leaf.before, back=True),
        to(leaf.after, back=False),
        None if leaf.after is None else asked.page(None, back=True),
    )


def _row(looked: Looked, asked: Asked) -> Row:
    call = looked.listed.call.id
    lines = [_line(line, asked) for line in looked.lines]
    path = lines[0].path if lines else _path(call, asked)
    return Row(looked.listed, looked.numbers, path, lines)


def _line(line: SaidLine, asked: Asked) -> Line:
    span = {"start": f"{line.span.start:.3f}", "end": f"{line.span.end:.3f}"}
    shown = {"unredacted": "true"} if asked.unredacted else {}
    clip = f"/api/v1/calls/{line.call}/clip?{urlencode({**span, **shown})}"
    path = _path(line.call, asked, t=f"{line.span.start:.1f}")
    return Line(line.role, line.span.start, list(_pieces(line)), path, clip)


def _path(call: str, asked: Asked, **place: str) -> str:
    """Return the path of a call, which knows in which search it was found."""
    found_in = {"in": asked.query} if asked.query else {}
    said = urlencode({**place, **found_in})
    return f"/calls/{call}?{said}" if said else f"/calls/{call}"


def _pieces(line: SaidLine) -> Iterator[Piece]:
    """Yield the line, cut where marks begin and end."""
    ends = [0, *(end for mark in line.marks for end in mark), len(line.snippet)]
    for place, (start, end) in enumerate(pairwise(ends)):
        if start < end:
            yield Piece(line.snippet[start:end], place % 2 == 1)
