"""What is done of a portion of calls: each deed with the note of it in one transaction.

A deed may find calls with which it was done before, by a worker that was killed: it leaves them
as they are. Judging alone keeps its verdicts first and notes them after: judging again says
the same.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection

from huiting.access.principal import Actor, Principal
from huiting.core.analysis import Analysis
from huiting.core.dialogue import Dialogue
from huiting.core.errors import ConfigError, Conflict, HuitingError, Unknown, UnknownCall
from huiting.core.judgement import Judgement
from huiting.service.analysis import Judges
from huiting.service.bulk.wish import Why, Wish
from huiting.service.recordings import Asked, Recordings
from huiting.store import Store, Which, bulk, calls, keeping, received
from huiting.store.audit import Action, Audit, Entry
from huiting.store.bulk import Tally
from huiting.store.reviewing import candidates, items

PICKED = "picked"
"""Why calls are to be looked at that somebody chose."""
LATER = -1
"""Priority of calls that are heard again: those that just came go first."""


@dataclass(frozen=True, slots=True)
class Task:
    """Of what a portion is a part."""

    id: str
    wish: Wish
    principal: Principal
    """Who asked, with what they may do now."""
    by: Actor
    """The same, for the audit log."""
    check: Callable[[], None]
    """Raises when the work is to stop."""


Note = Callable[[Connection, Tally], None]
"""Writes, in the transaction of a deed, what came of it."""


class Deed(Protocol):
    """Does one thing of calls. May be used from several threads."""

    def __call__(self, ids: Sequence[str], task: Task, note: Note, /) -> None:
        """Do it of these calls, and note it, or neither.

        Raises:
            HuitingError: it cannot be done of any.
        """
        ...


@dataclass(frozen=True, slots=True)
class Removing:
    """A `Deed`: calls go into the bin, or come back from it."""

    store: Store
    audit: Audit
    now: Callable[[], datetime]

    def remove(self, ids: Sequence[str], task: Task, note: Note) -> None:
        """Put calls into the bin."""
        only, at = task.principal.only, self.now()

        def put(connection: Connection, call: str) -> None:
            if not calls.visible(connection, call, only):
                raise UnknownCall(call, "no such call", "look at the calls")
            keeping.put_in_bin(connection, call, only, task.by.id, at, task.wish.reason)

        with self.store.database.writing() as connection:
            done, tally = self._each(connection, ids, task, Action.DELETED, put)
            bulk.tie(connection, done, task.id)
            note(connection, tally)

    def restore(self, ids: Sequence[str], task: Task, note: Note) -> None:
        """Take calls out of the bin that one removal put there, and nobody else since."""

        def take(connection: Connection, call: str) -> None:
            put = task.wish.of is not None and bulk.has_put(connection, task.wish.of, call)
            if not (put and keeping.take_from_bin(connection, call, task.principal.only)):
                raise UnknownCall(call, "not in the bin", "list the bin to see what is there")

        with self.store.database.writing() as connection:
            note(connection, self._each(connection, ids, task, Action.RESTORED, take)[1])

    def _each(
        self, connection: Connection, ids: Sequence[str], task: Task, action: Action,
        act: Callable[[Connection, str], None],
    ) -> tuple[list[str], Tally]:  # fmt: skip
        """Do something of each call and note who did; return with which, and what came of it."""
        done: list[str] = []
        why: list[Why] = []
        for call in ids:
            try:
                act(connection, call)
            except Conflict:
                why.append(Why.HELD)
            except UnknownCall:
                why.append(Why.GONE)
            else:
                done.append(call)
                by = task.by
                self.audit.note(
                    connection, Entry(by.id, by.name, action, f"call:{call}", by.address)
                )
        return done, tallied(len(done), why)


@dataclass(frozen=True, slots=True)
class Rehearing:
    """A `Deed`: calls are recognized again."""

    recordings: Recordings

    def __call__(self, ids: Sequence[str], task: Task, note: Note) -> None:
        """Ask for the analysis of each; one that went into the bin meanwhile stays there."""
        wish, why, done = task.wish, [], 0
        with self.recordings.store.database.writing() as connection:
            held = self._paused(connection, wish.batch)
            asked = Asked(task.principal, wish.options, wish.batch, held, LATER)
            for call in ids:
                if not calls.visible(connection, call, task.principal.only):
                    why.append(Why.GONE)
                    continue
                try:
                    self.recordings.again_in(connection, call, asked)
                except Unknown:
                    why.append(Why.SILENT)
                else:
                    done += 1
            note(connection, tallied(done, why))

    @staticmethod
    def _paused(connection: Connection, batch: str | None) -> bool:
        return batch is not None and received.find_batch(connection, batch, None).paused


@dataclass(frozen=True, slots=True)
class Assigning:
    """A `Deed`: calls are to be looked at by whoever reviews."""

    store: Store
    now: Callable[[], datetime]

    def __call__(self, ids: Sequence[str], task: Task, note: Note) -> None:
        """Add those that are judged and not there yet."""
        which = Which(among=tuple(ids), allowed=task.principal.only)
        with self.store.database.writing() as connection:
            found = candidates.among(connection, which, len(ids))
            new = [items.New(one.recording, PICKED) for one in found]
            count = items.add(connection, new, None, self.now())
            note(connection, tallied(count, [Why.NOTHING] * (len(ids) - count)))


@dataclass(frozen=True, slots=True)
class Judging:
    """A `Deed`: calls are judged again by the rules that are in force."""

    store: Store
    flat: Callable[[Analysis], Dialogue]
    """Makes of an analysis what rules read, where that is not kept yet."""
    judges: Callable[[], Judges | None]
    """The team's current rules; None when there are none."""
    now: Callable[[], datetime]

    def __call__(self, ids: Sequence[str], task: Task, note: Note) -> None:
        """Judge those that other rules judged last."""
        judges = self.judges()
        if judges is None:
            raise ConfigError("rules", "there are none", "add rules, then judge again")
        which = Which(among=tuple(ids), allowed=task.principal.only)
        seen, failed = 0, 0
        made: list[Judgement] = []
        for batch in self.store.history(self.flat, which):
            for kept in batch:
                task.check()
                seen += 1
                if kept.rules == judges.digest:
                    continue
                try:
                    made.append(judges.judge(kept.dialogue))
                except HuitingError as error:
                    if error.retryable:
                        raise
                    failed += 1
        self.store.judge(made, at=self.now())
        why = [Why.FAILED] * failed + [Why.GONE] * (len(ids) - seen)
        with self.store.database.writing() as connection:
            note(connection, tallied(seen - failed, why))


def tallied(done: int, why: Sequence[Why]) -> Tally:
    """Return what came of some calls."""
    return Tally(done, {reason.value: why.count(reason) for reason in dict.fromkeys(why)})
