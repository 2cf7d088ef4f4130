"""What people add to a call: remarks about it or a moment of it, and what was really said.

Both are only of calls that may be seen. A correction is never changed: another one follows,
and the latest of a segment counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from huiting.core.errors import Unknown
from huiting.core.types import Seconds, Span
from huiting.store import calls
from huiting.store._connect import Database
from huiting.store._fold import storable
from huiting.store.calls import ALL, Allowed
from huiting.store.schema import CorrectionRow, RecordingRow, RemarkRow


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote something."""

    id: str
    """`Principal.id`."""
    name: str
    """What they were called then."""


@dataclass(frozen=True, slots=True)
class Remark:
    """What somebody says about a call."""

    call: str
    """Id of the recording."""
    text: str
    by: Author
    at: datetime
    moment: Seconds | None = None
    """None for the whole call."""
    key: int = 0


@dataclass(frozen=True, slots=True)
class Heard:
    """What the machine made of a stretch of a call."""

    version: int
    """Of the analysis."""
    segment: int
    """Place in `Call.segments` of that version, from 0."""
    channel: int
    span: Span
    text: str
    """As written."""
    language: str | None
    engine: str


@dataclass(frozen=True, slots=True)
class Correction:
    """What was really said in a segment."""

    call: str
    heard: Heard
    text: str | None
    """Empty when nobody spoke; None takes what was said before back."""
    by: Author
    at: datetime
    key: int = 0


@dataclass(frozen=True, slots=True)
class Pair:
    """What the machine wrote of a segment, and what was really said."""

    engine: str
    language: str | None
    heard: str
    said: str


