"""Put jobs at times that come again: one job for each due time, however many workers look."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Select, Table, select, update

from huiting.jobs._rows import changing, insert_if_new
from huiting.jobs.cron import When
from huiting.jobs.job import Job, Order
from huiting.jobs.ledger import Ledger
from huiting.store.schema import ScheduleRow

TABLE: Table = ScheduleRow.__table__  # type: ignore[assignment]  # declared as FromClause


@dataclass(frozen=True, slots=True)
class Schedule:
    """Work that comes again."""

    name: str
    """Unique; what is remembered of it is kept under this name."""
    when: When
    order: Order
    """What to put; its subject is followed by the due time."""


def tick(ledger: Ledger, schedule: Schedule) -> Job | None:
    """Put the job of the last due time, unless that was done; return it when it is new.

    Of due times that passed while no worker ran, only the last is made up for. A schedule
    that is seen for the first time begins with its next due time. After the clock was set
    back, times that come again are due again.

    Raises:
        StoreError: the database cannot be used; nothing was changed.
    """
    with ledger.database.reading() as connection:  # mostly there is nothing to do
        if connection.scalar(_last(schedule)) == schedule.when.last(ledger.now(connection)):
            return None
    with changing(ledger.database) as connection:
        known = connection.scalar(_last(schedule).with_for_update())
        due = schedule.when.last(ledger.now(connection))  # anew: another may have been here
        if due is None or due == known:
            return None
        if known is None:
            insert_if_new(connection, TABLE, {"name": schedule.name, "put_for": due})
            return None
        moved = update(TABLE).where(TABLE.c.name == schedule.name)
        connection.execute(moved.values(put_for=due))
        if known > due:
            return None
        subject = f"{schedule.order.subject}@{due:%Y-%m-%dT%H:%M:%SZ}"
        return ledger.put(connection, replace(schedule.order, subject=subject))[0]


def _last(schedule: Schedule) -> Select[Any]:
    return select(TABLE.c.put_for).where(TABLE.c.name == schedule.name)
