"""Who somebody is now: for work that was asked for earlier, whose rights may have changed since."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from huiting.access.principal import Principal
from huiting.core.errors import Forbidden, Unknown
from huiting.service.people.entrance import ALONE, valid
from huiting.service.people.principals import of_token, of_user
from huiting.store.people import People


@dataclass(frozen=True, slots=True)
class Known:
    """Looks people and programs up. May be used from several threads."""

    people: People
    now: Callable[[], datetime]

    def __call__(self, identity: str) -> Principal:
        """Return who has this `Principal.id`, with what they may do and see now.

        Raises:
            Forbidden: nobody has, or they may not come in any more.
        """
        if identity == ALONE.id:
            return ALONE
        kind, _, number = identity.partition(":")
        try:
            with self.people.reading() as desk:
                if kind == "token":
                    token = desk.tokens.get(int(number))
                    owner = desk.accounts.get(token.user)
                    there, principal = valid(token, self.now()), of_token(token, owner)
                else:
                    owner = desk.accounts.get(int(number))
                    there, principal = True, of_user(owner)
        except (Unknown, ValueError) as error:
            raise _gone(identity) from error
        if owner.disabled or not there:
            raise _gone(identity)
        return principal


def _gone(identity: str) -> Forbidden:
    return Forbidden(identity, "may not come in any more", "have somebody else ask for it")