@dataclass(frozen=True, slots=True)
class Remarks:
    """All remarks and corrections. Every method may raise `StoreError`; nothing changed then."""

    database: Database

    def add(self, connection: Connection, remark: Remark) -> Remark:
        """Keep a remark; return it with its key.

        Raises:
            UnknownCall: there is no such call.
        """
        call, row = _row_of(connection, remark.call, remark.by, remark.at)
        row |= {"moment": remark.moment, "text": storable(remark.text)}
        key = connection.execute(insert(RemarkRow).values(row).returning(RemarkRow.key))
        return Remark(
            call, remark.text, remark.by, remark.at, remark.moment, key.scalar_one()
        )  # fmt: skip

    def remarks(self, call: str, allowed: Allowed = ALL, limit: int = 500) -> list[Remark]:
        """Return what was said about a call, the oldest first."""
        chosen = (
            select(
                RecordingRow.id, RemarkRow.text, RemarkRow.by, RemarkRow.name, RemarkRow.at,
                RemarkRow.moment, RemarkRow.key,
            )
            .join(RecordingRow, RecordingRow.key == RemarkRow.recording)
            .where(RecordingRow.id == call, calls.present(), *calls.seen(allowed))
            .order_by(RemarkRow.key)
            .limit(limit)
        )  # fmt: skip
        with self.database.reading() as connection:
            return [
                Remark(found, text, Author(by, name), at, moment, key)
                for found, text, by, name, at, moment, key in connection.execute(chosen)
            ]

    def remove(self, connection: Connection, call: str, key: int, by: str | None) -> None:
        """Remove a remark.

        Args:
            connection: of the transaction.
            call: id of the recording.
            key: of the remark.
            by: whose it must be; None for anybody's.

        Raises:
            Unknown: there is none.
        """
        own = select(RecordingRow.key).where(RecordingRow.id == call)
        chosen = delete(RemarkRow).where(RemarkRow.key == key, RemarkRow.recording.in_(own))
        if by is not None:
            chosen = chosen.where(RemarkRow.by == by)
        if not connection.execute(chosen).rowcount:
            raise Unknown("remark", "there is none of yours", "list the remarks of the call")

    def correct(self, connection: Connection, correction: Correction) -> Correction:
        """Keep a correction; return it with its key. Those before stay, and count no longer.

        Raises:
            UnknownCall: there is no such call.
        """
        heard = correction.heard
        call, row = _row_of(connection, correction.call, correction.by, correction.at)
        row |= {
            "version": heard.version,
            "segment": heard.segment,
            "channel": heard.channel,
            "start": heard.span.start,
            "end": heard.span.end,
            "language": heard.language,
            "engine": heard.engine,
            "heard": storable(heard.text),
            "text": None if correction.text is None else storable(correction.text),
        }
        made = connection.execute(insert(CorrectionRow).values(row).returning(CorrectionRow.key))
        return Correction(
            call, heard, correction.text, correction.by, correction.at, made.scalar_one()
        )  # fmt: skip

    def corrections(self, call: str, allowed: Allowed = ALL, limit: int = 5000) -> list[Correction]:
        """Return the corrections of a call, of all its versions, the oldest first."""
        row = CorrectionRow
        chosen = (
            select(
                RecordingRow.id, row.version, row.segment, row.channel, row.start, row.end,
                row.heard, row.language, row.engine, row.text, row.by, row.name, row.at, row.key,
            )
            .join(RecordingRow, RecordingRow.key == row.recording)
            .where(RecordingRow.id == call, calls.present(), *calls.seen(allowed))
            .order_by(row.key)
            .limit(limit)
        )  # fmt: skip
        with self.database.reading() as connection:
            return [_correction(*found) for found in connection.execute(chosen)]

    def corrected(self, allowed: Allowed = ALL, limit: int = 200) -> list[str]:
        """Return the ids of calls of which anything was corrected, the latest corrected first."""
        chosen = (
            select(RecordingRow.id)
            .join(CorrectionRow, CorrectionRow.recording == RecordingRow.key)
            .where(calls.present(), *calls.seen(allowed))
            .group_by(RecordingRow.id)
            .order_by(func.max(CorrectionRow.key).desc())
            .limit(limit)
        )
        with self.database.reading() as connection:
            return list(connection.scalars(chosen))

    def pairs(self, allowed: Allowed = ALL, *, call: str | None = None, limit: int) -> list[Pair]:
        """Return what counts of the corrections, the latest first: one a segment.

        Args:
            allowed: what whoever asks may see.
            call: id of a recording; None for all of them.
            limit: most of them.
        """
        row = CorrectionRow
        latest = select(func.max(row.key).label("key")).group_by(
            row.recording, row.version, row.segment
        )
        if call is not None:
            latest = latest.where(
                row.recording.in_(select(RecordingRow.key).where(RecordingRow.id == call))
            )
        counted = latest.subquery()
        chosen = (
            select(row.engine, row.language, row.heard, row.text)
            .join(counted, counted.c.key == row.key)
            .join(RecordingRow, RecordingRow.key == row.recording)
            .where(row.text.is_not(None), calls.present(), *calls.seen(allowed))
            .order_by(row.key.desc())
            .limit(limit)
        )
        with self.database.reading() as connection:
            return [
                Pair(engine, language, heard, said or "")
                for engine, language, heard, said in connection.execute(chosen)
            ]


def _row_of(
    connection: Connection, call: str, by: Author, at: datetime
) -> tuple[str, dict[str, Any]]:
    """Return the id of a call, and what rows about it have in common."""
    found = calls.find(connection, call).id
    key = connection.scalar(select(RecordingRow.key).where(RecordingRow.id == found))
    return found, {"recording": key, "by": by.id, "name": storable(by.name), "at": at}


def _correction(*values: Any) -> Correction:  # noqa: ANN401  (columns of several types)
    call, version, segment, channel, start, end, *rest = values
    heard, language, engine, text, by, name, at, key = rest
    return Correction(
        call,
        Heard(version, segment, channel, Span(start, end), heard, language, engine),
        text,
        Author(by, name),
        at,
        key,
    )


def counting(corrections: list[Correction]) -> Mapping[tuple[int, int], Correction]:
    """Return the corrections that count, by version and segment; given the oldest first."""
    latest = {(one.heard.version, one.heard.segment): one for one in corrections}
    return {place: one for place, one in latest.items() if one.text is not None}
