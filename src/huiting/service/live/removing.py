"""Removing for good what people saw of a call of which no recording is kept.

What was seen of a call that has a recording goes with that, and is removed with the call.
"""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from huiting.access.principal import Actor, Principal
from huiting.core.errors import Conflict, StoreError, Unknown
from huiting.service.live import spool as spools
from huiting.service.live.keeping import Keeper
from huiting.service.troubles import Locked
from huiting.store import erasing
from huiting.store.audit import Action, Entry, Wanted
from huiting.vault.sealed import KeyRing


@dataclass(frozen=True, slots=True)
class Removing:
    """Removes calls that have ended. May be used from several threads."""

    root: Path
    """Folder of what comes."""
    keeper: Keeper
    ring: KeyRing | None = None

    def remove(self, call: str, principal: Principal, by: Actor, *, runs: bool) -> None:
        """Remove what was told of a call, its metadata, and its folder; `finish` comes after.

        Args:
            call: its id.
            principal: who may see it.
            by: who asks, for the audit log.
            runs: it is one of this process that is not put away.

        Raises:
            Unknown: there is none that they may see.
            Conflict: it runs, has a recording, or is on legal hold.
            StoreError: it cannot be removed now.
        """
        calls = self.keeper.calls
        found = calls.find(call)
        if found is None and self._was_removed(call):
            self.finish()  # the first time it may not have come to that
        if found is None or not may_see(found.metadata, principal):
            raise Unknown("live call", "there is none", "look at those that run")
        if runs or found.ended_at is None:
            raise _runs()
        if found.recording is not None:
            raise Conflict(
                "live call", "it has a recording", "remove the call that was made of that"
            )
        with calls.database.reading() as connection:
            calls.check(connection, found)
        self._remove_folder(self.root / call)
        with calls.database.writing() as connection:
            calls.remove(connection, found)
            entry = Entry(by.id, by.name, Action.PURGED, f"live:{call}", by.address)
            self.keeper.audit.note(connection, entry)

    def finish(self) -> bool:
        """See that nothing removed can be found in any file; tell whether all was written anew.

        Raises:
            StoreError: the database is being read and cannot be written anew now.
        """
        return erasing.scrub(self.keeper.calls.database)

    def _was_removed(self, call: str) -> bool:
        wanted = Wanted(action=Action.PURGED, subject=f"live:{call}")
        return bool(self.keeper.audit.entries(wanted, limit=1))

    def _remove_folder(self, folder: Path) -> None:
        """Remove what a crash left of the folder: it would be put away once more."""
        try:
            spool = spools.take_up(folder, self.ring)
        except Locked as error:
            raise _runs() from error
        if spool is not None:
            spool.remove()
        shutil.rmtree(folder, ignore_errors=True)
        if folder.exists():
            raise StoreError(
                "folder of a live call", "it cannot be removed",
                "let the service write to the folder of live calls, then remove the call again",
            )  # fmt: skip


def may_see(metadata: Mapping[str, str], principal: Principal) -> bool:
    """Tell whether somebody may see a call of which this is said."""
    return all(metadata.get(name) in values for name, values in principal.only.items())


def _runs() -> Conflict:
    return Conflict("live call", "it still runs", "wait until it has ended")
