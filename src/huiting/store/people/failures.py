"""Sign-ins tried in vain, counted by the name that was tried and by the address."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from huiting.store._fold import storable
from huiting.store.schema import FailedSignInRow

ACCOUNT, ADDRESS = "account", "address"
FORGOTTEN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Tries:
    """What was tried in vain lately."""

    failures: int
    last: datetime


@dataclass(frozen=True, slots=True)
class Failures:
    """The failures, in one transaction."""

    connection: Connection

    def of(self, kind: str, subject: str) -> Tries | None:
        """Return what was tried of a name (`ACCOUNT`) or from an address (`ADDRESS`)."""
        row = FailedSignInRow
        chosen = select(row.failures, row.last).where(*_is(kind, subject))
        found = self.connection.execute(chosen).first()
        return None if found is None else Tries(*found)

    def add(self, kind: str, subject: str, at: datetime) -> None:
        """Count one more; forget what is a day old."""
        row, before = FailedSignInRow, self.of(kind, subject)
        self.connection.execute(delete(row).where(row.last < at - FORGOTTEN))
        if before is None or before.last < at - FORGOTTEN:
            new = insert(row).values(kind=kind, subject=storable(subject), failures=1, last=at)
            self.connection.execute(new)
        else:
            one = update(row).where(*_is(kind, subject))
            self.connection.execute(one.values(failures=row.failures + 1, last=at))

    def take_back(self, kind: str, subject: str) -> None:
        """Count one less: what was counted before it was known to go well."""
        row = FailedSignInRow
        one = update(row).where(*_is(kind, subject), row.failures > 0)
        self.connection.execute(one.values(failures=row.failures - 1))

    def forget(self, kind: str, subject: str) -> None:
        """Begin anew."""
        row = FailedSignInRow
        self.connection.execute(delete(row).where(*_is(kind, subject)))


def _is(kind: str, subject: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return FailedSignInRow.kind == kind, FailedSignInRow.subject == storable(subject)
