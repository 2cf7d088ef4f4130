"""The entrance: who comes in, with what they show; how long they may stay."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from huiting.access import secret
from huiting.access.credentials import Credentials
from huiting.access.permissions import PERMITTED, UserRole
from huiting.access.principal import Actor, Principal
from huiting.core.errors import Forbidden, Unauthenticated, Unknown
from huiting.service.people.principals import of_token, of_user
from huiting.store.audit import Action, Audit, Entry
from huiting.store.people import Desk, People, Session, Token, User

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Stay:
    """How long somebody stays signed in.

    Source:
        OWASP ASVS 4.0.3, 3.3.2 at level 2: 30 minutes idle, 12 hours in all.
    """

    idle: timedelta = timedelta(minutes=30)
    longest: timedelta = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that just began."""

    secret: str = field(repr=False)
    """For the cookie; nobody has it after this."""
    proof: str = field(repr=False)
    principal: Principal


class Entrance:
    """A `Doorkeeper`. May be used from several threads."""

    def __init__(
        self, people: People, audit: Audit, now: Callable[[], datetime], stay: Stay | None = None
    ) -> None:
        """Keep the door.

        Args:
            people: who may come in.
            audit: where it is noted.
            now: the time, with its zone.
            stay: how long they may.
        """
        self._people = people
        self._audit = audit
        self._now = now
        self.stay = stay or Stay()

    def admit(self, credentials: Credentials, /) -> Principal:
        """Return who this is.

        Raises:
            Unauthenticated: nobody that is known, or no longer.
            Forbidden: a session, and another site made the browser send this.
        """
        if credentials.bearer is not None:
            return self._program(credentials.bearer)
        if credentials.session is None:
            raise Unauthenticated("request", "it shows nobody's name", "sign in, or send a token")
        principal = self._person(credentials.session)
        proved = secret.proves(credentials.session, credentials.proof)
        if credentials.changes and (credentials.foreign or not proved):
            raise Forbidden(
                principal.name, "no page of ours asked for this", "send the header X-CSRF-Token"
            )
        return principal

    def let_in(
        self,
        desk: Desk,
        user: User,
        *,
        address: str,
        browser: str = "",
        method: str = "password",
        hint: str | None = None,
        before: str | None = None,
    ) -> SignedIn:
        """Begin a session of somebody who has shown who they are.

        Args:
            desk: of a transaction that writes.
            user: who it is.
            address: where they are.
            browser: what it calls itself.
            method: how they have shown it.
            hint: what the provider of single sign-on wants to hear at sign-out.
            before: secret of the session that this browser had until now; it ends.
        """
        now, key = self._now(), secret.key()
        old = None if before is None else desk.sessions.found(secret.digest(before))
        if old is not None:
            desk.sessions.end(old.user, now, number=old.id)
        number = desk.sessions.open(
            user.id, secret.digest(key), at=now, address=address, browser=browser, hint=hint
        )
        desk.accounts.came_in(user.id, now)
        principal = of_user(user, number)
        self._note(desk, principal.at(address), Action.SIGNED_IN, f"user:{user.id}", method=method)
        return SignedIn(key, secret.proof(key), principal)

    def sign_out(self, principal: Principal, address: str) -> str | None:
        """End the session of whoever asks.

        Returns:
            What the provider of single sign-on wants to hear; None for who did not use it.

        Raises:
            Forbidden: a program has no session.
        """
        user, number = session_of(principal)
        with self._people.writing() as desk:
            hints = [s.hint for s in desk.sessions.of(user) if s.id == number]
            desk.sessions.end(user, self._now(), number=number)
            self._note(desk, principal.at(address), Action.SIGNED_OUT, f"user:{user}")
        return hints[0] if hints else None

    def sessions(self, principal: Principal) -> Sequence[Session]:
        """Return the sessions of whoever asks that still go on."""
        user, _ = session_of(principal)
        with self._people.reading() as desk:
            return [s for s in desk.sessions.of(user) if self._goes_on(s)]

    def end_session(self, principal: Principal, number: int, address: str) -> None:
        """End one of one's own sessions.

        Raises:
            Unknown: whoever asks has no such session.
        """
        user, _ = session_of(principal)
        with self._people.writing() as desk:
            if not desk.sessions.end(user, self._now(), number=number):
                raise Unknown(f"session {number}", "no such session", "look at your sessions")
            self._note(desk, principal.at(address), Action.SESSION_ENDED, f"session:{number}")

    def _person(self, shown: str) -> Principal:
        with self._people.reading() as desk:
            session = desk.sessions.found(secret.digest(shown))
            user = None if session is None else desk.accounts.get(session.user)
        if session is None or user is None or user.disabled or not self._goes_on(session):
            raise Unauthenticated("session", "it has ended", "sign in again")
        if self._now() - session.seen >= _MINUTE:
            with self._people.writing() as desk:
                desk.sessions.touch(session.id, self._now())
        return of_user(user, session.id)

    def _program(self, shown: str) -> Principal:
        with self._people.reading() as desk:
            token = desk.tokens.found(secret.digest(shown))
            owner = None if token is None else desk.accounts.get(token.user)
        now = self._now()
        if token is None or owner is None or owner.disabled or not valid(token, now):
            raise Unauthenticated("token", "not known, revoked or over", "make a new one")
        if token.used is None or now - token.used >= _MINUTE:
            with self._people.writing() as desk:
                desk.tokens.touch(token.id, now)
        return of_token(token, owner)

    def _goes_on(self, session: Session) -> bool:
        now, stay = self._now(), self.stay
        late = now - session.seen >= stay.idle or now - session.created >= stay.longest
        return session.ended is None and not late

    def _note(self, desk: Desk, by: Actor, action: Action, subject: str, **detail: str) -> None:
        entry = Entry(by.id, by.name, action, subject, by.address, detail=detail)
        self._audit.note(desk.connection, entry)


class Open:
    """A `Doorkeeper` for one person alone on this machine: nobody signs in."""

    def admit(self, credentials: Credentials, /) -> Principal:
        """Return the person at this machine.

        Raises:
            Forbidden: another site made the browser send this.
        """
        if credentials.changes and credentials.foreign:
            raise Forbidden("request", "another site's page asked for this", "use our own pages")
        return ALONE


ALONE = Principal("local", "local", UserRole.ADMINISTRATOR, PERMITTED[UserRole.ADMINISTRATOR])
"""Who is at the machine where nobody signs in."""


def valid(token: Token, now: datetime) -> bool:
    """Tell whether a token has neither been revoked nor ended."""
    return token.revoked is None and (token.expires is None or now < token.expires)


def session_of(principal: Principal) -> tuple[int, int]:
    """Return user and session of a person in a browser.

    Raises:
        Forbidden: a program, or nobody who signed in.
    """
    if principal.user is None or principal.session is None:
        raise Forbidden(principal.name, "only for people who signed in", "sign in with a browser")
    return principal.user, principal.session
