"""Find calls by what is known of them, in any order, a page at a time.

A page begins where the one before ended, by the values that it is sorted by: calls that
are saved meanwhile neither repeat an entry nor hide one.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from huiting.core.errors import InputError
from huiting.core.judgement import Verdict
from huiting.core.types import EmotionLabel, Role
from huiting.store import calls, search
from huiting.store._analysis_codec import Told, told_of
from huiting.store._connect import Database
from huiting.store._fold import fold, storable
from huiting.store._index import index_for
from huiting.store._narrow import Among, Kind, narrowest
from huiting.store._query import Term, parse
from huiting.store._sound import sound
from huiting.store.calls import ALL, EVERY, Allowed, StoredCall, Which
from huiting.store.features import ANY, Features
from huiting.store.schema import (
    AnalysisRow,
    FeelingRow,
    FieldRow,
    FindingRow,
    IntentRow,
    RecordingRow,
    ScoreRow,
    SegmentRow,
)
from huiting.store.search import Filters, Hit

Bounds = tuple[float | None, float | None]
"""At least, at most; None for no bound."""
_OPEN: Bounds = (None, None)
_FIELD = aliased(FieldRow)
"""Apart from the one by which it is told what somebody may see."""
_RANK = aliased(ScoreRow)
"""That calls are sorted by; apart from the one that they are chosen by."""
_FEW, _SOME = 2_000, 10_000
"""Calls that are sorted rather than gone through in order; calls that are told from their clocks."""
_SAYING = 1_000
"""Calls in which something is said that are sorted rather than gone through in order."""


class Sort(StrEnum):
    """What calls are sorted by."""

    STARTED = "started_at"
    DURATION = "duration"
    SCORE = "score"
    """By one scorecard; calls without its score are left out."""


@dataclass(frozen=True, slots=True)
class Sought:
    """Which calls are looked for; all that is said must hold."""

    which: Which = EVERY
    any_of: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Metadata entries, each with the values it may have."""
    rule: str | None = None
    """Id of a rule that has judged the call."""
    verdict: Verdict | None = None
    """Of that rule, or of any."""
    intent: str | None = None
    """A name, or the beginning of a path of names."""
    emotion: EmotionLabel | None = None
    feeling: Role = Role.CUSTOMER
    """Who sounds like it."""
    fatal: bool = False
    """Only calls with a fatal item failed, of any scorecard."""
    scorecard: str | None = None
    score: Bounds = _OPEN
    """By the scorecard, or by any."""
    duration: Bounds = _OPEN
    text: str | None = None
    """What somebody says, as in a search."""
    sounds_like: bool = False
    said_by: Role | None = None
    """Who says the text; None for anybody."""
    features: Features = ANY


@dataclass(frozen=True, slots=True)
class Order:
    """How calls are sorted."""

    by: Sort = Sort.STARTED
    descending: bool = True


Place = tuple[float, int]
"""Where a page ended: the value it is sorted by, and the call's clock."""
NEWEST_FIRST = Order()


@dataclass(frozen=True, slots=True)
class Scored:
    """What a scorecard gives a call."""

    scorecard: str
    version: int
    points: float | None
    most: float
    grade: str
    fatal: bool
    uncertain: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """A call as lists show it."""

    call: StoredCall
    place: Place
    intents: tuple[str, ...] = ()
    """The main one first."""
    scores: tuple[Scored, ...] = ()
    verdicts: Mapping[Verdict, int] = field(default_factory=dict)
    """How many rules say so."""
    emotions: Mapping[EmotionLabel, int] = field(default_factory=dict)
    """Of the customer: segments that sound so."""


@dataclass(frozen=True, slots=True)
class FieldOf:
    """A name that metadata entries have, or a value of one."""

    text: str
    calls: int


