"""API tokens: what programs show. Only digests are kept; revoked ones stay for the audit log."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, insert, select, update

from huiting.core.errors import Unknown
from huiting.store._fold import storable
from huiting.store.schema import TokenRow


@dataclass(frozen=True, slots=True)
class Token:
    """What a program shows, without its secret."""

    id: int
    start: str
    """Its first characters."""
    name: str
    user: int
    """Its owner."""
    scopes: frozenset[str]
    created: datetime
    expires: datetime | None
    used: datetime | None
    """To the minute."""
    revoked: datetime | None


_COLUMNS = (
    TokenRow.key, TokenRow.start, TokenRow.name, TokenRow.account, TokenRow.scopes,
    TokenRow.created, TokenRow.expires, TokenRow.used, TokenRow.revoked,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens, in one transaction."""

    connection: Connection

    def add(
        self,
        user: int,
        digest: str,
        *,
        start: str,
        name: str,
        scopes: Collection[str],
        at: datetime,
        expires: datetime | None,
    ) -> Token:
        """Keep a token."""
        row = insert(TokenRow).values(
            digest=digest, start=start, name=storable(name), account=user, scopes=sorted(scopes),
            created=at, expires=expires,
        )  # fmt: skip
        number = self.connection.execute(row.returning(TokenRow.key)).scalar_one()
        return self.get(number)

    def get(self, number: int) -> Token:
        """Return the token of this number.

        Raises:
            Unknown: there is none.
        """
        for token in self._tokens(TokenRow.key == number):
            return token
        raise Unknown(f"token:{number}", "no such token", "look at the list of tokens")

    def found(self, digest: str) -> Token | None:
        """Return the token of this secret, though it may have ended."""
        return next(iter(self._tokens(TokenRow.digest == digest)), None)

    def all(self) -> Sequence[Token]:
        """Return every token, the last made first."""
        return self._tokens()

    def of(self, user: int) -> Sequence[Token]:
        """Return somebody's tokens, the last made first."""
        return self._tokens(TokenRow.account == user)

    def touch(self, number: int, at: datetime) -> None:
        """Say that it was used."""
        self.connection.execute(update(TokenRow).where(TokenRow.key == number).values(used=at))

    def revoke(self, number: int, at: datetime) -> None:
        """End a token; one that was revoked stays so since then."""
        row = update(TokenRow).where(TokenRow.key == number, TokenRow.revoked.is_(None))
        self.connection.execute(row.values(revoked=at))

    def _tokens(self, *conditions: ColumnElement[bool]) -> Sequence[Token]:
        chosen = select(*_COLUMNS).where(*conditions).order_by(TokenRow.key.desc())
        rows = self.connection.execute(chosen)
        return [
            Token(key, start, name, user, frozenset(scopes), created, expires, used, revoked)
            for key, start, name, user, scopes, created, expires, used, revoked in rows
        ]
