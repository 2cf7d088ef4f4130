"""The handler of jobs of kind `bulk`: goes through all calls that a search finds, by portions.

The order's payload has `bulk`, its subject is the same. Who asked is looked up anew before each
portion: what they may no longer do ends, what they may no longer see is passed over. A portion
and the note of how far it is are one transaction, which holds only while the job is this
worker's; so whoever goes on after a crash goes on behind what was done.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from huiting.access.principal import Actor, Principal
from huiting.core.errors import InputError
from huiting.jobs.job import Order
from huiting.jobs.running import Running
from huiting.service.bulk.deeds import Deed, Task
from huiting.service.bulk.wish import MOST, Act, Wish, check_permitted, read, written
from huiting.service.looking import Looking, Portion
from huiting.service.views import View
from huiting.store import bulk
from huiting.store.audit import Action, Audit, Entry
from huiting.store.bulk import Tally, Work

KIND = "bulk"
PORTION = 50
"""Calls of a transaction: others who write wait for it, some tenths of a second."""
PAUSE = 0.1
"""Seconds between two portions, in which others who wait to write get their turn: SQLite wakes
nobody, who waits looks again after so long."""
NOTED: Mapping[Act, Action] = {
    Act.REMOVE: Action.DELETED,
    Act.RESTORE: Action.RESTORED,
    Act.JUDGE: Action.CHANGED,
    Act.HEAR: Action.CHANGED,
    Act.ASSIGN: Action.ADDED,
}
"""What the audit log calls it."""


def order_of(key: str, owner: str, group: str | None = None) -> Order:
    """Return the order for what is kept under this id."""
    return Order(kind=KIND, subject=key, payload={"bulk": key}, owner=owner, group=group)


@dataclass(frozen=True, slots=True)
class Working:
    """A handler. May run in several threads."""

    looking: Looking
    who: Callable[[str], Principal]
    """Returns who has a `Principal.id`, as they are now."""
    deeds: Mapping[Act, Deed]
    audit: Audit
    now: Callable[[], datetime]
    portion: int = PORTION
    pause: float = PAUSE

    def __call__(self, running: Running) -> None:
        """Do the job.

        Raises:
            Unknown: what was asked for is forgotten.
            Forbidden: who asked may not do it any more.
            HuitingError: the work is to stop, or cannot be done; what was done stays done.
        """
        key = str(running.job.order.payload["bulk"])
        while not running.finished:
            with self.looking.reading.store.database.reading() as connection:
                work = bulk.find(connection, key)
            running.advance(work.asked.act, _share(work))
            running.persist(lambda work=work: self._step(work, running))  # type: ignore[misc]
            if self.pause and not running.finished:
                running.interrupted.wait(self.pause)

    def _step(self, work: Work, running: Running) -> None:
        """Do the next portion; end the job when nothing follows.

        Raises:
            InputError: of as many calls as may be was it done, and there are more. Who sees no
                personal data and looks for words is told so only here: nobody counted them.
        """
        asked, wish = work.asked, read(work.asked.wish)
        principal = self.who(asked.owner)
        check_permitted(wish.act, principal)
        room = MOST - work.tally.seen
        portion = self._next(work, wish, principal, max(1, min(self.portion, room)))
        if portion.ids and room <= 0:
            raise InputError("calls", f"more than {MOST}", "choose fewer, or narrow the search")
        by = Actor(principal.id, principal.name, asked.address)

        def note(connection: Connection, tally: Tally) -> None:
            running.hold(connection)
            whole = work.tally.plus(tally)
            bulk.move(connection, asked.id, portion.end, whole)
            if portion.end is None:
                self._end(connection, work, by, whole)
                running.finish(connection)

        if portion.ids:
            task = Task(asked.id, wish, principal, by, running.check)
            self.deeds[wish.act](portion.ids, task, note)
        else:
            with self.looking.reading.store.database.writing() as connection:
                note(connection, Tally())

    def _next(self, work: Work, wish: Wish, principal: Principal, limit: int) -> Portion:
        if wish.act is not Act.RESTORE:
            view = View(principal, wish.unredacted)
            return self.looking.portion(wish.sought, view, work.place, limit)
        with self.looking.reading.store.database.reading() as connection:
            found = bulk.tied(connection, wish.of or "", principal.only, work.place, limit)
        end = found[-1][0] if len(found) == limit else None
        return Portion(tuple(call for _, call in found), end)

    def _end(self, connection: Connection, work: Work, by: Actor, whole: Tally) -> None:
        asked, wish = work.asked, read(work.asked.wish)
        bare = Wish(wish.act, batch=wish.batch, of=wish.of)  # a search may hold a name
        bulk.end(connection, asked.id, self.now(), written(bare))
        done = entry(by, wish.act, asked.id, whole.done, "done", asked.total)
        self.audit.note(connection, done)


def entry(
    by: Actor, act: Act, key: str, count: int | None, standing: str, total: int | None = None
) -> Entry:
    """Return what the audit log keeps of work on many calls.

    Args:
        by: who asked for this, or the machine.
        act: what is done of the calls.
        key: of the work.
        count: of calls; None where it is not known.
        standing: `asked`, `cancelling`, `cancelled`, `failed` or `done`.
        total: of how many calls; None where it is not known, or is the count.
    """
    detail: dict[str, str | int | float | bool | None] = {"kind": act.value, "new": standing}
    if count is not None:
        detail["count"] = count
    if total is not None:
        detail["total"] = total
    return Entry(by.id, by.name, NOTED[act], f"bulk:{key}", by.address, detail=detail)


def _share(work: Work) -> float:
    total = work.asked.total
    return min(1.0, work.tally.seen / total) if total else 0.0
