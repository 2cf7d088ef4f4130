"""Accounts: who is added, changed, let in no longer; one-time passwords."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from huiting.access import secret
from huiting.access.passwords import Passwords
from huiting.access.permissions import UserRole
from huiting.access.principal import MACHINE, Actor
from huiting.core.errors import InputError
from huiting.service.people.signing_in import folded
from huiting.store.audit import LONGEST, Action, Audit, Entry
from huiting.store.people import Desk, People, Profile, User

ONE_TIME = timedelta(days=3)
"""How long a password that somebody else made is good for."""
FIRST = "admin"
"""Name of the first administrator."""
_NAME = re.compile(r"[\w.@+\-]{1,64}")
_LONGEST, _MOST = 100, 100
"""Characters of any other text, and most teams or sites."""


@dataclass(frozen=True, slots=True)
class Given:
    """Somebody who was given a password to use once."""

    user: User
    password: str = field(repr=False)


class AccountsDesk:
    """What administrators do with accounts. May be used from several threads."""

    def __init__(
        self, people: People, audit: Audit, passwords: Passwords, now: Callable[[], datetime]
    ) -> None:
        self._people = people
        self._audit = audit
        self._passwords = passwords
        self._now = now

    def first(self) -> Given | None:
        """Add an administrator where there is nobody yet.

        Returns:
            Their name and one-time password, to be shown on the terminal and nowhere else;
            None when there is somebody.
        """
        given = secret.one_time_password()
        kept = self._passwords.hash(given)
        with self._people.writing() as desk:
            if desk.accounts.all():
                return None
            profile = Profile(FIRST, "Administrator", UserRole.ADMINISTRATOR.value)
            user = self._added(desk, profile, kept, MACHINE)
        return Given(user, given)

    def all(self) -> list[User]:
        """Return everybody, by name."""
        with self._people.reading() as desk:
            return desk.accounts.all()

    def get(self, number: int) -> User:
        """Return one.

        Raises:
            Unknown: there is none of this number.
        """
        with self._people.reading() as desk:
            return desk.accounts.get(number)

    def named(self, name: str) -> User:
        """Return who signs in with this name.

        Raises:
            InputError: nobody does.
        """
        with self._people.reading() as desk:
            found = desk.accounts.named(folded(name))
        if found is None:
            raise InputError(name, "no such user", "look at huiting users list")
        return found

    def add(self, profile: Profile, by: Actor) -> Given:
        """Add somebody, with a password for once.

        Raises:
            InputError: the profile does not hold what it must.
            Conflict: the name is taken.
        """
        profile = checked(profile)
        given = secret.one_time_password()
        kept = self._passwords.hash(given)
        with self._people.writing() as desk:
            return Given(self._added(desk, profile, kept, by), given)

    def change(self, number: int, profile: Profile, by: Actor) -> User:
        """Say something else of somebody; whose rights change must sign in again.

        Raises:
            InputError: the profile does not hold what it must.
            Unknown: there is none of this number.
            Conflict: the name is taken, or nobody would be left to administer.
        """
        profile = checked(profile)
        with self._people.writing() as desk:
            before = desk.accounts.get(number)
            after = desk.accounts.change(number, profile)
            if _rights(before.profile) != _rights(profile):
                desk.sessions.end(number, self._now())
            fields = _differing(before.profile, profile)
            if fields:
                self._note(
                    desk, by, Action.USER_CHANGED, number, fields=fields,
                    old=before.profile.role, new=profile.role,
                )  # fmt: skip
            return after

    def disable(self, number: int, by: Actor, *, disabled: bool = True) -> User:
        """Let somebody in no longer, or again; their sessions end, their tokens rest.

        Raises:
            Unknown: there is none of this number.
            Conflict: nobody would be left to administer.
        """
        with self._people.writing() as desk:
            user = desk.accounts.disable(number, disabled=disabled)
            desk.sessions.end(number, self._now())
            self._note(desk, by, Action.USER_CHANGED, number, disabled=disabled)
            return user

    def reset_password(self, number: int, by: Actor) -> Given:
        """Give somebody a password for once; their sessions end, and nothing locks them out.

        Raises:
            Unknown: there is none of this number.
        """
        given = secret.one_time_password()
        kept = self._passwords.hash(given)
        with self._people.writing() as desk:
            user = desk.accounts.get(number)
            until = self._now() + ONE_TIME
            desk.accounts.set_password(number, kept, must_change=True, until=until)
            desk.sessions.end(number, self._now())
            desk.failures.forget("account", user.profile.name)
            self._note(desk, by, Action.PASSWORD_RESET, number)
            return Given(desk.accounts.get(number), given)

    def _added(self, desk: Desk, profile: Profile, kept: str, by: Actor) -> User:
        now = self._now()
        user = desk.accounts.add(profile, at=now, password=kept, until=now + ONE_TIME)
        self._note(desk, by, Action.USER_ADDED, user.id, name=profile.name, role=profile.role)
        return user

    def _note(
        self, desk: Desk, by: Actor, action: Action, number: int, **detail: str | bool
    ) -> None:
        entry = Entry(by.id, by.name, action, f"user:{number}", by.address, detail=detail)
        self._audit.note(desk.connection, entry)


def checked(profile: Profile) -> Profile:
    """Return a profile with its name folded, and everything in it as it must be.

    Raises:
        InputError: something is not.
    """
    name = folded(profile.name)
    if not _NAME.fullmatch(name):
        raise InputError(
            f"name {profile.name!r}", "not a name to sign in with",
            "take up to 64 letters, digits, . _ - + @",
        )  # fmt: skip
    if profile.role not in set(UserRole):
        raise InputError(f"role {profile.role!r}", "no such role", f"take {', '.join(UserRole)}")
    if profile.language not in (None, "zh", "en"):
        raise InputError(f"language {profile.language!r}", "not spoken here", "take zh or en")
    if not profile.shown.strip():
        profile = replace(profile, shown=name)
    _check_texts("display name", [profile.shown])
    _check_texts("agent number", [] if profile.agent is None else [profile.agent])
    _check_texts("team", profile.teams)
    _check_texts("site", profile.sites)
    return replace(profile, name=name, shown=profile.shown.strip())


def _check_texts(what: str, texts: Iterable[str]) -> None:
    for count, text in enumerate(texts):
        if count >= _MOST:
            raise InputError(what, f"more than {_MOST}", "give fewer")
        if not 0 < len(text.strip()) <= _LONGEST or not text.isprintable():
            raise InputError(what, f"{text[:20]!r} is not one", f"give 1 to {_LONGEST} characters")


def _rights(profile: Profile) -> tuple[object, ...]:
    return profile.role, profile.agent, profile.teams, profile.sites


def _differing(one: Profile, other: Profile) -> str:
    names = ("name", "shown", "role", "agent", "teams", "sites", "language")
    return ",".join(n for n in names if getattr(one, n) != getattr(other, n))[:LONGEST]
