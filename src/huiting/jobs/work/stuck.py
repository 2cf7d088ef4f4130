"""Which jobs wait longer than any job does between attempts: the clock was set back."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_

from huiting.jobs._rows import TABLE
from huiting.jobs.work.backoff import Backoff

_FAILURES = 8
"""After which the bound is taken for all that follow."""


def stuck(backoff: Backoff, now: datetime) -> ColumnElement[bool]:
    """Return whether a job that was begun before is due later than it can have been told to wait.

    Args:
        backoff: of the workers.
        now: by the database's clock.
    """
    late = [TABLE.c.due_at > now + timedelta(seconds=backoff.longest(n)) for n in range(_FAILURES)]
    each = [and_(TABLE.c.attempt == n, due) for n, due in enumerate(late)]
    beyond = TABLE.c.due_at > now + timedelta(seconds=backoff.most)
    return and_(TABLE.c.fence > 0, or_(*each, beyond))
