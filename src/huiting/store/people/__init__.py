"""People: accounts, their sessions and tokens; what was tried in vain to become one of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection

from huiting.store._connect import Database
from huiting.store.people.accounts import ADMINISTRATOR, Accounts, Profile, User
from huiting.store.people.failures import Failures, Tries
from huiting.store.people.sessions import Session, Sessions
from huiting.store.people.sign_ons import SignOn, SignOns
from huiting.store.people.tokens import Token, Tokens

__all__ = [
    "ADMINISTRATOR", "Accounts", "Desk", "Failures", "People", "Profile", "Session", "Sessions",
    "SignOn", "SignOns", "Token", "Tokens", "Tries", "User",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Desk:
    """All that is known about people, in one transaction."""

    connection: Connection

    @property
    def accounts(self) -> Accounts:
        """Who there is."""
        return Accounts(self.connection)

    @property
    def sessions(self) -> Sessions:
        """Who is signed in."""
        return Sessions(self.connection)

    @property
    def tokens(self) -> Tokens:
        """Which programs may come in."""
        return Tokens(self.connection)

    @property
    def failures(self) -> Failures:
        """Who tried in vain."""
        return Failures(self.connection)

    @property
    def sign_ons(self) -> SignOns:
        """Who is away to sign in elsewhere."""
        return SignOns(self.connection)


class People:
    """Who may come in. May be used from several threads and processes.

    Everything in it may raise `StoreError`: the database cannot be used; nothing was changed.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def reading(self) -> Iterator[Desk]:
        """Give a desk that sees one state."""
        with self._database.reading() as connection:
            yield Desk(connection)

    @contextmanager
    def writing(self) -> Iterator[Desk]:
        """Give a desk whose changes all happen at the end, or none."""
        with self._database.writing() as connection:
            yield Desk(connection)
