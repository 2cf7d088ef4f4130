"""The same request twice is done once: what was answered to a key is kept for a day.

Source:
    draft-ietf-httpapi-idempotency-key-header-07: a key used for another request is refused,
    a repeated one while the first is being worked on is a conflict.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from huiting.access.principal import Principal
from huiting.core.errors import Conflict, InputError
from huiting.store import Store, answers

KEPT = timedelta(hours=24)
DEAD = timedelta(minutes=15)
"""After which a request that was never answered is taken to have died with its process."""


@dataclass(frozen=True, slots=True)
class Said:
    """What is answered."""

    status: int
    body: bytes
    """JSON."""
    location: str | None = None
    again: bool = False
    """It was answered before."""


@dataclass(frozen=True, slots=True)
class Answers:
    """Keeps answers. May be used from several threads and processes."""

    store: Store
    now: Callable[[], datetime]

    def once(
        self, principal: Principal, key: str | None, digest: str, make: Callable[[], Said]
    ) -> Said:
        """Answer a request: as before where its key is known, else with what `make` says.

        Args:
            principal: who asks; keys of others mean nothing.
            key: of the request; None for one that may be done again.
            digest: of all that is asked.
            make: does what is asked; after an error the key is as if never used.

        Raises:
            InputError: the key was used for something else.
            Conflict: the same request is being worked on.
        """
        if key is None:
            return make()
        known = self._begun(principal.id, key, digest)
        if known is not None:
            return known
        try:
            said = make()
        except BaseException:
            with self.store.database.writing() as connection:
                answers.forget(connection, principal.id, key)
            raise
        with self.store.database.writing() as connection:
            answers.finish(connection, principal.id, key, said.status, said.location, said.body)
        return said

    def _begun(self, owner: str, key: str, digest: str) -> Said | None:
        """Write that a request is being worked on, or return what was said to it before."""
        now = self.now()
        with self.store.database.writing() as connection:
            answers.prune(connection, now, KEPT)
            found = answers.find(connection, owner, key)
            if found is None or (found.status is None and now - found.at > DEAD):
                answers.begin(connection, owner, key, digest, now)
                return None
        if found.digest != digest:
            raise InputError("Idempotency-Key", "it was used for another request", "take a new key")
        if found.status is None or found.body is None:
            raise Conflict(
                "Idempotency-Key", "the same request is being worked on", "wait a moment"
            )
        return Said(found.status, found.body, found.location, again=True)
