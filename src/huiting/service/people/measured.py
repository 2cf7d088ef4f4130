"""A doorkeeper who lets nobody ask too often."""

from collections.abc import Callable

from huiting.access.buckets import Buckets, Rate
from huiting.access.credentials import Credentials, Doorkeeper
from huiting.access.principal import Principal
from huiting.core.errors import TooMany


class Measured:
    """A `Doorkeeper` before another: each person and each program has requests of their own."""

    def __init__(self, doorkeeper: Doorkeeper, rate: Rate, clock: Callable[[], float]) -> None:
        """Stand before a doorkeeper.

        Args:
            doorkeeper: knows who may come in.
            rate: of each who does.
            clock: seconds that never go back.
        """
        self._doorkeeper = doorkeeper
        self._buckets = Buckets(rate)
        self._clock = clock

    def admit(self, credentials: Credentials, /) -> Principal:
        """Return who this is.

        Raises:
            TooMany: who it is asks too often; or as the doorkeeper behind it says.
        """
        principal = self._doorkeeper.admit(credentials)
        wait = self._buckets.take(principal.id, self._clock())
        if wait:
            raise TooMany(principal.name, "too many requests", "wait, and ask less often", wait)
        return principal
