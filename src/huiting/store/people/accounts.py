"""Accounts: who there is, and what limits what they see."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from huiting.core.errors import Conflict, Unknown
from huiting.store._fold import storable
from huiting.store.schema import AccountLimitRow, AccountRow

ADMINISTRATOR = "administrator"
"""Role of which there must be one who is not disabled."""
TEAM, SITE = "team", "site"


@dataclass(frozen=True, slots=True)
class Profile:
    """What is said of somebody."""

    name: str
    """What they sign in with; lower case."""
    shown: str
    role: str
    agent: str | None = None
    """Number under which their own calls are recorded."""
    teams: frozenset[str] = frozenset()
    sites: frozenset[str] = frozenset()
    language: str | None = None


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who may sign in."""

    id: int
    profile: Profile
    password: str | None = field(repr=False)
    """What is kept of it; None for who signs in elsewhere only."""
    must_change: bool
    password_until: datetime | None
    """When a one-time password ends."""
    disabled: bool
    created: datetime
    signed_in: datetime | None
    identity: str | None
    """At the provider of single sign-on."""


_COLUMNS = (
    AccountRow.key, AccountRow.name, AccountRow.shown, AccountRow.role, AccountRow.agent,
    AccountRow.language, AccountRow.password, AccountRow.must_change, AccountRow.password_until,
    AccountRow.disabled, AccountRow.created, AccountRow.signed_in, AccountRow.identity,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Accounts:
    """The accounts, in one transaction."""

    connection: Connection

    def all(self) -> list[User]:
        """Return everybody, by name."""
        return sorted(self._users(), key=lambda user: user.profile.name)

    def get(self, number: int) -> User:
        """Return who has this number.

        Raises:
            Unknown: nobody has.
        """
        for user in self._users(AccountRow.key == number):
            return user
        raise Unknown(f"user:{number}", "no such user", "look at the list of users")

    def named(self, name: str) -> User | None:
        """Return who signs in with this name."""
        return next(iter(self._users(AccountRow.name == storable(name))), None)

    def identified(self, identity: str) -> User | None:
        """Return who is this at the provider of single sign-on."""
        return next(iter(self._users(AccountRow.identity == storable(identity))), None)

    def administrators(self) -> int:
        """Return how many may help others in."""
        chosen = select(func.count()).where(
            AccountRow.role == ADMINISTRATOR, AccountRow.disabled.is_(False)
        )
        return self.connection.scalar(chosen) or 0

    def add(
        self,
        profile: Profile,
        *,
        at: datetime,
        password: str | None = None,
        until: datetime | None = None,
        identity: str | None = None,
    ) -> User:
        """Add somebody.

        Args:
            profile: what is said of them.
            at: now.
            password: what is kept of one made by somebody else, to be changed.
            until: when that one ends.
            identity: at the provider of single sign-on.

        Raises:
            Conflict: the name or the identity is taken.
        """
        row = insert(AccountRow).values(
            **_columns(profile), password=password, must_change=password is not None,
            password_until=until, disabled=False, created=at, identity=identity,
        )  # fmt: skip
        try:
            with self.connection.begin_nested():
                [number] = self.connection.execute(row.returning(AccountRow.key)).scalars()
        except IntegrityError as error:
            raise Conflict(profile.name, "the name is taken", "choose another") from error
        self._limit(number, profile)
        return self.get(number)

    def change(self, number: int, profile: Profile) -> User:
        """Say something else of somebody.

        Raises:
            Unknown: there is nobody of this number.
            Conflict: the name is taken, or nobody would be left to administer.
        """
        before = self.get(number)
        if profile.role != ADMINISTRATOR:
            self._keep_one(before)
        row = update(AccountRow).where(AccountRow.key == number).values(**_columns(profile))
        try:
            with self.connection.begin_nested():
                self.connection.execute(row)
        except IntegrityError as error:
            raise Conflict(profile.name, "the name is taken", "choose another") from error
        self._limit(number, profile)
        return self.get(number)

    def disable(self, number: int, *, disabled: bool) -> User:
        """Let somebody in no longer, or again.

        Raises:
            Unknown: there is nobody of this number.
            Conflict: nobody would be left to administer.
        """
        before = self.get(number)
        if disabled:
            self._keep_one(before)
        self._set(number, disabled=disabled)
        return self.get(number)

    def set_password(
        self, number: int, kept: str, *, must_change: bool = False, until: datetime | None = None
    ) -> None:
        """Keep another password.

        Args:
            number: of the user.
            kept: what is kept of it.
            must_change: somebody else made it.
            until: when it ends.
        """
        self._set(number, password=kept, must_change=must_change, password_until=until)

    def came_in(self, number: int, at: datetime) -> None:
        """Say that somebody signed in."""
        self._set(number, signed_in=at)

    def identify(self, number: int, identity: str | None) -> None:
        """Say who somebody is at the provider of single sign-on.

        Raises:
            Conflict: somebody else is that.
        """
        try:
            with self.connection.begin_nested():
                self._set(number, identity=identity)
        except IntegrityError as error:
            raise Conflict(f"user:{number}", "the identity is taken", "look who has it") from error

    def _set(self, number: int, **values: object) -> None:
        row = update(AccountRow).where(AccountRow.key == number).values(**values)
        self.connection.execute(row)

    def _keep_one(self, user: User) -> None:
        last = user.profile.role == ADMINISTRATOR and not user.disabled
        if last and self.administrators() == 1:
            raise Conflict(
                user.profile.name, "the only administrator", "make somebody else one first"
            )

    def _limit(self, number: int, profile: Profile) -> None:
        gone = delete(AccountLimitRow).where(AccountLimitRow.account == number)
        self.connection.execute(gone)
        rows = [*_limits(number, TEAM, profile.teams), *_limits(number, SITE, profile.sites)]
        if rows:
            self.connection.execute(insert(AccountLimitRow), rows)

    def _users(self, *conditions: ColumnElement[bool]) -> Sequence[User]:
        rows = self.connection.execute(select(*_COLUMNS).where(*conditions)).all()
        limits = self.connection.execute(
            select(AccountLimitRow.account, AccountLimitRow.kind, AccountLimitRow.value)
            .join(AccountRow, AccountRow.key == AccountLimitRow.account)
            .where(*conditions)
        ).all()

        def of(account: int, wanted: str) -> frozenset[str]:
            return frozenset(v for key, kind, v in limits if key == account and kind == wanted)

        return [
            User(
                key, Profile(name, shown, role, agent, of(key, TEAM), of(key, SITE), tongue), *rest
            )
            for key, name, shown, role, agent, tongue, *rest in rows
        ]


def _columns(profile: Profile) -> dict[str, str | None]:
    agent = None if profile.agent is None else storable(profile.agent)
    return {
        "name": storable(profile.name), "shown": storable(profile.shown), "role": profile.role,
        "agent": agent, "language": profile.language,
    }  # fmt: skip


def _limits(number: int, kind: str, values: Iterable[str]) -> list[dict[str, object]]:
    texts = sorted({storable(value) for value in values})
    return [{"account": number, "kind": kind, "value": value} for value in texts]
