"""The audit log: who did what, when, from where; only added to, each entry chained to the last.

What was said in a call never stands here: a detail is one of a few named ones, and short.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select

from huiting.core.errors import StoreError
from huiting.store._audit_rows import (
    COLUMNS,
    EVERYTHING,
    PAGE,
    Action,
    Entry,
    Noted,
    Wanted,
    conditions,
    head,
    noted,
)
from huiting.store._audit_verify import Broken, Verified, verify
from huiting.store._chain import BEGINNING, Value, canonical, link
from huiting.store._connect import Database
from huiting.store._fold import storable
from huiting.store.schema import AuditRow, AuditSealRow

__all__ = [
    "DETAILS", "EVERYTHING", "LONGEST", "Action", "Audit", "Broken", "Entry", "Noted", "Verified",
    "Wanted",
]  # fmt: skip

_CHAIN = 0x6175646974
"""Number of the advisory lock under which entries are added on PostgreSQL: `audit` in ASCII."""
LONGEST = 200
"""Characters of one detail."""
_LONGEST = 4_000
"""Characters of one column."""
DETAILS = frozenset(
    {
        "agent", "batch", "channel", "count", "disabled", "expires", "fields", "first", "format",
        "from", "kind", "language", "last", "method", "name", "new", "old", "owner", "policy", "reason",
        "role", "rule", "scopes", "sites", "size", "start", "teams", "to", "token", "total", "until",
        "verdict", "version",
    }
)  # fmt: skip
"""What details may be called."""


class Audit:
    """The audit log. May be used from several threads and processes.

    Every method may raise `StoreError`: the database cannot be used; nothing was changed.
    """

    def __init__(self, database: Database, now: Callable[[], datetime], key: bytes = b"") -> None:
        """Use the log of a database.

        Args:
            database: whose migrations were applied.
            now: the time, with its zone.
            key: of the chain, at most 64 bytes, kept outside the database; the same for ever.
        """
        self._database = database
        self._now = now
        self._key = key

    def note(self, connection: Connection | None, entry: Entry) -> int:
        """Add an entry; return its number.

        Args:
            connection: of a transaction that writes: it is noted if and when that ends well.
                None for a transaction of its own.
            entry: what was done.

        Raises:
            ValueError: a detail is none of `DETAILS`, or too long to be one.
        """
        _check(entry.detail)
        if connection is not None:
            return self._add(connection, entry)
        with self._adding() as own:
            return self._add(own, entry)

    def entries(
        self, wanted: Wanted = EVERYTHING, *, before: int | None = None, limit: int = 100
    ) -> list[Noted]:
        """Return entries, the latest first: at most `limit`, and only those before a number."""
        chosen = select(*COLUMNS).where(*conditions(wanted))
        if before is not None:
            chosen = chosen.where(AuditRow.number < before)
        chosen = chosen.order_by(AuditRow.number.desc()).limit(limit)
        with self._database.reading() as connection:
            return [noted(row) for row in connection.execute(chosen)]

    def read(self, wanted: Wanted = EVERYTHING) -> Iterator[Noted]:
        """Yield entries, the oldest first, reading a bounded number at a time."""
        chosen = select(*COLUMNS).where(*conditions(wanted))
        chosen = chosen.order_by(AuditRow.number).limit(PAGE)
        page = chosen
        while True:
            with self._database.reading() as connection:
                found = [noted(row) for row in connection.execute(page)]
            yield from found
            if len(found) < PAGE:
                return
            page = chosen.where(AuditRow.number > found[-1].number)

    def verify(self, expected: str | None = None) -> Verified:
        """Look through the whole log; name the first entry where the chain does not hold.

        Args:
            expected: a `Verified.head` from before, which must still be in the log.
        """
        with self._database.reading() as connection:
            return verify(connection, self._key, expected)

    def seal(self, until: datetime, entry: Entry) -> int:
        """Seal what was noted before a time and is whole; return its last number, 0 for none.

        Only what is sealed can be pruned.

        Args:
            until: up to the first entry that is not older.
            entry: notes that it was sealed.

        Raises:
            StoreError: the chain does not hold; nothing was sealed.
        """
        with self._adding() as connection:
            self._lock(connection)
            broken = verify(connection, self._key, None).broken
            if broken is not None:
                reason = f"entry {broken.number} {broken.reason}"
                raise StoreError("audit log", reason, "find out who changed the database")
            newest = select(AuditSealRow.last, AuditSealRow.mark)
            found = connection.execute(newest.order_by(AuditSealRow.last.desc()).limit(1)).first()
            start, mark = found or (0, BEGINNING)
            later = select(func.min(AuditRow.number)).where(
                AuditRow.number > start, AuditRow.at >= until
            )
            end = connection.scalar(later)
            last = head(connection)[0] if end is None else end - 1
            if last <= start:
                return 0
            self._seal(connection, last, mark)
            self._add(connection, entry)
            return last

    def prune(self, before: datetime, entry: Entry) -> int:
        """Delete sealed entries that are older than a time; return how many.

        Args:
            before: a stretch goes when its last entry is older than this.
            entry: notes that they were deleted.
        """
        with self._adding() as connection:
            self._lock(connection)
            last = connection.scalar(
                select(func.max(AuditSealRow.last)).where(AuditSealRow.until < before)
            )
            gone = delete(AuditRow).where(AuditRow.number <= (last or 0))
            count = connection.execute(gone).rowcount
            if count:
                self._add(connection, entry)
            return count

    def _adding(self) -> AbstractContextManager[Connection]:
        # On PostgreSQL an entry does not wait for those who write calls: it has its own lock.
        if self._database.dialect == "sqlite":
            return self._database.writing()
        return self._database.reading()

    def _lock(self, connection: Connection) -> None:
        if self._database.dialect == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(_CHAIN)))

    def _add(self, connection: Connection, entry: Entry) -> int:
        self._lock(connection)
        last, previous = head(connection)
        texts = (
            entry.who, entry.name, entry.action, entry.subject, entry.address, entry.result,
            canonical(entry.detail),
        )  # fmt: skip
        kept = [storable(text)[:_LONGEST] for text in texts]
        content: list[str | int | datetime] = [last + 1, self._now(), *kept]
        digest = link(previous, content, self._key)
        row = dict(zip(_NAMES, (*content, previous, digest), strict=True))
        connection.execute(insert(AuditRow).values(row))
        return last + 1

    def _seal(self, connection: Connection, last: int, before: str) -> None:
        latest = select(func.max(AuditRow.at)).where(AuditRow.number <= last)
        until = connection.scalar(latest)
        digest = connection.scalar(select(AuditRow.digest).where(AuditRow.number == last))
        assert until is not None
        assert digest is not None
        at = self._now()
        mark = link(before, [last, digest, until, at], self._key)
        connection.execute(
            insert(AuditSealRow).values(last=last, digest=digest, until=until, at=at, mark=mark)
        )


_NAMES = tuple(column.key for column in COLUMNS)


def _check(detail: Mapping[str, Value]) -> None:
    for name, value in detail.items():
        if name not in DETAILS:
            raise ValueError(f"{name!r} is no detail of the audit log")
        if isinstance(value, str) and len(value) > LONGEST:
            raise ValueError(f"detail {name!r} has {len(value)} characters")
