"""Do something of many calls at once: into the bin and back, judge or hear them again, hold them.

Each call is a transaction of its own, so that nobody else waits for long; `MOST` bounds them all.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from huiting.access.principal import Actor, Principal
from huiting.core.errors import Conflict, InputError, Unknown, UnknownCall
from huiting.jobs.job import Job
from huiting.jobs.queue import Queue
from huiting.service import rejudging
from huiting.service.batches import Batches
from huiting.service.keeping.bin import Bin
from huiting.service.keeping.holds import Covers, Holds
from huiting.service.recordings import Asked, Options, Recordings
from huiting.store import Store

MOST = 1_000
"""Calls at once."""
MOST_HELD = 100
"""Holds at once: each is a line of its own on record."""


@dataclass(frozen=True, slots=True)
class Done:
    """What became of many calls."""

    ids: tuple[str, ...]
    """Of those with which it was done."""
    held: int = 0
    """On legal hold: they stay."""
    missing: int = 0
    """No longer there, or their audio is not."""
    batch: str | None = None
    """In which their work can be followed."""


@dataclass(frozen=True, slots=True)
class Bulk:
    """Does something of many calls. May be used from several threads."""

    store: Store
    queue: Queue
    bin: Bin
    holds: Holds
    recordings: Recordings
    batches: Batches
    rules: Callable[[], str]
    """Returns the digest of the rules that are in force."""

    def remove(self, ids: Sequence[str], reason: str, principal: Principal, by: Actor) -> Done:
        """Put calls into the bin."""
        return _each(checked(ids), lambda call: self.bin.put(call, reason, principal, by))

    def restore(self, ids: Sequence[str], principal: Principal, by: Actor) -> Done:
        """Take calls out of the bin."""
        return _each(checked(ids), lambda call: self.bin.restore(call, principal, by))

    def judge(self, ids: Sequence[str], principal: Principal) -> Job:
        """Have calls judged again by the rules that are in force.

        Raises:
            InputError: there are no rules.
        """
        order = rejudging.order_of(self.rules(), owner=principal.id, among=checked(ids))
        with self.store.database.writing() as connection:
            job, _ = self.queue.put(connection, order)
        return job

    def hear(self, ids: Sequence[str], options: Options, name: str, principal: Principal) -> Done:
        """Have calls recognized again, with other options, as a batch of this name."""
        wanted = checked(ids)
        batch = self.batches.make(name, principal).batch.id
        asked = Asked(principal, options, batch)
        done = _each(wanted, lambda call: self.recordings.again(call, asked))
        return Done(done.ids, done.held, done.missing, batch)

    def hold(self, ids: Sequence[str], reason: str, by: Actor) -> Done:
        """Put calls on legal hold, each by itself.

        Raises:
            InputError: no reason is given, or there are too many.
        """
        wanted = checked(ids, MOST_HELD)
        if not reason.strip():
            raise InputError("hold", "no reason is given", "say why it must be kept")
        return _each(wanted, lambda call: self.holds.add(Covers(call), reason, by))


def checked(ids: Sequence[str], most: int = MOST) -> tuple[str, ...]:
    """Return ids, each once.

    Raises:
        InputError: there are none, or too many.
    """
    found = tuple(dict.fromkeys(ids))
    if not found:
        raise InputError("calls", "none is chosen", "choose one or more")
    if len(found) > most:
        raise InputError("calls", f"more than {most}", "choose fewer, or narrow the search")
    return found


def _each(ids: Sequence[str], act: Callable[[str], object]) -> Done:
    done, held, missing = [], 0, 0
    for call in ids:
        try:
            act(call)
        except Conflict:
            held += 1
        except (UnknownCall, Unknown):
            missing += 1
        else:
            done.append(call)
    return Done(tuple(done), held, missing)
