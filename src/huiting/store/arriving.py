"""Keep how far files have come that are sent in pieces."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from huiting.core.errors import Unknown
from huiting.store.schema import UploadRow


@dataclass(frozen=True, slots=True)
class Arriving:
    """A file that is being sent in pieces."""

    id: str
    owner: str
    length: int
    """Bytes it will have."""
    offset: int
    """Bytes that are safely there."""
    metadata: str
    """As it was sent."""
    expires_at: datetime
    recording: str | None = None
    """Id, once it was whole and taken."""
    job: int | None = None


def add(connection: Connection, arriving: Arriving) -> None:
    """Write a file of which nothing has come yet."""
    connection.execute(
        insert(UploadRow).values(
            id=arriving.id,
            owner=arriving.owner,
            length=arriving.length,
            offset=arriving.offset,
            metadata_line=arriving.metadata,
            expires_at=arriving.expires_at,
        )
    )


def find(connection: Connection, upload: str, owner: str) -> Arriving:
    """Return somebody's upload.

    Raises:
        Unknown: there is none.
    """
    row = connection.execute(
        select(
            UploadRow.id, UploadRow.owner, UploadRow.length, UploadRow.offset,
            UploadRow.metadata_line, UploadRow.expires_at, UploadRow.recording, UploadRow.job,
        ).where(UploadRow.id == upload, UploadRow.owner == owner)
    ).first()  # fmt: skip
    if row is None:
        raise Unknown("upload", "no such upload", "create it anew")
    return Arriving(*row)


def advance(connection: Connection, upload: str, offset: int, expires_at: datetime) -> None:
    """Write how far an upload has come; never back."""
    own = update(UploadRow).where(UploadRow.id == upload, UploadRow.offset <= offset)
    connection.execute(own.values(offset=offset, expires_at=expires_at))


def finish(connection: Connection, upload: str, recording: str, job: int) -> None:
    """Write what became of an upload that is whole."""
    own = update(UploadRow).where(UploadRow.id == upload)
    connection.execute(own.values(recording=recording, job=job))


def remove(connection: Connection, upload: str) -> None:
    """Forget an upload."""
    connection.execute(delete(UploadRow).where(UploadRow.id == upload))


def expired(connection: Connection, now: datetime, most: int = 100) -> Sequence[str]:
    """Return uploads whose time is over."""
    return list(
        connection.scalars(select(UploadRow.id).where(UploadRow.expires_at < now).limit(most))
    )