@dataclass(frozen=True, slots=True)
class Browser:
    """Looks through the calls of one database. May be used from several threads."""

    database: Database

    def page(
        self, sought: Sought, order: Order, limit: int, after: Place | None = None
    ) -> list[Listed]:
        """Return the next `limit` calls.

        Args:
            sought: which calls.
            order: how they are sorted.
            limit: most of them.
            after: where the page before ended; None for the first.

        Raises:
            InputError: the text is nothing that can be searched for, or calls are to be
                sorted by a score and it is not said by which.
        """
        if order.by is Sort.SCORE and sought.scorecard is None:
            raise InputError("sort score", "it is not said whose", "name a scorecard")
        key = _sorted_by(order.by)
        with self.database.reading() as connection:
            among = narrowest(connection, _kinds(sought), _FEW)
            chosen = select(RecordingRow.key, key)
            if order.by is Sort.SCORE:
                chosen = chosen.join(_RANK, _scored(sought, _RANK)).where(_RANK.points.is_not(None))
            if after is not None:
                chosen = chosen.where(_beyond(key, after, order))
            if sought.text and order.by is Sort.STARTED:
                clocks = self._clocks(
                    connection, sought, among, limit,
                    descending=order.descending, after=None if after is None else after[1],
                )  # fmt: skip
                chosen = chosen.where(RecordingRow.clock.in_(clocks))
            else:
                chosen = chosen.where(*self._conditions(connection, sought, among))
                if among is not None:
                    chosen = chosen.where(RecordingRow.key.in_(among.keys))
            way = [c if among is None else c + 0 for c in _way(order)]  # by no index, being few
            chosen = chosen.order_by(*(c.desc() if order.descending else c.asc() for c in way))
            places = {row[0]: row[1] for row in connection.execute(chosen.limit(limit))}
            return _listed(connection, places)

    def one(self, call: str, allowed: Allowed = ALL) -> Listed:
        """Return the one call with this id.

        Raises:
            UnknownCall: there is none, or it may not be seen.
        """
        with self.database.reading() as connection:
            found = calls.find(connection, call, allowed)
            key = connection.scalar(
                select(RecordingRow.key).where(RecordingRow.id == found.id)
            )  # fmt: skip
            assert key is not None  # it was just found
            return _listed(connection, {key: found.clock})[0]

    def known(self, ids: Sequence[str], allowed: Allowed = ALL) -> list[StoredCall]:
        """Return the calls with these ids that are there and may be seen, in no order."""
        chosen = calls.select_calls().where(
            RecordingRow.id.in_(ids), calls.present(), *calls.seen(allowed)
        )
        with self.database.reading() as connection:
            return [calls.read(row) for row in connection.execute(chosen)]

    def told(self, wanted: Sequence[StoredCall]) -> list[tuple[StoredCall, Told]]:
        """Return what is said in calls, as in the analyses that they had when they were read."""
        versions = {call.id: call for call in wanted}
        chosen = (
            select(RecordingRow.id, AnalysisRow.version, AnalysisRow.body)
            .join(AnalysisRow, AnalysisRow.recording == RecordingRow.key)
            .where(RecordingRow.id.in_(versions))
        )
        with self.database.reading() as connection:
            return [
                (versions[call], told_of(body, versions[call].name))
                for call, version, body in connection.execute(chosen)
                if version == versions[call].version
            ]

    def ids(self, sought: Sought, after: int | None, limit: int) -> list[tuple[int, str]]:
        """Return clock and id of the next calls, the latest first; for work over many."""
        chosen = select(RecordingRow.clock, RecordingRow.id)
        with self.database.reading() as connection:
            among = narrowest(connection, _kinds(sought), _FEW)
            if sought.text:
                clocks = self._clocks(connection, sought, among, limit, after=after)
                chosen = chosen.where(RecordingRow.clock.in_(clocks))
            else:
                chosen = chosen.where(*self._of_call(sought))
                if after is not None:
                    chosen = chosen.where(RecordingRow.clock < after)
                if among is not None:
                    chosen = chosen.where(RecordingRow.key.in_(among.keys))
            clock = RecordingRow.clock if among is None else RecordingRow.clock + 0
            rows = connection.execute(chosen.order_by(clock.desc()).limit(limit))
            return [(when, call) for when, call in rows]

    def count(self, sought: Sought, most: int) -> int:
        """Return how many calls there are, counting no further than `most`."""
        with self.database.reading() as connection:
            among = narrowest(connection, _kinds(sought), _FEW)
            if sought.text:
                return len(self._clocks(connection, sought, among, most))
            chosen = select(RecordingRow.key).where(*self._of_call(sought))
            if among is not None:
                chosen = chosen.where(RecordingRow.key.in_(among.keys))
            counted = chosen.limit(most).subquery()
            return connection.scalar(select(func.count()).select_from(counted)) or 0

    def hits(
        self, sought: Sought, role: Role | None, *, limit: int, offset: int, newest: int
    ) -> list[Hit]:
        """Return segments in which the text is said, the most relevant first.

        Args:
            sought: what, and in which calls.
            role: who says it.
            limit: most hits.
            offset: hits of the pages before.
            newest: as `newest` told when the first page was asked for.

        Raises:
            InputError: the text is nothing that can be searched for.
        """
        terms = parse(sought.text or "", sounds_like=sought.sounds_like)
        with self.database.reading() as connection:
            filters = self._filters(sought, narrowest(connection, _kinds(sought), _SOME), role)
            return search.search(
                connection, index_for(self.database.dialect), terms,
                replace(filters, newest=newest), limit=limit, offset=offset,
            )  # fmt: skip

    @staticmethod
    def excerpt(
        text: str, forms: Sequence[str], *, sounds_like: bool
    ) -> tuple[str, tuple[tuple[int, int], ...]]:
        """Return what a hit shows of a segment, and where the text stands in it.

        Args:
            text: what was searched for.
            forms: the written form of the segment, then the spoken one if it differs.
            sounds_like: whether it was searched for by sound too.
        """
        return search.excerpt(forms, parse(text, sounds_like=sounds_like))

    @staticmethod
    def says(text: str, segments: Iterable[Sequence[str]], *, sounds_like: bool) -> bool:
        """Tell whether a segment, in one of its forms, holds all that was searched for."""
        terms = parse(text, sounds_like=sounds_like)
        return any(_said(terms, form) for forms in segments for form in dict.fromkeys(forms))

    def newest(self) -> int:
        """Return what tells calls that are there now from those that will be saved."""
        with self.database.reading() as connection:
            return connection.scalar(select(func.max(RecordingRow.key))) or 0

    def names(self, allowed: Allowed = ALL, limit: int = 1000) -> list[FieldOf]:
        """Return the names of metadata entries, and how many calls have each."""
        return self._counted(_FIELD.name, allowed, limit)

    def values(
        self, name: str, begins: str = "", allowed: Allowed = ALL, limit: int = 1000
    ) -> list[FieldOf]:
        """Return the values of a metadata entry, sorted, and how many calls have each."""
        own = [_FIELD.name == storable(name)]
        if begins:
            own.append(_FIELD.value.startswith(storable(begins), autoescape=True))
        return self._counted(_FIELD.value, allowed, limit, *own)

    def _counted(
        self,
        column: InstrumentedAttribute[str],
        allowed: Allowed,
        limit: int,
        *own: ColumnElement[bool],
    ) -> list[FieldOf]:
        chosen = select(column, func.count()).where(calls.present(_FIELD.recording), *own)
        chosen = chosen.group_by(column).order_by(column)
        if allowed:
            seen = select(RecordingRow.key).where(*calls.seen(allowed))
            chosen = chosen.where(_FIELD.recording.in_(seen))
        with self.database.reading() as connection:
            return [FieldOf(text, count) for text, count in connection.execute(chosen.limit(limit))]

    def _conditions(
        self, connection: Connection, sought: Sought, among: Among | None
    ) -> Iterator[ColumnElement[bool]]:
        """Yield what a recording must be, for calls that are not sorted by their start."""
        yield from self._of_call(sought)
        if not sought.text:
            return
        clocks = self._clocks(connection, sought, among, _SAYING)
        if len(clocks) < _SAYING:
            yield RecordingRow.clock.in_(clocks)
            return
        # Many say it: going through the calls soon finds some.
        terms = parse(sought.text, sounds_like=sought.sounds_like)
        said = search.said(index_for(self.database.dialect), terms)
        if sought.said_by is not None:
            said.append(SegmentRow.role == sought.said_by.value)
        yield exists().where(SegmentRow.recording == RecordingRow.key, *said)

    def _clocks(
        self,
        connection: Connection,
        sought: Sought,
        among: Among | None,
        limit: int,
        *,
        descending: bool = True,
        after: int | None = None,
    ) -> list[int]:
        """Return the clocks of the next calls in which the text is said, by their start."""
        terms = parse(sought.text or "", sounds_like=sought.sounds_like)
        return search.clocks(
            connection, index_for(self.database.dialect), terms,
            self._filters(sought, among, sought.said_by), limit=limit,
            descending=descending, after=after,
        )  # fmt: skip

    def _filters(self, sought: Sought, among: Among | None, role: Role | None) -> Filters:
        which = sought.which
        return Filters(
            role=role, since=which.since, until=which.until, among=among,
            of_call=list(self._properties(sought)),
        )  # fmt: skip

    def _of_call(self, sought: Sought) -> Iterator[ColumnElement[bool]]:
        yield calls.present()
        yield from self._properties(sought)

    @staticmethod
    def _properties(sought: Sought) -> Iterator[ColumnElement[bool]]:
        yield from sought.which.properties()
        yield from calls.seen(sought.any_of)
        yield from sought.features.conditions()
        yield from _within(RecordingRow.duration, sought.duration)
        if sought.rule is not None or sought.verdict is not None:
            yield _judged(sought.rule, sought.verdict)
        if sought.intent is not None:
            yield _about(sought.intent)
        if sought.emotion is not None:
            yield exists().where(
                FeelingRow.recording == RecordingRow.key,
                FeelingRow.role == sought.feeling.value,
                FeelingRow.label == sought.emotion.value,
            )
        if sought.fatal:
            yield exists().where(ScoreRow.recording == RecordingRow.key, ScoreRow.fatal)
        if sought.score != _OPEN or sought.scorecard is not None:
            own = _scored(sought, ScoreRow)
            yield exists().where(own, *_within(ScoreRow.points, sought.score))


