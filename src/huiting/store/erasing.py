"""Remove all that the database knows of a recording, so that its bytes are gone from the files.

What is deleted is written over (`PRAGMA secure_delete`), but copies of a row may be left where
it stood before it was moved, in the full-text index until it is merged, and in the write-ahead
log. `scrub` writes the whole database anew and empties that log.

Source:
    https://sqlite.org/pragma.html#pragma_secure_delete, https://sqlite.org/lang_vacuum.html;
    https://www.postgresql.org/docs/current/sql-vacuum.html.
"""

import sqlite3
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    Connection,
    LargeBinary,
    and_,
    delete,
    func,
    literal,
    or_,
    select,
    text,
)

from huiting.core.errors import StoreError
from huiting.store import _save, comparisons, live, speech
from huiting.store._connect import Database
from huiting.store._index import SegmentIndex
from huiting.store.schema import (
    AnswerRow,
    Base,
    FailureRow,
    JobRow,
    ReceivedRow,
    RecordingFileRow,
    RecordingRow,
    TranscriptionRow,
    UploadRow,
)

LARGEST = 8 << 30
"""Bytes of a database that is written anew as a whole; a greater one would stand too long."""
_NOTICES = "deliver"
_TRIES = 20


@dataclass(frozen=True, slots=True)
class Erased:
    """What was known of a recording, for those who keep files about it."""

    call: bool
    """There was a call."""
    uploads: tuple[str, ...]
    """Ids of the uploads that it came by."""


def erase(connection: Connection, index: SegmentIndex, recording: str) -> Erased:
    """Delete every row that says anything of a recording but the audit log's.

    Jobs about it go too: one that runs finds that it has lost its lease, and keeps nothing.
    """
    own = select(RecordingRow.key).where(RecordingRow.id == recording)
    call = connection.execute(own).first() is not None
    if call:
        _save.delete_call(connection, index, recording)
    chosen = select(UploadRow.id).where(UploadRow.recording == recording)
    uploads = tuple(connection.scalars(chosen))
    for condition in (
        FailureRow.recording == recording,
        TranscriptionRow.audio == recording,
        ReceivedRow.recording == recording,
        RecordingFileRow.id == recording,
        UploadRow.recording == recording,
    ):
        table = condition.left.table
        connection.execute(delete(table).where(condition))
    speech.forget(connection, recording)
    live.forget(connection, recording)
    comparisons.forget(connection, recording)
    connection.execute(delete(JobRow).where(_about(recording)))
    connection.execute(delete(AnswerRow).where(_told(connection, recording)))
    return Erased(call, uploads)


def forget_audio(connection: Connection, recording: str) -> None:
    """Write that the bytes of a recording are kept no longer; its call stays."""
    speech.forget(connection, recording)
    connection.execute(delete(RecordingFileRow).where(RecordingFileRow.id == recording))


def _about(recording: str) -> ColumnElement[bool]:
    """Say that a job is about a recording, or tells of its call."""
    begins = and_(JobRow.subject >= f"{recording}:", JobRow.subject < f"{recording};")
    notice = and_(JobRow.kind == _NOTICES, JobRow.subject.contains(recording))
    return or_(begins, notice)


def _told(connection: Connection, recording: str) -> ColumnElement[bool]:
    """Say that an answer kept for a repeated request names a recording."""
    wanted = literal(recording.encode(), LargeBinary)
    if connection.dialect.name == "sqlite":
        return func.instr(AnswerRow.body, wanted) > 0
    return func.position(wanted.op("IN")(AnswerRow.body)) > 0


def scrub(database: Database, most: int = LARGEST) -> bool:
    """Write the database anew, so that nothing deleted is left in its files.

    On PostgreSQL the server's write-ahead log keeps what it holds until it is recycled.

    Args:
        database: nobody can write to it meanwhile.
        most: bytes; of a greater one only what is free is cleared.

    Returns:
        Whether it was written anew as a whole.
    """
    return (
        _scrub_sqlite(database, most) if database.dialect == "sqlite" else _vacuum(database, most)
    )


def _scrub_sqlite(database: Database, most: int) -> bool:
    with database.bare() as raw:
        assert isinstance(raw, sqlite3.Connection)

        def number(question: str) -> int:
            return int(raw.execute(question).fetchone()[0])

        whole = number("PRAGMA page_count") * number("PRAGMA page_size") <= most
        if whole:
            raw.execute("INSERT INTO segment_index(segment_index) VALUES ('optimize')")
            raw.execute("VACUUM")
        for _ in range(_TRIES):  # a reader of an old state may keep the log a moment longer
            if number("PRAGMA wal_checkpoint(TRUNCATE)") == 0:
                return whole
    raise StoreError(
        database.name, "its log is being read and cannot be emptied", "try again later"
    )


def _vacuum(database: Database, most: int) -> bool:
    engine = database.engine.execution_options(isolation_level="AUTOCOMMIT")
    names = [table.name for table in Base.metadata.sorted_tables]
    quoted = engine.dialect.identifier_preparer.quote
    with engine.connect() as connection:
        sizes = [
            connection.scalar(select(func.pg_total_relation_size(func.to_regclass(quoted(name)))))
            for name in names
        ]
        whole = sum(int(size or 0) for size in sizes) <= most
        for name in names:
            connection.execute(text(f"VACUUM {'(FULL) ' if whole else ''}{quoted(name)}"))
    return whole
