"""Find what was said, in the written and the spoken form of every current segment.

A hit contains every term of the query exactly (after folding), or, when asked for,
something that sounds like it. The index gives segments that may be hits, the newest
call first; the database compares the text itself; the newest `WINDOW` hits are then
put in order of relevance, after them the next `WINDOW`, and so on. So the order is
complete and stable, and the cost of a page does not grow with the number of calls.

Newest first needs no sorting, because a segment's id grows with the start of its call
(see `_clock`); of an index that gives segments in no order, see `_stretches`.

Source:
    Relevance is the term frequency part of BM25 (Robertson and Zaragoza, 2009,
    "The Probabilistic Relevance Framework", eq. 3.15) with k1 = 1.2, b = 0.75. The
    inverse document frequency is left out: every hit contains every term. The mean
    length is a constant, so that a score does not change when calls are added.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import chain, islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, not_, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from huiting.core.types import Role, Span
from huiting.store import calls
from huiting.store._clock import CALL_BITS, ORDINAL_BITS, earliest, latest, second
from huiting.store._fold import fold, places
from huiting.store._index import LINE, SegmentIndex, Wanted
from huiting.store._narrow import Among
from huiting.store._query import Term
from huiting.store._sound import sound_places
from huiting.store._stretches import Stretch, Walk
from huiting.store.schema import RecordingRow, SegmentRow

__all__ = [
    "CALL_BITS",
    "ORDINAL_BITS",
    "Filters",
    "Hit",
    "Match",
    "clocks",
    "excerpt",
    "said",
    "search",
    "second",
]

WINDOW = 500
_READ = 300
"""Calls of which every segment is read rather than the index of all."""
_AT_LEAST = 200
"""Segments looked at at a time when calls are wanted: several may be of one call..."""
_AT_MOST = 20_000
"""...and this bounds memory, however many calls are wanted."""
_K1, _B, _MEAN_LENGTH = 1.2, 0.75, 20
_CONTEXT = 24
"""Characters shown on either side of a hit in a long segment."""


class Match(StrEnum):
    """How a hit matches the query."""

    EXACT = "exact"
    SOUNDS_LIKE = "sounds-like"


@dataclass(frozen=True, slots=True)
class Hit:
    """A segment that was found."""

    recording: str
    """Id of the recording."""
    name: str
    """File name."""
    started_at: datetime | None
    """When the call began, in the zone that its metadata gave."""
    ordinal: int
    """Place of the segment in `Call.segments`."""
    role: Role
    span: Span
    language: str | None
    snippet: str
    """The segment's text, shortened around the first mark."""
    marks: tuple[tuple[int, int], ...]
    """Where the terms stand in `snippet`, as [start, end) offsets, in order and apart."""
    match: Match
    score: float
    """Relevance, > 0; comparable within one `match` only."""

    def marked(self, before: str = "【", after: str = "】") -> str:
        """Return the snippet with its marks shown."""
        pieces, at = [], 0
        for start, end in self.marks:
            pieces += [self.snippet[at:start], before, self.snippet[start:end], after]
            at = end
        return "".join([*pieces, self.snippet[at:]])


@dataclass(frozen=True, slots=True)
class Filters:
    """Which segments to search."""

    role: Role | None = None
    since: datetime | None = None
    """Calls that began then or later."""
    until: datetime | None = None
    """Calls that began before."""
    language: str | None = None
    """Of the segment."""
    agent: str | None = None
    """The metadata entry `agent`."""
    allowed: calls.Allowed = field(default_factory=dict)
    """What whoever searches may see."""
    of_call: Sequence[ColumnElement[bool]] = ()
    """What else the recording must be, besides being present."""
    newest: int | None = None
    """Key of the last call that is looked through."""
    among: Among | None = None
    """Calls that all those are among which `of_call` lets pass, where they are not many."""


def search(
    connection: Connection,
    index: SegmentIndex,
    terms: Sequence[Term],
    filters: Filters,
    *,
    limit: int,
    offset: int,
) -> list[Hit]:
    """Return hits [offset, offset + limit): exact ones first, then those that sound alike."""
    finder = _Finder(connection, index, terms, filters)
    found = list(islice(finder.ranked(), offset, offset + limit))
    return finder.hits(found)


