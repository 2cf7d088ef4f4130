"""Single sign-on: somebody the provider has described comes in, and is added when new."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from huiting.access.claims import Described
from huiting.core.errors import Conflict, Forbidden, Unauthenticated
from huiting.service.people.accounts import checked
from huiting.service.people.entrance import Entrance, SignedIn
from huiting.store.audit import Action, Audit, Entry
from huiting.store.people import Desk, People, Profile, SignOn, User


@dataclass(frozen=True, slots=True)
class Secrets:
    """What the provider's answer must hold, and what shows that we asked."""

    nonce: str
    verifier: str = field(repr=False)


class SigningOn:
    """Lets people in whom the provider of single sign-on has described."""

    def __init__(
        self, people: People, audit: Audit, entrance: Entrance, now: Callable[[], datetime]
    ) -> None:
        self._people = people
        self._audit = audit
        self._entrance = entrance
        self._now = now

    def leave(self, state: str, browser: str, secrets: Secrets, back: str) -> None:
        """Remember a browser that goes to the provider.

        Args:
            state: digest of what it must bring back.
            browser: digest of the cookie by which it is known again.
            secrets: of this way.
            back: path of the page it wanted.

        Raises:
            TooMany: so many are away that it must be an attack.
        """
        way = SignOn(browser, secrets.nonce, secrets.verifier, back, self._now())
        with self._people.writing() as desk:
            desk.sign_ons.begin(state, way)

    def back(self, state: str) -> SignOn | None:
        """Return the way that a browser comes back from, once; None for none."""
        with self._people.writing() as desk:
            return desk.sign_ons.end(state, self._now())

    def arrive(
        self, described: Described, *, address: str, browser: str, hint: str, before: str | None
    ) -> SignedIn:
        """Let somebody in; what the provider says of their role and teams holds from now on.

        Args:
            described: by the provider, and checked.
            address: where they are.
            browser: what it calls itself.
            hint: what the provider wants to hear at sign-out.
            before: secret of the session that this browser had until now.

        Raises:
            Unauthenticated: an administrator has disabled the account.
            Forbidden: somebody else has this name here, without being this at the provider.
        """
        with self._people.writing() as desk:
            user = desk.accounts.identified(described.identity)
            user = (
                self._new(desk, described) if user is None else self._known(desk, user, described)
            )
            if user.disabled:
                raise Unauthenticated("sign-in", "this account is disabled", "ask an administrator")
            return self._entrance.let_in(
                desk, user, address=address, browser=browser, method="single sign-on", hint=hint,
                before=before,
            )  # fmt: skip

    def _new(self, desk: Desk, described: Described) -> User:
        profile = checked(_profile(described))
        if desk.accounts.named(profile.name) is not None:
            raise Forbidden(
                profile.name, "an account of this name was made here, not by single sign-on",
                "an administrator renames it",
            )  # fmt: skip
        user = desk.accounts.add(profile, at=self._now(), identity=described.identity)
        self._note(desk, Action.USER_ADDED, user)
        return user

    def _known(self, desk: Desk, user: User, described: Described) -> User:
        # The name stays, since it is what others know them by here.
        profile = checked(replace(_profile(described), name=user.profile.name))
        if profile.language is None:
            profile = replace(profile, language=user.profile.language)
        if profile == user.profile:
            return user
        try:
            changed = desk.accounts.change(user.id, profile)
        except Conflict:  # the last administrator stays one, whatever the provider says
            return user
        self._note(desk, Action.USER_CHANGED, changed)
        return changed

    def _note(self, desk: Desk, action: Action, user: User) -> None:
        detail = {"role": user.profile.role, "method": "single sign-on"}
        entry = Entry("", user.profile.name, action, f"user:{user.id}", detail=detail)
        self._audit.note(desk.connection, entry)


def _profile(described: Described) -> Profile:
    return Profile(
        described.name, described.shown, described.role.value, described.agent, described.teams,
        described.sites, described.language,
    )  # fmt: skip
