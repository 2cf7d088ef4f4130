"""Remove a recording and all that is known of it, wherever it lies; the audit log keeps its id.

Files go first, then the rows: what a crash leaves half removed is still listed, and is removed
when the same is asked for again.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection

from huiting.access.principal import Actor
from huiting.store import Store, erasing, keeping
from huiting.store._index import index_for
from huiting.store.audit import Action, Audit, Entry


class Vault(Protocol):
    """Where the bytes of recordings are kept."""

    def remove(self, recording: str, /) -> bool:
        """Remove the bytes of a recording; tell whether there were any."""
        ...


class Copies(Protocol):
    """Files made of recordings."""

    def forget(self, recording: str, /) -> None:
        """Remove those that hold anything of a recording."""
        ...


@dataclass(frozen=True, slots=True)
class Removal:
    """Removes. May be used from several threads and processes."""

    store: Store
    audit: Audit
    vault: Vault
    sounds: Copies
    """What was made to be played."""
    exports: Copies
    """Files that calls were written to."""
    uploads: Path
    """Folder of files that are being sent."""
    answers: Sequence[Path] = ()
    """Folders of what a language model answered; nobody can tell to which call."""
    largest: int = erasing.LARGEST
    """Bytes of a database that is written anew as a whole."""

    def remove(self, recording: str, by: Actor, *, of: str = "call") -> bool:
        """Remove a recording and its call; tell whether there was one. `finish` comes after.

        Args:
            recording: its id.
            by: who asks.
            of: what the audit log calls it.

        Raises:
            Conflict: it is on legal hold; nothing was removed.
            VaultError: its bytes cannot be removed; the call stays.
        """
        with self.store.database.writing() as connection:
            keeping.check_free(connection, recording)
            self.exports.forget(recording)
            self._remove_audio(recording)
            known = erasing.erase(connection, index_for(connection.dialect.name), recording)
            self._note(connection, by, Action.PURGED, f"{of}:{recording}")
        for copies in (self.sounds, self.exports):
            copies.forget(recording)  # made while the first were removed
        self._remove_uploads(known.uploads)
        return known.call

    def remove_audio(self, recording: str, by: Actor) -> None:
        """Remove the bytes of a recording and what was made of them; its call stays.

        Raises:
            Conflict: it is on legal hold; nothing was removed.
            VaultError: its bytes cannot be removed.
        """
        with self.store.database.writing() as connection:
            keeping.check_free(connection, recording)
            self._remove_audio(recording)
            erasing.forget_audio(connection, recording)
            self._note(connection, by, Action.PURGED, f"audio:{recording}")

    def finish(self) -> bool:
        """See that nothing removed can be found in any file; tell whether all was written anew.

        Raises:
            StoreError: the database is being read and cannot be written anew now.
        """
        for folder in self.answers:
            for path in folder.glob("*.txt"):
                path.unlink(missing_ok=True)
        return erasing.scrub(self.store.database, self.largest)

    def _remove_audio(self, recording: str) -> None:
        self.sounds.forget(recording)
        self.vault.remove(recording)

    def _remove_uploads(self, uploads: Iterable[str]) -> None:
        for upload in uploads:
            with suppress(FileNotFoundError):
                (self.uploads / upload).unlink()

    def _note(self, connection: Connection, by: Actor, action: str, subject: str) -> None:
        self.audit.note(connection, Entry(by.id, by.name, action, subject, by.address))