def clocks(
    connection: Connection,
    index: SegmentIndex,
    terms: Sequence[Term],
    filters: Filters,
    *,
    limit: int,
    descending: bool = True,
    after: int | None = None,
) -> list[int]:
    """Return the clocks of the next calls in which one segment has every term.

    Args:
        connection: to the database.
        index: its index of segments.
        terms: what is said.
        filters: by whom, and in which calls.
        limit: most calls.
        descending: the latest call first.
        after: clock of the call before the first one.
    """
    found = _Finder(connection, index, terms, filters).clocks(limit, after, descending=descending)
    return list(islice(found, limit))


def said(index: SegmentIndex, terms: Sequence[Term]) -> list[ColumnElement[bool]]:
    """Say that a segment has every term, or something that sounds like it."""
    return [
        or_(
            index.contains(SegmentRow.folded, term.text),
            *(index.contains(SegmentRow.sound, way) for way in term.sounds),
        )
        for term in terms
    ]


@dataclass(frozen=True, slots=True)
class _Ranked:
    id: int
    match: Match
    score: float


@dataclass(frozen=True, slots=True)
class _Question:
    """What a segment must be, and what is to be known of it."""

    wanted: Wanted
    """That it is filed under."""
    conditions: Sequence[ColumnElement[bool]]
    """That say it; what it is filed under says that it may."""
    columns: Sequence[InstrumentedAttribute[str]]
    """That are read besides its id."""
    descending: bool = True
    """The latest call first."""


