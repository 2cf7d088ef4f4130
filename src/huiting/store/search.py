"""Find what was said, in the written and the spoken form of every current segment.

A hit contains every term of the query exactly (after folding), or, when asked for,
something that sounds like it. The index gives segments that may be hits, the newest
call first; the database compares the text itself; the newest `WINDOW` hits are then
put in order of relevance, after them the next `WINDOW`, and so on. So the order is
complete and stable, and the cost of a page does not grow with the number of calls.

Newest first needs no sorting, because a segment's id grows with the start of its
call: id = clock * 2^20 + ordinal, clock = second of the start * 2^11 + a number
among the calls of that second.

Source:
    Relevance is the term frequency part of BM25 (Robertson and Zaragoza, 2009,
    "The Probabilistic Relevance Framework", eq. 3.15) with k1 = 1.2, b = 0.75. The
    inverse document frequency is left out: every hit contains every term. The mean
    length is a constant, so that a score does not change when calls are added.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import chain, islice

from sqlalchemy import ColumnElement, Connection, Select, and_, not_, or_, select

from huiting.core.types import Role, Span
from huiting.store import calls
from huiting.store._fold import fold, places
from huiting.store._index import LINE, SegmentIndex
from huiting.store._query import Term
from huiting.store._sound import sound_places
from huiting.store.schema import RecordingRow, SegmentRow, instant

WINDOW = 500
ORDINAL_BITS = 20
CALL_BITS = 11
_LAST_SECOND = 2**32 - 1 - 86_400
"""In 2106; a day is left for calls that find their second full."""
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


def second(time: datetime) -> int:
    """Return the second since 1970 that a call is ordered by; far times share the ends."""
    return min(max(int(instant(time).timestamp()), 0), _LAST_SECOND)


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
        yield from self._windows(
            Match.EXACT, self.index.matches([[t.written_keys] for t in self.terms]), exact
        )
        if any(term.sounds for term in self.terms):
            alike = [or_(self._written(term), *self._sounding(term)) for term in self.terms]
            yield from self._windows(
                Match.SOUNDS_LIKE,
                self.index.matches([t.any_keys for t in self.terms]),
                [*alike, not_(and_(*exact))],
            )

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

    def _sounding(self, term: Term) -> Iterable[ColumnElement[bool]]:
        return (self.index.contains(SegmentRow.sound, sounds) for sounds in term.sounds)

    def _windows(
        self, match: Match, indexed: ColumnElement[bool], conditions: Sequence[ColumnElement[bool]]
    ) -> Iterator[_Ranked]:
        chosen = self._candidates().where(*conditions, indexed)
        below: int | None = None
        while True:
            page = chosen if below is None else chosen.where(self.index.id < below)
            rows = self.connection.execute(page.limit(WINDOW)).all()
            scored = [_Ranked(key, match, self._score(match, *texts)) for key, *texts in rows]
            yield from sorted(scored, key=_order)
            if len(rows) < WINDOW:
                return
            below = rows[-1][0]

    def _candidates(self) -> Select[int, str, str]:
        """Select from the segments that pass the filters, the newest first."""
        filters, key = self.filters, self.index.id
        chosen = (
            select(key, SegmentRow.folded, SegmentRow.sound)
            .select_from(self.index.rows)
            .where(calls.present(SegmentRow.recording))
            .order_by(key.desc())
        )
        if filters.role is not None:
            chosen = chosen.where(SegmentRow.role == filters.role.value)
        if filters.language is not None:
            chosen = chosen.where(SegmentRow.language == filters.language)
        # The ids narrow it down to the second without reading a row; then the exact time.
        if filters.since is not None:
            chosen = chosen.where(key >= second(filters.since) << (CALL_BITS + ORDINAL_BITS))
        if filters.until is not None:
            last = (second(filters.until) + 1 << (CALL_BITS + ORDINAL_BITS)) - 1
            chosen = chosen.where(key <= last)
        of_call = list(_call_conditions(filters))
        if of_call:
            joined = RecordingRow.key == SegmentRow.recording
            chosen = chosen.join(RecordingRow, joined).where(*of_call)
        return chosen

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
