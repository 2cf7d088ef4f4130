"""Schedules of reports by mail, as their owners make, pause, try and remove them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from huiting.access.principal import Actor, Principal
from huiting.core.errors import Conflict, Forbidden
from huiting.jobs.job import State, Trouble
from huiting.jobs.queue import Queue
from huiting.service.mailing.sending import SEND, subject_of, trial
from huiting.service.mailing.terms import Postal
from huiting.service.people.entrance import session_of
from huiting.store import Store, mailings
from huiting.store.audit import LONGEST, Action, Audit, Entry
from huiting.store.mailings import Mailing, Terms

MOST = 20
"""Schedules of one owner."""


@dataclass(frozen=True, slots=True)
class Mailings:
    """Everybody's schedules. May be used from several threads.

    Only who signed in has some: what is sent is what that person may see when it is sent.
    All methods raise `Forbidden` for others, and `Unknown` for a schedule of somebody else.
    """

    store: Store
    queue: Queue
    audit: Audit
    now: Callable[[], datetime]
    postal: Postal

    def list(self, principal: Principal) -> Sequence[Mailing]:
        """Return one's own, the oldest first."""
        owner, _ = session_of(principal)
        with self.store.database.reading() as connection:
            return mailings.of(connection, owner)

    def unsent(self, found: Sequence[Mailing]) -> Mapping[int, Trouble]:
        """Return of schedules whose last report was not sent why it was not, by their keys."""
        told = {}
        for one in found:
            job = self.queue.find(SEND, subject_of(one, one.put_for))
            if job is not None and job.state is State.FAILED and job.trouble is not None:
                told[one.key] = job.trouble
        return told

    def make(self, terms: Terms, principal: Principal, by: Actor) -> Mailing:
        """Keep a schedule; it begins with its next due time.

        Raises:
            InputError: it cannot be sent so.
            Forbidden: of a team whose calls may not be seen.
            Conflict: there are too many.
        """
        owner, _ = session_of(principal)
        checked = self.postal.checked(terms)
        teams = principal.only.get("team")
        if checked.team and teams and checked.team not in teams:
            raise Forbidden(
                principal.name, "calls of this team are not yours to see", "choose yours"
            )
        with self.store.database.writing() as connection:
            if mailings.count(connection, owner) >= MOST:
                raise Conflict(
                    "schedules", f"you have {MOST} already", "remove one that nobody needs"
                )
            made = mailings.add(connection, owner, checked, self.now())
            self._note(connection, by, Action.ADDED, made)
        return made

    def pause(self, key: int, principal: Principal, by: Actor, *, paused: bool) -> None:
        """Pause a schedule, or let it go on; what was due meanwhile is not made up for."""
        owner, _ = session_of(principal)
        with self.store.database.writing() as connection:
            found = mailings.find(connection, key, owner)
            mailings.pause(connection, key, self.now(), paused=paused)
            self._note(connection, by, Action.CHANGED, found)

    def remove(self, key: int, principal: Principal, by: Actor) -> None:
        """Remove a schedule for good."""
        owner, _ = session_of(principal)
        with self.store.database.writing() as connection:
            found = mailings.find(connection, key, owner)
            mailings.remove(connection, key)
            self._note(connection, by, Action.PURGED, found)

    def trial(self, key: int, principal: Principal) -> None:
        """Have it sent now, as if it were due."""
        owner, _ = session_of(principal)
        with self.store.database.writing() as connection:
            found = mailings.find(connection, key, owner)
            self.queue.put(connection, trial(found, self.now(), self.postal.zone))

    def _note(self, connection: Connection, by: Actor, action: Action, found: Mailing) -> None:
        detail = {"to": ", ".join(found.terms.to)[:LONGEST], "kind": found.terms.of.value}
        self.audit.note(
            connection,
            Entry(by.id, by.name, action, f"schedule:{found.key}", by.address, detail=detail),
        )
