"""Signing in with a name and a password, and changing it; slowly for whoever guesses."""

import unicodedata
from collections.abc import Callable
from datetime import datetime
from math import ceil
from threading import BoundedSemaphore

from huiting.access import lockout
from huiting.access.passwords import Passwords
from huiting.access.principal import Actor, Principal
from huiting.core.errors import Forbidden, TooMany, Unauthenticated
from huiting.service.people.entrance import Entrance, SignedIn, session_of
from huiting.store.audit import Action, Audit, Entry
from huiting.store.people import ADMINISTRATOR, Desk, People, User
from huiting.store.people.failures import ACCOUNT, ADDRESS, Tries

_AT_ONCE = 4
"""Passwords that are tried at the same time: each takes memory and a core."""
_LONGEST = 200
"""Characters of a name that are looked at."""


def folded(name: str) -> str:
    """Return the form in which names are kept."""
    return unicodedata.normalize("NFKC", name[:_LONGEST]).strip().casefold()


class SigningIn:
    """Lets people in who know their password. May be used from several threads."""

    def __init__(
        self,
        people: People,
        audit: Audit,
        passwords: Passwords,
        entrance: Entrance,
        now: Callable[[], datetime],
    ) -> None:
        """Use these.

        Args:
            people: who there is.
            audit: where it is noted.
            passwords: which fit.
            entrance: where sessions begin.
            now: the time, with its zone.
        """
        self._people = people
        self._audit = audit
        self._passwords = passwords
        self._entrance = entrance
        self._now = now
        self._trying = BoundedSemaphore(_AT_ONCE)

    def sign_in(
        self,
        name: str,
        password: str,
        *,
        address: str,
        browser: str = "",
        before: str | None = None,
    ) -> SignedIn:
        """Let somebody in.

        Args:
            name: as they typed it.
            password: so too.
            address: where they are.
            browser: what it calls itself.
            before: secret of the session that this browser had until now.

        Raises:
            Unauthenticated: no such name, another password, or this account may not come in:
                nobody learns which.
            TooMany: tried in vain too often.
        """
        name = folded(name)
        user = self._counted(name, address)
        if not self._fits(user, password):
            self._failed(user, address)
            raise Unauthenticated("sign-in", "name or password is wrong", _REMEDY)
        assert user is not None
        renewed = self._renewed(user, password)
        with self._people.writing() as desk:
            now = desk.accounts.get(user.id)  # it may have been disabled, or changed, meanwhile
            if now.disabled or now.password != user.password:
                raise Unauthenticated("sign-in", "name or password is wrong", _REMEDY)
            desk.failures.forget(ACCOUNT, name)
            desk.failures.take_back(ADDRESS, address)
            if renewed is not None:
                desk.accounts.set_password(
                    user.id, renewed, must_change=now.must_change, until=now.password_until
                )
            return self._entrance.let_in(desk, now, address=address, browser=browser, before=before)

    def change_password(
        self, principal: Principal, old: str, new: str, *, address: str, browser: str = ""
    ) -> SignedIn:
        """Change one's own password; all sessions end, and a new one begins.

        Raises:
            Forbidden: a program, or the old password is another.
            InputError: the new one is not taken.
            TooMany: tried in vain too often.
        """
        user, _ = session_of(principal)
        with self._people.reading() as desk:
            name = desk.accounts.get(user).profile.name
        known = self._counted(name, address)
        assert known is not None
        if not self._fits(known, old):
            self._failed(known, address)
            raise Forbidden(name, "the old password is another", "type the one you signed in with")
        if old == new:
            raise Forbidden(name, "the new password is the old one", "choose another")
        self._passwords.check(new, [name, known.profile.shown])
        kept = self._hashed(new)
        with self._people.writing() as desk:
            desk.failures.forget(ACCOUNT, name)
            desk.failures.take_back(ADDRESS, address)
            desk.accounts.set_password(user, kept)
            desk.sessions.end(user, self._now())
            entry = Entry(principal.id, name, Action.PASSWORD_CHANGED, f"user:{user}", address)
            self._audit.note(desk.connection, entry)
            return self._entrance.let_in(
                desk, desk.accounts.get(user), address=address, browser=browser
            )

    def unlock(self, name: str, by: Actor) -> None:
        """Forget what was tried in vain of a name."""
        with self._people.writing() as desk:
            desk.failures.forget(ACCOUNT, name)
            detail = {"name": name, "reason": "unlocked"}
            entry = Entry(by.id, by.name, Action.USER_CHANGED, "", by.address, detail=detail)
            self._audit.note(desk.connection, entry)

    def _counted(self, name: str, address: str) -> User | None:
        """Count a try as a failure before it is known, so that many at once all count.

        Raises:
            TooMany: there were too many before it; this one is not counted.
        """
        with self._people.writing() as desk:
            user = desk.accounts.named(name)
            now = self._now()
            wait = lockout_of(desk, user, name, address, now)
            if wait > 0:
                raise TooMany(
                    "sign-in", "tried in vain too often", f"wait {ceil(wait)} seconds", wait
                )
            desk.failures.add(ACCOUNT, name, now)
            desk.failures.add(ADDRESS, address, now)
            return user

    def _fits(self, user: User | None, password: str) -> bool:
        with self._trying:
            fits = self._passwords.fits(None if user is None else user.password, password)
        if user is None or user.disabled:
            return False
        return fits and (user.password_until is None or self._now() < user.password_until)

    def _hashed(self, password: str) -> str:
        with self._trying:
            return self._passwords.hash(password)

    def _renewed(self, user: User, password: str) -> str | None:
        """Return what to keep at today's cost, now that the password is known; None if it is."""
        old = user.password is not None and self._passwords.outdated(user.password)
        return self._hashed(password) if old else None

    def _failed(self, user: User | None, address: str) -> None:
        # A name that nobody has is not noted: it may be a password typed in the wrong place.
        subject = "" if user is None else f"user:{user.id}"
        name = "" if user is None else user.profile.name
        result = "unauthenticated"
        entry = Entry("", name, Action.SIGN_IN_FAILED, subject, address, result)
        self._audit.note(None, entry)


_REMEDY = "try again, or have an administrator give you a new password"


def lockout_of(desk: Desk, user: User | None, name: str, address: str, now: datetime) -> float:
    """Return how many seconds a sign-in must wait.

    Where somebody signed in before, they are not kept waiting by what others try elsewhere.
    """
    wait = _wait(lockout.ADDRESS, desk.failures.of(ADDRESS, address), now)
    if user is not None and desk.sessions.known_address(user.id, address):
        own = _wait(lockout.ADDRESS, desk.failures.of(ACCOUNT, name), now)
        return max(wait, min(own, lockout.ONLY_ADMINISTRATOR.longest))
    only = (
        user is not None
        and user.profile.role == ADMINISTRATOR
        and desk.accounts.administrators() == 1
    )
    patience = lockout.ONLY_ADMINISTRATOR if only else lockout.ACCOUNT
    return max(wait, _wait(patience, desk.failures.of(ACCOUNT, name), now))


def _wait(patience: lockout.Patience, tries: Tries | None, now: datetime) -> float:
    return 0.0 if tries is None else patience.wait(tries.failures, tries.last, now)
