"""Find what was said, in the written and the spoken form of every current segment.

A hit contains every term of the query exactly (after folding), or, when asked for,
something that sounds like it. The index gives segments that may be hits, the newest
call first; the database compares the text itself; the newest `WINDOW` hits are then
put in order of relevance, after them the next `WINDOW`, and so on. So the order is
complete and stable, and the cost of a page does not grow with the number of calls.

Newest first needs no sorting, because a segment's id grows with the start of its call
(see `_clock`).

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

from sqlalchemy import ColumnElement, Connection, Select, and_, not_, or_, select

from huiting.core.types import Role, Span
from huiting.store import calls
from huiting.store._clock import CALL_BITS, ORDINAL_BITS, earliest, latest, second
from huiting.store._fold import fold, places
from huiting.store._index import LINE, SegmentIndex, Wanted
from huiting.store._narrow import Among
from huiting.store._query import Term
from huiting.store._sound import sound_places
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
"""Segments looked at at a time when calls are wanted: several may be of one call."""
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
    """What else the recording must be."""
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
        key, candidates = self._candidates(wanted)
        chosen = candidates.where(*said(self.index, self.terms)).with_only_columns(key)
        chosen = chosen.order_by(key.desc() if descending else key.asc())
        window = max(_AT_LEAST, 4 * limit)
        while True:
            page = chosen
            if after is not None:
                first = after << ORDINAL_BITS
                beyond = key < first if descending else key >= first + (1 << ORDINAL_BITS)
                page = chosen.where(beyond)
            ids = self.connection.scalars(page.limit(window)).all()
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
        key, chosen = self._candidates(wanted)
        chosen = chosen.where(*conditions).order_by(key.desc())
        below: int | None = None
        while True:
            page = chosen if below is None else chosen.where(key < below)
            rows = self.connection.execute(page.limit(WINDOW)).all()
            scored = [_Ranked(key, match, self._score(match, *texts)) for key, *texts in rows]
            yield from sorted(scored, key=_order)
            if len(rows) < WINDOW:
                return
            below = rows[-1][0]

    def _candidates(self, wanted: Wanted) -> tuple[ColumnElement[int], Select[int, str, str]]:
        """Select from the segments that pass the filters; return what they are in order by, too."""
        filters = self.filters
        key, chosen = self._filed(wanted)
        chosen = chosen.where(calls.present(SegmentRow.recording))
        if filters.role is not None:
            chosen = chosen.where(SegmentRow.role == filters.role.value)
        if filters.language is not None:
            chosen = chosen.where(SegmentRow.language == filters.language)
        # The ids narrow it down to the second without reading a row; then the exact time.
        if filters.since is not None:
            chosen = chosen.where(key >= earliest(filters.since) << ORDINAL_BITS)
        if filters.until is not None:
            last = ((latest(filters.until) + 1) << ORDINAL_BITS) - 1
            chosen = chosen.where(key <= last)
        of_call = list(_call_conditions(filters))
        if of_call:
            joined = RecordingRow.key == SegmentRow.recording
            chosen = chosen.join(RecordingRow, joined).where(*of_call)
        return key, chosen

    def _filed(self, wanted: Wanted) -> tuple[ColumnElement[int], Select[int, str, str]]:
        """Select from the segments that are filed under what is wanted, or that are few."""
        among, key = self.filters.among, self.index.id
        if among is not None and among.count <= _READ:
            own = SegmentRow.recording.in_(among.keys)
            columns = (SegmentRow.id, SegmentRow.folded, SegmentRow.sound)
            return SegmentRow.__table__.c.id, select(*columns).where(own)
        chosen = select(key, SegmentRow.folded, SegmentRow.sound).select_from(self.index.rows)
        chosen = chosen.where(self.index.matches(wanted))
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


def _call_conditions(filters: Filters) -> Iterator[ColumnElement[bool]]:
    if filters.since is not None:
        yield RecordingRow.began >= filters.since
    if filters.until is not None:
        yield RecordingRow.began < filters.until
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
