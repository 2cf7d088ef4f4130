"""Sessions: browsers in which somebody signed in. They end; ended ones are kept for a while."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from huiting.store._fold import storable
from huiting.store.schema import SessionRow

KEPT = timedelta(days=30)
"""For so long an address is known from which somebody signed in."""
_BROWSER = 300
"""Most characters kept of what a browser calls itself."""


@dataclass(frozen=True, slots=True)
class Session:
    """A browser in which somebody signed in."""

    id: int
    user: int
    created: datetime
    seen: datetime
    """Last used, to the minute."""
    ended: datetime | None
    address: str
    browser: str
    """What it calls itself."""
    hint: str | None = field(repr=False)
    """What the provider of single sign-on wants to hear at sign-out."""


_COLUMNS = (
    SessionRow.key, SessionRow.account, SessionRow.created, SessionRow.seen, SessionRow.ended,
    SessionRow.address, SessionRow.browser, SessionRow.hint,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sessions:
    """The sessions, in one transaction."""

    connection: Connection

    def open(
        self,
        user: int,
        digest: str,
        *,
        at: datetime,
        address: str = "",
        browser: str = "",
        hint: str | None = None,
    ) -> int:
        """Begin a session; return its number. What ended long ago is forgotten."""
        old = SessionRow.seen < at - KEPT
        self.connection.execute(delete(SessionRow).where(old))
        row = insert(SessionRow).values(
            digest=digest, account=user, created=at, seen=at, address=address,
            browser=storable(browser)[:_BROWSER], hint=hint,
        )  # fmt: skip
        return self.connection.execute(row.returning(SessionRow.key)).scalar_one()

    def found(self, digest: str) -> Session | None:
        """Return the session of this secret, though it may have ended."""
        return next(iter(self._sessions(SessionRow.digest == digest)), None)

    def of(self, user: int) -> Sequence[Session]:
        """Return somebody's sessions, the last begun first, ended ones too."""
        return self._sessions(SessionRow.account == user)

    def touch(self, number: int, at: datetime) -> None:
        """Say that it was used."""
        self.connection.execute(update(SessionRow).where(SessionRow.key == number).values(seen=at))

    def end(
        self,
        user: int,
        at: datetime,
        *,
        number: int | None = None,
        but: int | None = None,
    ) -> int:
        """End somebody's sessions, or one, or all but one; return how many went on until now."""
        chosen = update(SessionRow).where(SessionRow.account == user, SessionRow.ended.is_(None))
        if number is not None:
            chosen = chosen.where(SessionRow.key == number)
        if but is not None:
            chosen = chosen.where(SessionRow.key != but)
        return self.connection.execute(chosen.values(ended=at, hint=None)).rowcount

    def known_address(self, user: int, address: str) -> bool:
        """Tell whether somebody signed in from this address lately."""
        chosen = select(SessionRow.key).where(
            SessionRow.account == user, SessionRow.address == address
        )
        return self.connection.execute(chosen.limit(1)).first() is not None

    def _sessions(self, *conditions: ColumnElement[bool]) -> Sequence[Session]:
        chosen = select(*_COLUMNS).where(*conditions).order_by(SessionRow.key.desc())
        return [Session(*row) for row in self.connection.execute(chosen)]
