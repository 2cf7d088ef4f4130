"""How likely somebody speaks in recordings: measured once, kept until the recording goes."""

import zlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from huiting.core.speech import Speech
from huiting.store._connect import Database
from huiting.store.schema import SpeechFileRow, SpeechRow

_TABLES = (SpeechRow, SpeechFileRow)


@dataclass(frozen=True, slots=True)
class Speeches:
    """What was measured, by the SHA-256 of the bytes and the digest of what it depends on.

    Every method may raise `StoreError`: the database cannot be used; nothing was changed.
    """

    database: Database

    def find(self, audio: str, digest: str) -> Speech | None:
        """Return what was measured of these bytes; None when nothing was."""
        chosen = select(SpeechRow.body).where(
            SpeechRow.audio == audio, SpeechRow.digest == digest
        )  # fmt: skip
        with self.database.reading() as connection:
            body = connection.scalar(chosen)
        return None if body is None else Speech.unpacked(zlib.decompress(body))

    def name(self, audio: str, owner: str) -> str | None:
        """Return what somebody called a file that they handed in; None when they did not."""
        chosen = select(SpeechFileRow.name).where(
            SpeechFileRow.audio == audio, SpeechFileRow.owner == owner
        )
        with self.database.reading() as connection:
            return connection.scalar(chosen)

    def handed_in(self, audio: str) -> bool:
        """Tell whether anybody handed in a file."""
        chosen = select(SpeechFileRow.audio).where(SpeechFileRow.audio == audio).limit(1)
        with self.database.reading() as connection:
            return connection.scalar(chosen) is not None

    def prune(self, before: datetime) -> int:
        """Forget what was measured and handed in before then; return how many measurements."""
        with self.database.writing() as connection:
            counts = [
                connection.execute(delete(table).where(table.at < before)).rowcount
                for table in _TABLES
            ]
        return counts[0]


def keep(connection: Connection, audio: str, digest: str, measured: Speech, at: datetime) -> None:
    """Keep what was measured, in place of what was measured in the same way before."""
    connection.execute(
        delete(SpeechRow).where(SpeechRow.audio == audio, SpeechRow.digest == digest)
    )
    body = zlib.compress(measured.packed(), 9)
    connection.execute(insert(SpeechRow).values(audio=audio, digest=digest, body=body, at=at))


def hand_in(connection: Connection, audio: str, owner: str, name: str, at: datetime) -> None:
    """Write that somebody handed in a file; the name is the one they gave it last."""
    connection.execute(
        delete(SpeechFileRow).where(SpeechFileRow.audio == audio, SpeechFileRow.owner == owner)
    )
    connection.execute(insert(SpeechFileRow).values(audio=audio, owner=owner, name=name, at=at))


def forget(connection: Connection, audio: str) -> None:
    """Delete all that is known of these bytes."""
    for table in _TABLES:
        connection.execute(delete(table).where(table.audio == audio))
