"""Browsers that are at the provider of single sign-on: what they must bring back, once."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select

from huiting.core.errors import TooMany
from huiting.store.schema import SignOnRow

VALID = timedelta(minutes=10)
MOST = 10_000
"""Away at the same time; more are not people."""


@dataclass(frozen=True, slots=True)
class SignOn:
    """Somebody's way to the provider and back."""

    browser: str
    """Digest of the cookie it was sent off with."""
    nonce: str
    verifier: str = field(repr=False)
    back: str
    """Path of the page it wanted."""
    at: datetime


@dataclass(frozen=True, slots=True)
class SignOns:
    """The ways, in one transaction."""

    connection: Connection

    def begin(self, state: str, way: SignOn) -> None:
        """Keep a way under the digest of its state; forget those that took too long.

        Raises:
            TooMany: so many are away that it must be an attack.
        """
        self.connection.execute(delete(SignOnRow).where(SignOnRow.at < way.at - VALID))
        if (self.connection.scalar(select(func.count()).select_from(SignOnRow)) or 0) >= MOST:
            raise TooMany("single sign-on", "too many at once", "try again in ten minutes", 600.0)
        row = insert(SignOnRow).values(
            state=state, browser=way.browser, nonce=way.nonce, verifier=way.verifier,
            back=way.back, at=way.at,
        )  # fmt: skip
        self.connection.execute(row)

    def end(self, state: str, at: datetime) -> SignOn | None:
        """Take a way out, once; None when there is none, or it took too long."""
        row = SignOnRow
        gone = delete(row).where(row.state == state).returning(
            row.browser, row.nonce, row.verifier, row.back, row.at
        )  # fmt: skip
        found = self.connection.execute(gone).first()
        if found is None or found.at < at - VALID:
            return None
        return SignOn(*found)
