"""What a request shows of who sends it, whatever carried it here."""

from dataclasses import dataclass
from typing import Protocol

from huiting.access.principal import Principal


@dataclass(frozen=True, slots=True)
class Credentials:
    """What one request shows. None of it is believed yet."""

    address: str
    """Where it comes from; behind trusted proxies, what they say."""
    bearer: str | None = None
    """Token in the `Authorization` header."""
    session: str | None = None
    """Value of the session's cookie."""
    proof: str | None = None
    """What only a page of ours can know of the session; header `X-CSRF-Token`."""
    changes: bool = False
    """It may change something: any method but GET, HEAD, OPTIONS and TRACE."""
    foreign: bool = False
    """A browser says that a page of another site made it send this."""


class Doorkeeper(Protocol):
    """Knows who may come in."""

    def admit(self, credentials: Credentials, /) -> Principal:
        """Return who this is.

        Raises:
            Unauthenticated: nobody that is known, or no longer.
            Forbidden: known, but a browser was made to send this by another site.
            TooMany: tried in vain too often from this address.
        """
        ...
