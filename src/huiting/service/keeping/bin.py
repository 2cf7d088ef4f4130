"""The bin: calls that nobody finds any more, and that may still come back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from huiting.access.principal import Actor, Principal
from huiting.core.errors import Conflict, UnknownCall
from huiting.service.keeping.removal import Removal
from huiting.store import Store, keeping
from huiting.store.audit import Action, Audit, Entry
from huiting.store.keeping import Binned


@dataclass(frozen=True, slots=True)
class Bin:
    """The bin. May be used from several threads."""

    store: Store
    audit: Audit
    removal: Removal
    now: Callable[[], datetime]

    def put(self, call: str, reason: str, principal: Principal, by: Actor) -> None:
        """Put a call into the bin.

        Raises:
            UnknownCall: there is none that may be seen.
            Conflict: it is on legal hold.
        """
        with self.store.database.writing() as connection:
            found = keeping.put_in_bin(
                connection, call, principal.only, by.id, self.now(), reason
            )  # fmt: skip
            self.audit.note(connection, _entry(by, Action.DELETED, found))

    def restore(self, call: str, principal: Principal, by: Actor) -> None:
        """Take a call out of the bin.

        Raises:
            UnknownCall: it is not there, or may not be seen.
        """
        with self.store.database.writing() as connection:
            if not keeping.take_from_bin(connection, call, principal.only):
                raise UnknownCall(call, "not in the bin", "list the bin to see what is there")
            self.audit.note(connection, _entry(by, Action.RESTORED, call))

    def page(self, principal: Principal, after: int | None, limit: int) -> Sequence[Binned]:
        """Return the next calls in the bin that may be seen, the latest of the store first."""
        with self.store.database.reading() as connection:
            return keeping.binned(connection, principal.only, after, limit)

    def purge(self, call: str, principal: Principal, by: Actor) -> None:
        """Remove a call in the bin for good, and all that is known of it.

        Raises:
            UnknownCall: it is not in the bin, or may not be seen.
            Conflict: it is on legal hold.
        """
        with self.store.database.reading() as connection:
            keeping.check_binned(connection, call, principal.only)
        self.removal.remove(call, by)
        self.removal.finish()

    def empty(self, principal: Principal, by: Actor) -> tuple[int, int]:
        """Remove all that is in the bin and may be seen; return how many, and how many are held."""
        gone = held = 0
        after: int | None = None
        while found := self.page(principal, after, 200):
            after = found[-1].key
            for entry in found:
                try:
                    self.removal.remove(entry.call, by)
                    gone += 1
                except Conflict:
                    held += 1
        if gone:
            self.removal.finish()
        return gone, held


def _entry(by: Actor, action: Action, call: str) -> Entry:
    return Entry(by.id, by.name, action, f"call:{call}", by.address)