def _said(terms: Sequence[Term], form: str) -> bool:
    folded = fold(form)
    unseen = [term for term in terms if term.text not in folded]
    if not all(term.sounds for term in unseen):
        return False
    heard = sound(form) if unseen else ""
    return all(any(way in heard for way in term.sounds) for term in unseen)


def _sorted_by(sort: Sort) -> Any:  # noqa: ANN401  (a column of one type or another)
    return {
        Sort.STARTED: RecordingRow.clock,
        Sort.DURATION: RecordingRow.duration,
        Sort.SCORE: _RANK.points,
    }[sort]


def _way(order: Order) -> list[Any]:
    """Return the columns by which calls are in order."""
    return [_sorted_by(order.by)] + ([RecordingRow.clock] if order.by is not Sort.STARTED else [])


def _beyond(key: Any, after: Place, order: Order) -> ColumnElement[bool]:  # noqa: ANN401
    value, clock = after
    if order.by is Sort.STARTED:
        return RecordingRow.clock < clock if order.descending else RecordingRow.clock > clock
    if order.descending:
        return or_(key < value, and_(key == value, RecordingRow.clock < clock))
    return or_(key > value, and_(key == value, RecordingRow.clock > clock))


def _within(column: Any, bounds: Bounds) -> Iterator[ColumnElement[bool]]:  # noqa: ANN401
    least, most = bounds
    if least is not None:
        yield column >= least
    if most is not None:
        yield column <= most


