"""What the store tells about a call, and how a call is named."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from huiting.core.errors import InputError, UnknownCall
from huiting.store._clock import earliest, latest
from huiting.store._fold import storable
from huiting.store.schema import AnalysisRow, BinRow, FieldRow, NameRow, ReceivedRow, RecordingRow

MIN_PREFIX = 4
"""Characters of an id that may stand for it."""
_SHOWN = 5
"""Candidates named in an error."""

Allowed = Mapping[str, frozenset[str]]
"""Metadata entries that a call must have to be seen, each one of these values."""
ALL: Allowed = MappingProxyType({})
"""Nothing is asked: every call may be seen."""


@dataclass(frozen=True, slots=True)
class StoredCall:
    """A call in the store, without its analysis."""

    id: str
    """Of the recording: SHA-256."""
    name: str
    """File name it was last saved under."""
    path: str
    clock: int
    """Orders calls by their start."""
    started_at: datetime | None
    """In the zone its metadata gave; None when it gave no time."""
    duration: float
    """Seconds."""
    language: str | None
    metadata: Mapping[str, str]
    version: int
    """Of the current analysis, from 1."""
    analyzed_at: datetime
    """UTC."""
    settings: str
    """Digest of the settings that made the current analysis."""
    segments: int


_COLUMNS = (
    RecordingRow.id, RecordingRow.name, RecordingRow.path, RecordingRow.clock,
    RecordingRow.started_at, RecordingRow.duration, RecordingRow.language, RecordingRow.fields,
    AnalysisRow.version, AnalysisRow.at, AnalysisRow.settings, AnalysisRow.segments,
)  # fmt: skip


def select_calls() -> Select[*tuple[Any, ...]]:
    """Select every call with its current analysis; read the rows with `read`."""
    return select(*_COLUMNS).join(
        AnalysisRow,
        and_(
            AnalysisRow.recording == RecordingRow.key,
            AnalysisRow.version == RecordingRow.analysis,
        ),
    )


def read(row: Sequence[Any]) -> StoredCall:
    """Return the call of a row that `select_calls` gave."""
    identity, name, path, clock, started_at, *rest = row
    started = None if started_at is None else datetime.fromisoformat(started_at)
    return StoredCall(identity, name, path, clock, started, *rest)


@dataclass(frozen=True, slots=True)
class Which:
    """Which calls are wanted."""

    since: datetime | None = None
    """Those that began then or later."""
    until: datetime | None = None
    """Those that began before."""
    language: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    """Entries that the recording's metadata must have."""
    share: tuple[int, int] = (0, 1)
    """(0, 2) and (1, 2) are two halves, for two that work at the same time."""
    clocks: tuple[int, int] | None = None
    """Those whose `StoredCall.clock` is from the first to the second, both included."""
    allowed: Allowed = field(default_factory=dict)
    """What whoever asks may see."""
    among: tuple[str, ...] | None = None
    """Ids of recordings, of which it must be one."""
    batch: str | None = None
    """Those handed in with this batch."""
    newest: int | None = None
    """Those that were there when `Browser.newest` said so."""

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        """Yield what a recording must be."""
        yield present()
        yield from self.properties()

    def properties(self) -> Iterator[ColumnElement[bool]]:
        """Yield what a recording that is present must be."""
        if self.since is not None:
            yield RecordingRow.began >= self.since
            yield RecordingRow.clock >= earliest(self.since)
        if self.until is not None:
            yield RecordingRow.began < self.until
            yield RecordingRow.clock <= latest(self.until)
        if self.language is not None:
            yield RecordingRow.language == self.language
        for name, value in self.metadata.items():
            yield has_field(name, value)
        yield from seen(self.allowed)
        part, parts = self.share
        if parts > 1:
            yield RecordingRow.key % parts == part
        if self.clocks is not None:
            yield RecordingRow.clock.between(*self.clocks)
        if self.among is not None:
            yield RecordingRow.id.in_(self.among)
        if self.newest is not None:
            yield RecordingRow.key <= self.newest
        if self.batch is not None:
            together = select(ReceivedRow.recording).where(ReceivedRow.batch == self.batch)
            yield RecordingRow.id.in_(together.where(ReceivedRow.recording.is_not(None)))


EVERY = Which()


def present(key: InstrumentedAttribute[int] = RecordingRow.key) -> ColumnElement[bool]:
    """Say that a call is not in the bin: the one condition of all that shows or counts calls.

    Args:
        key: the column that says which recording it is.
    """
    return key.not_in(select(BinRow.recording))


def has_field(name: str, value: str) -> ColumnElement[bool]:
    """Say that a recording's metadata has this entry."""
    return exists().where(
        FieldRow.recording == RecordingRow.key,
        FieldRow.name == storable(name),
        FieldRow.value == storable(value),
    )


def seen(allowed: Allowed) -> Iterator[ColumnElement[bool]]:
    """Yield what a recording must be for somebody who may see only these; no value, no call."""
    for name, values in allowed.items():
        yield exists().where(
            FieldRow.recording == RecordingRow.key,
            FieldRow.name == storable(name),
            FieldRow.value.in_(sorted(map(storable, values))),
        )


def visible(connection: Connection, recording: str, allowed: Allowed) -> bool:
    """Tell whether the recording with this id is in the store and may be seen."""
    chosen = select(RecordingRow.key).where(RecordingRow.id == recording, present(), *seen(allowed))
    return connection.execute(chosen).first() is not None


def find(connection: Connection, call: str, allowed: Allowed = ALL) -> StoredCall:
    """Return the one call whose id, path, file name or stem is `call`, or begins with it.

    Calls that may not be seen do not exist here: they are neither found nor named.

    Raises:
        UnknownCall: there is none.
        InputError: there are several.
    """
    wanted = storable(call)
    mine = [present(), *seen(allowed)]
    for condition in _meanings(wanted):
        chosen = select_calls().where(condition, *mine).order_by(RecordingRow.clock.desc())
        found = [read(row) for row in connection.execute(chosen.limit(_SHOWN + 1))]
        if len(found) == 1:
            return found[0]
        if found:
            named = "; ".join(f"{c.id[:12]} {c.path}" for c in found[:_SHOWN])
            more = "; and more" if len(found) > _SHOWN else ""
            raise InputError(call, f"several calls fit: {named}{more}", "give the id")
    raise UnknownCall(call, "no such call", "analyze it, or look for it with huiting search")


def _meanings(wanted: str) -> Iterator[ColumnElement[bool]]:
    """Yield what `wanted` may mean, the most certain first."""
    yield RecordingRow.id == wanted
    yield _named(NameRow.path == wanted)
    yield _named(or_(NameRow.name == wanted, NameRow.stem == wanted))
    begins = _named(func.substr(NameRow.name, 1, len(wanted)) == wanted)
    prefix = wanted.lower()
    if len(prefix) >= MIN_PREFIX and set(prefix) <= set("0123456789abcdef"):
        begins = or_(begins, and_(RecordingRow.id >= prefix, RecordingRow.id < prefix + "g"))
    if wanted:
        yield begins


def _named(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(NameRow.recording == RecordingRow.key, condition)