@dataclass(frozen=True, slots=True)
class _Finder:
    """One search on one connection."""

    connection: Connection
    index: SegmentIndex
    terms: Sequence[Term]
    filters: Filters

    def ranked(self) -> Iterator[_Ranked]:
        """Yield every hit in order."""
        exact = [self._written(term) for term in self.terms]
        yield from self._windows(Match.EXACT, [[t.written_keys] for t in self.terms], exact)
        if any(term.sounds for term in self.terms):
            keys = [t.any_keys for t in self.terms]
            yield from self._windows(
                Match.SOUNDS_LIKE, keys, [*said(self.index, self.terms), not_(and_(*exact))]
            )

    def clocks(self, limit: int, after: int | None, *, descending: bool) -> Iterator[int]:
        """Yield the clocks of calls in which one segment has every term, in order."""
        wanted = [t.any_keys if t.sounds else [t.written_keys] for t in self.terms]
        question = _Question(wanted, said(self.index, self.terms), (), descending=descending)
        window = min(max(_AT_LEAST, 4 * limit), _AT_MOST)
        while True:
            beyond = None
            if after is not None:
                beyond = (after if descending else after + 1) << ORDINAL_BITS
            ids = [row[0] for row in self._first(question, window, beyond)]
            found = list(dict.fromkeys(segment >> ORDINAL_BITS for segment in ids))
            yield from found
            if len(ids) < window:
                return
            after = found[-1]

    def hits(self, found: Sequence[_Ranked]) -> list[Hit]:
        """Return what is shown of these segments, in their order."""
        rows = self.connection.execute(
            select(
                SegmentRow.id, SegmentRow.ordinal, SegmentRow.role, SegmentRow.start,
                SegmentRow.end, SegmentRow.language, SegmentRow.text, SegmentRow.spoken,
                RecordingRow.id, RecordingRow.name, RecordingRow.started_at,
            )
            .join(RecordingRow, RecordingRow.key == SegmentRow.recording)
            .where(SegmentRow.id.in_([hit.id for hit in found]))
        )  # fmt: skip
        shown = {}
        for key, ordinal, role, start, end, language, text, spoken, recording, name, at in rows:
            snippet, marks = excerpt([text] if spoken is None else [text, spoken], self.terms)
            shown[key] = (
                recording, name, None if at is None else datetime.fromisoformat(at), ordinal,
                Role(role), Span(start, end), language, snippet, marks,
            )  # fmt: skip
        return [Hit(*shown[hit.id], hit.match, hit.score) for hit in found]

    def _written(self, term: Term) -> ColumnElement[bool]:
        return self.index.contains(SegmentRow.folded, term.text)

    def _windows(
        self, match: Match, wanted: Wanted, conditions: Sequence[ColumnElement[bool]]
    ) -> Iterator[_Ranked]:
        question = _Question(wanted, conditions, (SegmentRow.folded, SegmentRow.sound))
        below: int | None = None
        while True:
            rows = self._first(question, WINDOW, below)
            scored = [_Ranked(key, match, self._score(match, *texts)) for key, *texts in rows]
            yield from sorted(scored, key=_order)
            if len(rows) < WINDOW:
                return
            below = rows[-1][0]

    def _first(
        self, question: _Question, limit: int, beyond: int | None
    ) -> Sequence[Row[*tuple[Any, ...]]]:
        """Return the first hits in order.

        Args:
            question: which.
            limit: most of them.
            beyond: ids below it, or from it on where the earliest come first; None for all.
        """

        def look(stretch: Stretch, most: int) -> Sequence[Row[*tuple[Any, ...]]]:
            key, chosen = self._candidates(question, stretch)
            if beyond is not None:
                chosen = chosen.where(key < beyond if question.descending else key >= beyond)
            # What an index of lists gives is to be sorted, however few a planner takes it for.
            way = key + 0 if stretch.filed and not self.index.in_order else key
            chosen = chosen.order_by(way.desc() if question.descending else way.asc())
            return self.connection.execute(chosen.limit(most)).all()

        among = self.filters.among
        few = among is not None and among.count <= _READ
        if self.index.in_order or few:
            return look(Stretch(filed=not few), limit)
        walk = Walk(
            self.connection, *self._ends(Stretch()), among, list(_times(self.filters)),
            descending=question.descending,
        )  # fmt: skip
        if beyond is not None:
            walk = walk.from_(beyond >> ORDINAL_BITS)
        return walk.gather(limit, look)

    def _ends(self, stretch: Stretch) -> tuple[int | None, int | None]:
        """Return the first and the last clock of a stretch, as far as the filters let it pass."""
        first, last = stretch.first, stretch.last
        if self.filters.since is not None:
            first = max(earliest(self.filters.since), first or 0)
        if self.filters.until is not None:
            until = latest(self.filters.until)
            last = until if last is None else min(until, last)
        return first, last

    def _candidates(
        self, question: _Question, stretch: Stretch
    ) -> tuple[ColumnElement[int], Select[*tuple[Any, ...]]]:
        """Select from the segments that pass the filters; return what they are in order by, too."""
        filters = self.filters
        key, chosen = self._segments(question, stretch)
        chosen = chosen.where(*question.conditions, calls.present(SegmentRow.recording))
        if filters.newest is not None:
            chosen = chosen.where(SegmentRow.recording <= filters.newest)
        if filters.role is not None:
            chosen = chosen.where(SegmentRow.role == filters.role.value)
        if filters.language is not None:
            chosen = chosen.where(SegmentRow.language == filters.language)
        # The ids narrow it down to the second without reading a row; then the exact time.
        first, last = self._ends(stretch)
        if first is not None:
            chosen = chosen.where(key >= first << ORDINAL_BITS)
        if last is not None:
            chosen = chosen.where(key <= ((last + 1) << ORDINAL_BITS) - 1)
        of_call = list(_call_conditions(filters))
        if of_call:
            # Found from the segment: a planner that begins with calls reads all of theirs.
            apart = 0 if stretch.filed and not self.index.in_order else None
            own = SegmentRow.recording if apart is None else SegmentRow.recording + apart
            chosen = chosen.join(RecordingRow, RecordingRow.key == own).where(*of_call)
        return key, chosen

    def _segments(
        self, question: _Question, stretch: Stretch
    ) -> tuple[ColumnElement[int], Select[*tuple[Any, ...]]]:
        """Select from the segments that are filed under what is wanted, or that are read."""
        among, key = self.filters.among, self.index.id
        if not stretch.filed:
            own = SegmentRow.__table__.c.id
            chosen = select(own, *question.columns)
            if stretch.calls is not None:
                chosen = chosen.where(SegmentRow.recording.in_(stretch.calls))
            elif among is not None:
                chosen = chosen.where(SegmentRow.recording.in_(among.keys))
            return own, chosen
        chosen = select(key, *question.columns).select_from(self.index.rows)
        chosen = chosen.where(self.index.matches(question.wanted))
        if among is not None:  # told from the id alone, before a row is read
            few = select(RecordingRow.clock).where(RecordingRow.key.in_(among.keys))
            chosen = chosen.where((key // (1 << ORDINAL_BITS)).in_(few))
        return key, chosen

    def _score(self, match: Match, folded: str, sound: str) -> float:
        """Return the relevance of a segment from what it is searched by."""
        written = max(_relevance(line, [[t.text] for t in self.terms]) for line in _lines(folded))
        if match is Match.EXACT:
            return written
        alike = [t.sounds or [t.text] for t in self.terms]
        return max(written, *(_relevance(line, alike) for line in _lines(sound)))


def _times(filters: Filters) -> Iterator[ColumnElement[bool]]:
    if filters.since is not None:
        yield RecordingRow.began >= filters.since
    if filters.until is not None:
        yield RecordingRow.began < filters.until


def _call_conditions(filters: Filters) -> Iterator[ColumnElement[bool]]:
    yield from _times(filters)
    if filters.agent is not None:
        yield calls.has_field("agent", filters.agent)
    yield from calls.seen(filters.allowed)
    yield from filters.of_call


def _lines(text: str) -> list[str]:
    return text.split(LINE)


def _relevance(line: str, terms: Sequence[Sequence[str]]) -> float:
    norm = _K1 * (1 - _B + _B * len(line) / _MEAN_LENGTH)
    counts = (max(map(line.count, ways)) for ways in terms)
    return round(sum(n * (_K1 + 1) / (n + norm) for n in counts), 4)


def _order(hit: _Ranked) -> tuple[float, int, int]:
    """Order by relevance, then the newest call, then time within the call."""
    ordinal = hit.id & ((1 << ORDINAL_BITS) - 1)
    return -hit.score, ordinal - hit.id, ordinal


def excerpt(forms: Sequence[str], terms: Sequence[Term]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Return a piece of the form that shows most of the terms, and where they stand in it.

    Args:
        forms: the written form, then the spoken one if it differs.
        terms: what was searched for.
    """
    text, marks = max(
        ((form, _marks(form, terms)) for form in forms), key=lambda shown: len(shown[1])
    )
    if not marks:
        return text[: 2 * _CONTEXT], ()
    start = max(0, marks[0][0] - _CONTEXT)
    end = min(len(text), max(marks[0][1] + _CONTEXT, start + 2 * _CONTEXT))
    head, tail = "…" if start else "", "…" if end < len(text) else ""
    moved = tuple(
        (at - start + len(head), min(to, end) - start + len(head)) for at, to in marks if at < end
    )
    return head + text[start:end] + tail, moved


def _marks(text: str, terms: Sequence[Term]) -> list[tuple[int, int]]:
    """Return where terms stand in `text`, in order; overlapping ones are joined."""
    folded, origin = fold(text), places(text)
    found = [m for term in terms for m in _occurrences(folded, term.text, origin)]
    unseen = [term for term in terms if term.text not in folded and term.sounds]
    if unseen:
        sound, origin = sound_places(text)
        ways = chain.from_iterable(term.sounds for term in unseen)
        found += [m for way in ways for m in _occurrences(sound, way, origin)]
    joined: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _occurrences(text: str, part: str, origin: Sequence[int]) -> Iterator[tuple[int, int]]:
    at = text.find(part)
    while at >= 0:
        yield origin[at], origin[at + len(part) - 1] + 1
        at = text.find(part, at + len(part))
