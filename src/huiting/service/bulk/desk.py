"""Where somebody asks that something be done of all calls that a search finds, and follows it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from secrets import token_hex

from sqlalchemy import Connection

from huiting.access.principal import Actor, Principal
from huiting.core.errors import Conflict, InputError, Unknown
from huiting.jobs.job import Job, State
from huiting.jobs.queue import Queue, Wanted
from huiting.service.batches import Batches
from huiting.service.bulk.wish import MOST, Act, Wish, check_permitted, read, written
from huiting.service.bulk.work import KIND, entry, order_of
from huiting.service.looking import Looking
from huiting.service.recordings import check_engine
from huiting.service.views import View
from huiting.store import Store, bulk
from huiting.store.audit import Audit
from huiting.store.browse import Sought
from huiting.store.bulk import Asked, Work

LOOKED = 1_000
"""Calls that are counted for somebody who sees no personal data and looks for words: each must be
read for it."""
SHOWN = timedelta(days=30)
"""How long what was put into the bin together is shown; by then it is mostly gone."""
LISTED = 20


@dataclass(frozen=True, slots=True)
class Counted:
    """How many calls a search finds."""

    count: int
    more: bool
    """There are more, and they were not counted."""
    newest: int
    """Tells those that were there from those that come later; for `Which.newest`."""

    @property
    def too_many(self) -> bool:
        """Nothing can be done of all of them."""
        return self.more and self.count >= MOST


@dataclass(frozen=True, slots=True)
class Standing:
    """What was asked for, how far it is, and what is left of it in the bin."""

    work: Work
    job: Job | None
    """None when all was gone through."""
    number: int | None = None
    """Of the job, also when all was gone through; None when it is forgotten."""
    in_bin: int = 0
    """Calls that it put into the bin, that may be seen, and that nobody took out since; told when
    it is over."""

    @property
    def state(self) -> State:
        """Where it stands."""
        return State.DONE if self.job is None else self.job.state

    @property
    def over(self) -> bool:
        """Nothing more will happen by itself."""
        return self.state.over

    @property
    def batch(self) -> str | None:
        """In which calls are heard again; None for other work."""
        return read(self.work.asked.wish).batch


@dataclass(frozen=True, slots=True)
class Many:
    """Work on many calls. May be used from several threads."""

    store: Store
    looking: Looking
    queue: Queue
    batches: Batches
    audit: Audit
    rules: Callable[[], str]
    """Returns the digest of the rules that are in force."""
    engines: tuple[str, ...]
    now: Callable[[], datetime]

    def counted(self, sought: Sought, view: View) -> Counted:
        """Return how many calls are found.

        Raises:
            Forbidden: personal data is filtered by that may not be seen.
            InputError: the text is nothing that can be searched for.
        """
        newest = self.looking.reading.browser.newest()
        bounded = replace(sought, which=replace(sought.which, newest=newest))
        count = self.looking.count(bounded, view, MOST + 1)
        if count is not None:
            return Counted(min(count, MOST), count > MOST, newest)
        found = self.looking.chosen(bounded, view, LOOKED)
        return Counted(len(found.ids), found.more, newest)

    def ask(
        self, wish: Wish, principal: Principal, by: Actor, newest: int | None = None
    ) -> Standing:
        """Have something done of all calls that a search finds.

        Args:
            wish: what, and of which calls.
            principal: who asks.
            by: the same, for the audit log.
            newest: as `counted` told, so that no call is done that came since.

        Raises:
            Forbidden: they may not do it, or not search so.
            InputError: there are no such calls, or too many; no rules, no such engine.
        """
        check_permitted(wish.act, principal)
        view = View(principal, wish.unredacted)
        bound = self.looking.reading.browser.newest() if newest is None else newest
        sought = replace(wish.sought, which=replace(wish.sought.which, newest=bound))
        total = self._total(sought, view)
        batch = None
        if wish.act is Act.JUDGE:
            self.rules()
        if wish.act is Act.HEAR:
            check_engine(wish.options.engine, self.engines)
            batch = self.batches.make(wish.name, principal).batch.id
        kept = replace(wish, sought=sought, batch=batch)
        with self.store.database.writing() as connection:
            return self._put(connection, kept, total, principal, by)

    def undo(self, key: str, principal: Principal, by: Actor) -> Standing:
        """Bring back what one removal put into the bin, as far as it is still there.

        Raises:
            Unknown: there is no such removal of theirs.
            Conflict: it goes on, or nothing of it is in the bin.
            Forbidden: they may not.
        """
        check_permitted(Act.RESTORE, principal)
        found = self.find(key, principal)
        if found.work.asked.act != Act.REMOVE:
            raise Unknown("removal", "there is none", "look at the bin")
        if not found.over:
            raise Conflict("removal", "it goes on", "cancel it first")
        if not found.in_bin:
            raise Conflict("removal", "nothing of it is in the bin", "look at the bin")
        wish = Wish(Act.RESTORE, of=key)
        with self.store.database.writing() as connection:
            return self._put(connection, wish, found.in_bin, principal, by)

    def find(self, key: str, principal: Principal) -> Standing:
        """Return how far one's own work is.

        Raises:
            Unknown: there is none.
        """
        job = self.queue.find(KIND, key)  # first: of work that ends meanwhile its row then says so
        with self.store.database.reading() as connection:
            work = bulk.find(connection, key, principal.id)
            number = None if job is None else job.id
            job = job if work.ended_at is None else None
            in_bin = 0
            if (job is None or job.state.over) and work.asked.act == Act.REMOVE:
                in_bin = bulk.left_in_bin(connection, [key], principal.only).get(key, 0)
        return Standing(work, job, number, in_bin)

    def cancel(self, key: str, principal: Principal, by: Actor) -> Standing:
        """Have one's own work end; what was done stays done.

        Raises:
            Unknown: there is none.
        """
        found = self.find(key, principal)
        if found.job is not None and not found.over:
            self.ending(found.job, by)
            self.queue.cancel(found.job.id)
        return self.find(key, principal)

    def ending(self, job: Job, by: Actor) -> None:
        """Note who has a job end, if it is such work, whosever: before it does."""
        if job.order.kind == KIND and not job.state.over:
            self._directed(job.order.subject, "cancelling", by)

    def ending_batch(self, batch: str, by: Actor) -> None:
        """Note who has a batch end, for such work in it that is not over: before it does."""
        wanted = Wanted((State.WAITING, State.RUNNING), KIND, group=batch)
        for job in self.queue.page(wanted).items:
            self.ending(job, by)

    def going_on(self, job: Job, by: Actor) -> None:
        """Note who has a job run again, if it is such work, whosever: before it does."""
        if job.order.kind == KIND and job.state in {State.FAILED, State.CANCELLED}:
            self._directed(job.order.subject, "asked", by)

    def _directed(self, key: str, standing: str, by: Actor) -> None:
        try:
            with self.store.database.reading() as connection:
                work = bulk.find(connection, key)
        except Unknown:  # forgotten after its time
            return
        asked, done = work.asked, work.tally.done
        self.audit.note(None, entry(by, Act(asked.act), key, done, standing, asked.total))

    def latest(self, principal: Principal) -> Sequence[Standing]:
        """Return one's own work of the last `SHOWN`, the latest first: at most `LISTED`."""
        with self.store.database.reading() as connection:
            found = bulk.own(connection, self.now() - SHOWN, LISTED, principal.id)
        return [self.find(work.asked.id, principal) for work in found]

    def under_way(self, principal: Principal) -> Sequence[Standing]:
        """Return one's own work that is not over, the latest first."""
        return [found for found in self._latest(principal, None) if not found.over]

    def removals(self, principal: Principal) -> Sequence[Standing]:
        """Return one's own removals of which something is still in the bin, the latest first."""
        return [found for found in self._latest(principal, Act.REMOVE) if found.in_bin]

    def _latest(self, principal: Principal, act: Act | None) -> Sequence[Standing]:
        since = self.now() - SHOWN
        with self.store.database.reading() as connection:
            found = bulk.latest(connection, since, LISTED, principal.id, act)
        return [self.find(work.asked.id, principal) for work in found]

    def _put(
        self, connection: Connection, wish: Wish, total: int | None, principal: Principal,
        by: Actor,
    ) -> Standing:  # fmt: skip
        asked = Asked(
            token_hex(16), principal.id, principal.name, by.address, wish.act.value,
            written(wish), total, self.now(),
        )  # fmt: skip
        bulk.prune(connection, asked.at - bulk.KEPT)
        bulk.add(connection, asked)
        self.audit.note(connection, entry(by, wish.act, asked.id, total, "asked"))
        # In the group of its batch: who cancels that one cancels what fills it, too.
        job, _ = self.queue.put(connection, order_of(asked.id, principal.id, wish.batch))
        return Standing(bulk.find(connection, asked.id), job, job.id)

    def _total(self, sought: Sought, view: View) -> int | None:
        total = self.looking.count(sought, view, MOST + 1)
        if total == 0 or (total is None and not self.looking.chosen(sought, view, 1).ids):
            raise InputError("calls", "none is chosen", "choose one or more")
        if total is not None and total > MOST:
            raise InputError("calls", f"more than {MOST}", "choose fewer, or narrow the search")
        return total
