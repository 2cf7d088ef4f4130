"""What a team writes for itself: rules, scorecards, hotwords, lists; kept in versions.

A version is never changed. One of them may be in force; which one is what publishing and
rolling back change.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Select, and_, delete, func, insert, select

from huiting.core.errors import Conflict, Unknown
from huiting.store._connect import Database
from huiting.store._fold import storable
from huiting.store.schema import DocumentRow, PublishedRow


@dataclass(frozen=True, slots=True)
class Entry:
    """A document without its text."""

    kind: str
    name: str
    version: int
    """The newest."""
    published: int | None
    """The version that is in force."""
    by: str
    at: datetime
    note: str
    """Of the newest version."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a document, with its text."""

    kind: str
    name: str
    version: int
    body: str
    note: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Library:
    """All documents. May be used from several threads and processes.

    Every method may raise `StoreError`: the database cannot be used; nothing was changed.
    """

    database: Database

    def entries(self, kind: str | None = None) -> list[Entry]:
        """Return the documents, by kind and name."""
        newest = (
            select(
                DocumentRow.kind, DocumentRow.name, func.max(DocumentRow.version).label("version")
            )
            .group_by(DocumentRow.kind, DocumentRow.name)
            .subquery()
        )
        same = and_(
            DocumentRow.kind == newest.c.kind,
            DocumentRow.name == newest.c.name,
            DocumentRow.version == newest.c.version,
        )
        force = and_(PublishedRow.kind == newest.c.kind, PublishedRow.name == newest.c.name)
        chosen = (
            select(
                DocumentRow.kind, DocumentRow.name, DocumentRow.version, PublishedRow.version,
                DocumentRow.by, DocumentRow.at, DocumentRow.note,
            )
            .join(newest, same)
            .outerjoin(PublishedRow, force)
            .order_by(DocumentRow.kind, DocumentRow.name)
        )  # fmt: skip
        if kind is not None:
            chosen = chosen.where(DocumentRow.kind == kind)
        with self.database.reading() as connection:
            return [Entry(*row) for row in connection.execute(chosen)]

    def entry(self, kind: str, name: str) -> Entry:
        """Return a document without its text.

        Raises:
            Unknown: there is none.
        """
        found = next((e for e in self.entries(kind) if e.name == storable(name)), None)
        if found is None:
            raise Unknown(f"{kind} {name}", "there is no such document", "look at the list")
        return found

    def read(self, kind: str, name: str, version: int | None = None) -> Version:
        """Return a version, by default the newest.

        Raises:
            Unknown: there is none.
        """
        chosen = _versions(kind, name)
        if version is not None:
            chosen = chosen.where(DocumentRow.version == version)
        with self.database.reading() as connection:
            row = connection.execute(chosen.limit(1)).first()
        if row is None:
            raise Unknown(f"{kind} {name}", "there is no such version", "look at the list")
        return Version(*row)

    def versions(self, kind: str, name: str, most: int = 200) -> list[Version]:
        """Return the versions of a document, the newest first; none of what there is not."""
        with self.database.reading() as connection:
            return [Version(*row) for row in connection.execute(_versions(kind, name).limit(most))]

    def write(
        self, connection: Connection, written: Version, expected: int | None = None
    ) -> Version:
        """Write a new version; its number is the next, whatever `written` says.

        Args:
            connection: of a transaction that writes.
            written: the text, and who wrote it.
            expected: the version that the writer saw last, 0 for none; None for any.

        Raises:
            Conflict: somebody else has written since.
        """
        name = storable(written.name)
        last = connection.scalar(
            select(func.max(DocumentRow.version)).where(
                DocumentRow.kind == written.kind, DocumentRow.name == name
            )
        )
        if expected is not None and expected != (last or 0):
            raise Conflict(
                f"{written.kind} {name}",
                f"version {last or 0} was written meanwhile",
                "read it, then write again",
            )
        made = Version(
            written.kind, name, (last or 0) + 1, storable(written.body), storable(written.note),
            written.by, written.at,
        )  # fmt: skip
        connection.execute(
            insert(DocumentRow).values(
                kind=made.kind, name=made.name, version=made.version, body=made.body,
                note=made.note, by=made.by, at=made.at,
            )
        )  # fmt: skip
        return made

    def publish(
        self, connection: Connection, kind: str, name: str, version: int, by: str, at: datetime
    ) -> None:
        """Put a version in force, in place of any other."""
        self.withdraw(connection, kind, name)
        row = {"kind": kind, "name": storable(name), "version": version, "by": by, "at": at}
        connection.execute(insert(PublishedRow), [row])

    def withdraw(self, connection: Connection, kind: str, name: str) -> bool:
        """Put a document out of force; tell whether it was."""
        own = (PublishedRow.kind == kind, PublishedRow.name == storable(name))
        return connection.execute(delete(PublishedRow).where(*own)).rowcount > 0

    def published(self) -> list[Version]:
        """Return all that is in force, by kind and name."""
        same = and_(
            PublishedRow.kind == DocumentRow.kind,
            PublishedRow.name == DocumentRow.name,
            PublishedRow.version == DocumentRow.version,
        )
        chosen = _COLUMNS.join(PublishedRow, same).order_by(DocumentRow.kind, DocumentRow.name)
        with self.database.reading() as connection:
            return [Version(*row) for row in connection.execute(chosen)]

    def force(self) -> tuple[tuple[str, str, int], ...]:
        """Return which versions are in force; cheap, to see whether that has changed."""
        chosen = select(PublishedRow.kind, PublishedRow.name, PublishedRow.version).order_by(
            PublishedRow.kind, PublishedRow.name
        )
        with self.database.reading() as connection:
            return tuple(
                (kind, name, version) for kind, name, version in connection.execute(chosen)
            )


_COLUMNS: Select[str, str, int, str, str, str, datetime] = select(
    DocumentRow.kind, DocumentRow.name, DocumentRow.version, DocumentRow.body, DocumentRow.note,
    DocumentRow.by, DocumentRow.at,
)  # fmt: skip


def _versions(kind: str, name: str) -> Select[str, str, int, str, str, str, datetime]:
    own = _COLUMNS.where(DocumentRow.kind == kind, DocumentRow.name == storable(name))
    return own.order_by(DocumentRow.version.desc())