def _judged(rule: str | None, verdict: Verdict | None) -> ColumnElement[bool]:
    return exists().where(FindingRow.recording == RecordingRow.key, *_ruling(rule, verdict))


def _ruling(rule: str | None, verdict: Verdict | None) -> Iterator[ColumnElement[bool]]:
    if rule is not None:
        yield FindingRow.rule == storable(rule)
    if verdict is not None:
        yield FindingRow.verdict == verdict.value


def _about(intent: str) -> ColumnElement[bool]:
    return exists().where(IntentRow.recording == RecordingRow.key, _within_reason(intent))


def _within_reason(intent: str) -> ColumnElement[bool]:
    """Say that an intent is this one, or one that its path leads to."""
    name = storable(intent)
    return or_(IntentRow.name == name, IntentRow.name.startswith(name + "/", autoescape=True))


def _scored(sought: Sought, row: type[ScoreRow]) -> ColumnElement[bool]:
    own = row.recording == RecordingRow.key
    if sought.scorecard is None:
        return own
    return and_(own, row.scorecard == storable(sought.scorecard))


def _kinds(sought: Sought) -> Iterator[Kind]:
    """Yield kinds of calls, each with an index, of which all that is sought is one."""
    which = sought.which
    fields = {name: frozenset((value,)) for name, value in which.metadata.items()}
    for entries in (fields, sought.any_of, which.allowed):
        for name, values in entries.items():
            value = FieldRow.value.in_(sorted(map(storable, values)))
            yield Kind(FieldRow.recording, (FieldRow.name == storable(name), value))
    if which.language is not None:
        yield Kind(RecordingRow.key, (RecordingRow.language == which.language,))
    if sought.duration != _OPEN:
        yield Kind(RecordingRow.key, tuple(_within(RecordingRow.duration, sought.duration)))
    if sought.rule is not None or sought.verdict is not None:
        yield Kind(FindingRow.recording, tuple(_ruling(sought.rule, sought.verdict)))
    if sought.intent is not None:
        yield Kind(IntentRow.recording, (_within_reason(sought.intent),))
    if sought.emotion is not None:
        feeling = (
            FeelingRow.role == sought.feeling.value,
            FeelingRow.label == sought.emotion.value,
        )
        yield Kind(FeelingRow.recording, feeling)
    if sought.fatal:
        yield Kind(ScoreRow.recording, (ScoreRow.fatal.is_(True),))
    yield from sought.features.kinds()
    if sought.scorecard is not None:
        own = (ScoreRow.scorecard == storable(sought.scorecard),)
        yield Kind(ScoreRow.recording, (*own, *_within(ScoreRow.points, sought.score)))


