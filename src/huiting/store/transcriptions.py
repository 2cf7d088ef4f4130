"""Transcriptions: text of audio that is no call, kept to answer the same question at once."""

import zlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from huiting.core.analysis import Analysis
from huiting.core.codec import from_json, to_json
from huiting.store._connect import Database
from huiting.store.schema import TranscriptionRow


@dataclass(frozen=True, slots=True)
class Transcriptions:
    """What was transcribed, by the SHA-256 of its bytes and the digest of its settings.

    Every method may raise `StoreError`: the database cannot be used; nothing was changed.
    """

    database: Database

    def find(self, audio: str, digest: str) -> Analysis | None:
        """Return what was heard in these bytes with these settings; None when nothing was."""
        chosen = select(TranscriptionRow.body).where(
            TranscriptionRow.audio == audio, TranscriptionRow.digest == digest
        )
        with self.database.reading() as connection:
            body = connection.scalar(chosen)
        return None if body is None else from_json(zlib.decompress(body), "transcription")

    def prune(self, before: datetime) -> int:
        """Forget what was transcribed before then; return how many there were."""
        with self.database.writing() as connection:
            return connection.execute(
                delete(TranscriptionRow).where(TranscriptionRow.at < before)
            ).rowcount

    def forget(self, audio: str) -> int:
        """Forget all that was heard in these bytes; return how many there were."""
        with self.database.writing() as connection:
            return connection.execute(
                delete(TranscriptionRow).where(TranscriptionRow.audio == audio)
            ).rowcount


def keep(
    connection: Connection, audio: str, digest: str, heard: Analysis, at: datetime
) -> None:  # fmt: skip
    """Keep what was heard, in place of what was heard with the same settings before."""
    connection.execute(
        delete(TranscriptionRow).where(
            TranscriptionRow.audio == audio, TranscriptionRow.digest == digest
        )
    )
    connection.execute(
        insert(TranscriptionRow).values(
            audio=audio, digest=digest, body=zlib.compress(to_json(heard)), at=at
        )
    )
