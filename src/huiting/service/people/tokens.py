"""API tokens: made, looked through, revoked."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from huiting.access import secret
from huiting.access.permissions import PERMITTED, Permission, UserRole
from huiting.access.principal import Actor
from huiting.core.errors import InputError
from huiting.store.audit import LONGEST, Action, Audit, Entry
from huiting.store.people import People, Token

LIFE = timedelta(days=90)
"""For so long a token is good when nobody says otherwise."""
LONGEST_LIFE = timedelta(days=3_660)
_NAME = 100
"""Most characters of a name."""


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token that was just made."""

    token: Token
    secret: str = field(repr=False)
    """What the program shows; nobody has it after this."""


class TokensDesk:
    """What is done with tokens. May be used from several threads."""

    def __init__(self, people: People, audit: Audit, now: Callable[[], datetime]) -> None:
        self._people = people
        self._audit = audit
        self._now = now

    def make(
        self,
        owner: int,
        name: str,
        scopes: Collection[Permission],
        by: Actor,
        *,
        expires: datetime | None = None,
    ) -> NewToken:
        """Make a token.

        Args:
            owner: number of the user it belongs to.
            name: what it is for.
            scopes: what it may do at most.
            by: who makes it.
            expires: when it ends; after `LIFE` when not given.

        Raises:
            Unknown: there is no such user.
            InputError: no name, no scope, one that its owner's role has not, a wrong time.
        """
        now = self._now()
        expires = now + LIFE if expires is None else expires
        _check(name, scopes, expires - now)
        made = secret.token()
        with self._people.writing() as desk:
            role = UserRole(desk.accounts.get(owner).profile.role)
            beyond = sorted(set(scopes) - PERMITTED[role])
            if beyond:
                raise InputError(
                    "token", f"its owner ({role}) may not {', '.join(beyond)}", "leave that out"
                )
            token = desk.tokens.add(
                owner, secret.digest(made), start=made[: secret.START], name=name.strip(),
                scopes=scopes, at=now, expires=expires,
            )  # fmt: skip
            detail = {
                "name": name.strip(), "expires": expires.isoformat(), "to": f"user:{owner}",
                "scopes": " ".join(sorted(scopes))[:LONGEST],
            }  # fmt: skip
            subject = f"token:{token.id}"
            entry = Entry(by.id, by.name, Action.TOKEN_MADE, subject, by.address, detail=detail)
            self._audit.note(desk.connection, entry)
            return NewToken(token, made)

    def get(self, number: int) -> Token:
        """Return one.

        Raises:
            Unknown: there is none of this number.
        """
        with self._people.reading() as desk:
            return desk.tokens.get(number)

    def all(self) -> Sequence[Token]:
        """Return everybody's, the last made first."""
        with self._people.reading() as desk:
            return desk.tokens.all()

    def of(self, owner: int) -> Sequence[Token]:
        """Return somebody's, the last made first."""
        with self._people.reading() as desk:
            return desk.tokens.of(owner)

    def revoke(self, number: int, by: Actor) -> None:
        """End a token for good.

        Raises:
            Unknown: there is none of this number.
        """
        with self._people.writing() as desk:
            token = desk.tokens.get(number)
            desk.tokens.revoke(number, self._now())
            if token.revoked is None:
                subject = f"token:{number}"
                entry = Entry(by.id, by.name, Action.TOKEN_REVOKED, subject, by.address)
                self._audit.note(desk.connection, entry)


def _check(name: str, scopes: Collection[Permission], life: timedelta) -> None:
    if not 0 < len(name.strip()) <= _NAME or not name.isprintable():
        raise InputError(
            "token", "it has no name", f"say in 1 to {_NAME} characters what it is for"
        )
    if not scopes:
        raise InputError("token", "it may do nothing", "give it at least one scope")
    if not timedelta(0) < life <= LONGEST_LIFE:
        raise InputError("token", "its end is past or too far", f"within {LONGEST_LIFE.days} days")
