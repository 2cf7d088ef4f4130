"""The last line in the audit log on work on many calls that came to no good end.

Work that went through all its calls notes that itself, in the transaction of its last portion
(`work`). Work that fails, is cancelled, or loses its worker for good ends in the table of jobs;
who ends it there tells this, in the same transaction. It is a line of the machine: who had it
cancelled has one of their own.
"""

from dataclasses import dataclass, replace

from sqlalchemy import Connection

from huiting.access.principal import MACHINE
from huiting.core.errors import Unknown
from huiting.jobs.job import Job, State
from huiting.service.bulk.wish import Act
from huiting.service.bulk.work import KIND, entry
from huiting.store import bulk
from huiting.store.audit import LONGEST, Audit


@dataclass(frozen=True, slots=True)
class Closing:
    """Notes how work on many calls ended: how many were done, of how many, and why no more."""

    audit: Audit

    def __call__(self, connection: Connection, job: Job) -> None:
        """Note the end of a job, if it is such work and did not go through all calls."""
        if job.order.kind != KIND or job.state is State.DONE:
            return
        try:
            work = bulk.find(connection, job.order.subject)
        except Unknown:  # forgotten after its time
            return
        asked = work.asked
        count, total = work.tally.done, asked.total
        noted = entry(MACHINE, Act(asked.act), asked.id, count, job.state.value, total)
        code, reason = _why(job)
        whose = {"owner": asked.owner[:LONGEST], "name": asked.name[:LONGEST]}
        detail = {**noted.detail, **whose, "reason": reason[:LONGEST]}
        self.audit.note(connection, replace(noted, result=code, detail=detail))


def _why(job: Job) -> tuple[str, str]:
    """Return the code of why a job ended, and the reason in words."""
    if job.state is State.CANCELLED or job.trouble is None:
        return "cancelled", "it was cancelled"
    return job.trouble.code, job.trouble.reason