def _listed(connection: Connection, places: Mapping[int, float]) -> list[Listed]:
    """Return calls as lists show them.

    Args:
        connection: to the database.
        places: keys of the calls, in their order, each with the value that it is sorted by.
    """
    keys = list(places)
    chosen = calls.select_calls().add_columns(RecordingRow.key).where(RecordingRow.key.in_(keys))
    found = {row[-1]: calls.read(row[:-1]) for row in connection.execute(chosen)}
    intents = _grouped(
        connection.execute(
            select(IntentRow.recording, IntentRow.name)
            .where(IntentRow.recording.in_(keys))
            .order_by(IntentRow.main.desc(), IntentRow.score.desc(), IntentRow.name)
        )
    )
    scores = _grouped(
        connection.execute(
            select(
                ScoreRow.recording, ScoreRow.scorecard, ScoreRow.version, ScoreRow.points,
                ScoreRow.most, ScoreRow.grade, ScoreRow.fatal, ScoreRow.uncertain,
            )
            .where(ScoreRow.recording.in_(keys))
            .order_by(ScoreRow.scorecard)
        )
    )  # fmt: skip
    verdicts = _grouped(
        connection.execute(
            select(FindingRow.recording, FindingRow.verdict, func.count())
            .where(FindingRow.recording.in_(keys))
            .group_by(FindingRow.recording, FindingRow.verdict)
        )
    )
    emotions = _grouped(
        connection.execute(
            select(FeelingRow.recording, FeelingRow.label, FeelingRow.segments).where(
                FeelingRow.recording.in_(keys), FeelingRow.role == Role.CUSTOMER.value
            )
        )
    )
    return [
        Listed(
            call=found[key],
            place=(by, found[key].clock),
            intents=tuple(name for (name,) in intents[key]),
            scores=tuple(Scored(*values) for values in scores[key]),
            verdicts={Verdict(verdict): count for verdict, count in verdicts[key]},
            emotions={EmotionLabel(label): count for label, count in emotions[key]},
        )
        for key, by in places.items()
    ]


def _grouped(rows: Iterable[Any]) -> defaultdict[int, list[tuple[Any, ...]]]:
    found: defaultdict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for key, *values in rows:
        found[key].append(tuple(values))
    return found
