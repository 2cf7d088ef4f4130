"""Procrastinate's tables beside ours, and the tickets that wait there: which job is run next.

A ticket is a Procrastinate job whose argument is the id of ours. It is written in the
transaction in which our job begins to wait. Procrastinate wakes a worker for it, in the order
of priorities, when it is due. Whether there is still something to do is written in our table
alone: a ticket that is lost is written anew, one too many finds nothing to do.

Procrastinate's tables live in a schema of their own. Its functions name tables without their
schema; so each function is told where to look, and triggers work from any connection.
"""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    DateTime,
    Integer,
    MetaData,
    Table,
    Text,
    cast,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.schema import CreateSchema

from huiting.core.errors import StoreError
from huiting.jobs._rows import TABLE, changing, database_time, read, select_jobs
from huiting.jobs.job import Job, State
from huiting.jobs.work.backoff import Backoff
from huiting.jobs.work.stuck import stuck
from huiting.store._connect import Database

TASK = "huiting.run"
_MOST = 500
"""Tickets written anew in one transaction."""
_LIVE = ("todo", "doing")
_LOOK_HERE = """
DO $$
DECLARE each regprocedure;
BEGIN
    FOR each IN
        SELECT p.oid::regprocedure FROM pg_proc p
        WHERE p.pronamespace = current_schema()::regnamespace
    LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', each, current_schema());
    END LOOP;
END $$
"""


@dataclass(frozen=True, slots=True)
class Tickets:
    """The tickets of one database."""

    database: Database
    schema: str
    """Where Procrastinate's tables are."""
    table: Table = field(init=False)

    def __post_init__(self) -> None:
        """Describe the columns of Procrastinate's table that are used here."""
        table = Table(
            "procrastinate_jobs",
            MetaData(),
            Column("id", BigInteger, primary_key=True),
            Column("queue_name", Text),
            Column("task_name", Text),
            Column("priority", Integer),
            Column("args", JSONB),
            Column("status", Text),
            Column("scheduled_at", DateTime(timezone=True)),
            schema=self.schema,
        )
        object.__setattr__(self, "table", table)

    def issue(self, connection: Connection, job: Job) -> int:
        """Write a ticket for a job that waits; return its number."""
        written = insert(self.table).values(
            queue_name=job.order.kind,
            task_name=TASK,
            priority=job.order.priority,
            args={"job": job.id},
            scheduled_at=job.order.due,
        )
        number: int = connection.execute(written.returning(self.table.c.id)).scalar_one()
        return number

    def handed(self) -> frozenset[int]:
        """Return the tickets that a worker was handed whose jobs still wait.

        Raises:
            StoreError: the database cannot be used.
        """
        ticket = self.table.c
        chosen = (
            select(ticket.id)
            .join(TABLE, TABLE.c.ticket == ticket.id)
            .where(TABLE.c.state == State.WAITING, cast(ticket.status, Text) == "doing")
        )
        with self.database.reading() as connection:
            return frozenset(connection.scalars(chosen))

    def reissue(self, backoff: Backoff, lost: Collection[int] = ()) -> int:
        """Write tickets for jobs that wait and have none; return how many.

        Those have none that were put while the jobs were run the other way, or whose ticket
        was handed to a worker that could not use it. Of a job that was begun before and is due
        later than any wait between attempts, the clock was set back: it is run now.

        Args:
            backoff: of the workers.
            lost: tickets that nothing will come of.

        Raises:
            StoreError: the database cannot be used; nothing was changed.
        """
        ticket = self.table.c
        alive = exists().where(
            ticket.id == TABLE.c.ticket,
            ticket.id.not_in(list(lost)),
            cast(ticket.status, Text).in_(_LIVE),
        )
        with changing(self.database) as connection:
            late = stuck(backoff, database_time(connection))
            chosen = (
                select_jobs()
                .add_columns(late.label("late"))
                .where(TABLE.c.state == State.WAITING, ~TABLE.c.held, or_(~alive, late))
                .order_by(TABLE.c.rank, TABLE.c.id)
                .limit(_MOST)
                .with_for_update(skip_locked=True)
            )
            rows = connection.execute(chosen).all()
            for row in rows:
                job = read(row)
                if row.late:
                    job = replace(job, order=replace(job.order, due=None))
                values = {"ticket": self.issue(connection, job), "due_at": job.order.due}
                connection.execute(update(TABLE).where(TABLE.c.id == job.id).values(values))
            return len(rows)


def open_tickets(database: Database) -> Tickets:
    """Return the tickets of a database; make or update the tables they are in.

    Raises:
        StoreError: the database cannot be used, or its tables are of a later version.
    """
    with database.writing() as connection:
        here: str = connection.execute(select(func.current_schema())).scalar_one()
        schema = f"{here}_tickets"
        path = connection.execute(select(func.current_setting("search_path"))).scalar_one()
        connection.execute(CreateSchema(schema, if_not_exists=True))
        _look_into(connection, f'"{schema}"')
        _update(connection, database.name)
        _look_into(connection, path)
    return Tickets(database, schema)


def _look_into(connection: Connection, path: str) -> None:
    connection.execute(select(func.set_config("search_path", path, True)))  # noqa: FBT003


def _update(connection: Connection, name: str) -> None:
    """Bring the tables in the current schema to what the installed Procrastinate needs."""
    from procrastinate.schema import SchemaManager

    versions = Table("huiting_version", MetaData(), Column("applied", Text, primary_key=True))
    versions.create(connection, checkfirst=True)
    applied = connection.execute(select(func.max(versions.c.applied))).scalar()
    steps = sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))
    newest = steps[-1].name
    if applied == newest:
        return
    if applied is None:
        _run(connection, SchemaManager.get_schema())
    elif applied > newest:
        raise StoreError(name, f"made by a later version (tickets {applied})", "update Huiting")
    else:
        for step in steps:
            if step.name > applied:
                _run(connection, step.read_text("utf-8"))
    _run(connection, _LOOK_HERE)
    connection.execute(insert(versions).values(applied=newest))


def _run(connection: Connection, script: str) -> None:
    cursor = connection.connection.cursor()
    cursor.execute(script)
    cursor.close()
