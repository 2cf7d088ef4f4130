"""All of keeping and removing together, as the service and its commands use it."""

from dataclasses import dataclass

from huiting.access.principal import Actor
from huiting.core.errors import Conflict
from huiting.jobs.job import Job, Order
from huiting.jobs.queue import Queue
from huiting.jobs.running import Handler
from huiting.service.keeping import backup, retention, sealing
from huiting.service.keeping.backup import Backup
from huiting.service.keeping.bin import Bin
from huiting.service.keeping.holds import Holds
from huiting.service.keeping.retention import Retention
from huiting.service.keeping.room import Room
from huiting.service.keeping.sealing import Seals
from huiting.store import Store
from huiting.store.audit import Audit, Entry
from huiting.vault.place import Vault


@dataclass(frozen=True, slots=True)
class Keeping:
    """What is kept, how long, and how safely. May be used from several threads."""

    store: Store
    queue: Queue
    audit: Audit
    vault: Vault
    bin: Bin
    holds: Holds
    retention: Retention
    backup: Backup
    room: Room

    def apply_retention(self, by: Actor) -> Job:
        """Have the policy applied now."""
        return self._put(retention.ORDER, by)

    def seal(self, by: Actor) -> Job:
        """Have all recordings sealed with the current key.

        Raises:
            Conflict: there are no keys.
        """
        if self.vault.ring is None:
            raise Conflict("keys", "there are none", "set vault_keys in the settings")
        return self._put(sealing.ORDER, by)

    def seals(self) -> Seals:
        """Look how recordings are kept."""
        return sealing.seals(self.vault)

    def back_up(self, by: Actor) -> Job:
        """Have a backup made.

        Raises:
            Conflict: no folder for backups is set.
        """
        if self.backup.folder is None:
            raise Conflict("backups", "no folder is set", "set backups in the settings")
        return self._put(backup.order_of(by.id, "folder"), by)

    def handlers(self) -> dict[str, Handler]:
        """Return the handlers of these kinds of jobs."""
        return {
            retention.KIND: self.retention.run,
            sealing.KIND: sealing.Sealing(self.vault).run,
            backup.KIND: self.backup.run,
        }

    def _put(self, order: Order, by: Actor) -> Job:
        with self.store.database.writing() as connection:
            job, new = self.queue.put(connection, order)
            if new:
                entry = Entry(by.id, by.name, f"{order.kind}-asked", f"job:{job.id}", by.address)
                self.audit.note(connection, entry)
        return job
