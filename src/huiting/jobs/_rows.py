"""Between rows of the table of jobs and `Job`; the database's clock; short transactions."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, literal_column, select
from sqlalchemy.dialects import postgresql, sqlite

from huiting.jobs.job import Job, Order, State, Trouble
from huiting.store._connect import Database, hurry
from huiting.store.schema import JobRow

TABLE: Table = JobRow.__table__  # type: ignore[assignment]  # declared as FromClause


@contextmanager
def changing(database: Database) -> Iterator[Connection]:
    """Give a connection for changing a few rows of jobs, all at the end or none.

    On PostgreSQL without the lock that puts the writers of calls in a row: locks on rows are
    enough here, and a worker that tells it is alive must not wait for a long import.

    Raises:
        StoreError: the database cannot be written; nothing was changed.
    """
    if database.dialect == "sqlite":
        with database.writing() as connection:
            yield connection
        return
    with database.reading() as connection:
        hurry(connection)
        yield connection


def database_time(connection: Connection) -> datetime:
    """Return the time by the database's clock, which all machines share."""
    if connection.dialect.name == "sqlite":
        written: ColumnElement[str] = literal_column("strftime('%Y-%m-%d %H:%M:%f','now')")
        text: str = connection.execute(select(written)).scalar_one()
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    now: datetime = connection.execute(select(literal_column("clock_timestamp()"))).scalar_one()
    return now.astimezone(UTC)


def select_jobs() -> Select[Any]:
    """Return the query for all jobs, whole rows."""
    return select(*TABLE.columns)


def one(connection: Connection, job: int) -> Row[Any] | None:
    """Return the row of a job, which nobody changes until this transaction ends."""
    chosen = select_jobs().where(TABLE.c.id == job).with_for_update()
    return connection.execute(chosen).first()


def insert_if_new(
    connection: Connection, table: Table, values: Mapping[str, Any]
) -> Row[Any] | None:
    """Write a row; return its primary key, or None when there is such a row already."""
    module = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = module.insert(table).values(**values).on_conflict_do_nothing()
    return connection.execute(statement.returning(*table.primary_key)).first()


def trouble_of(row: Row[Any]) -> Trouble | None:
    """Return the trouble that a row tells of."""
    return None if row.code is None else Trouble(row.code, row.reason or "", row.remedy or "")


def read(row: Row[Any]) -> Job:
    """Return the job of a row."""
    order = Order(
        kind=row.kind,
        subject=row.subject,
        payload=row.payload,
        priority=-row.rank,
        due=row.due_at,
        attempts=row.attempts,
        group=row.group_id,
        owner=row.owner,
        longest=row.longest,
        held=row.held,
    )
    return Job(
        id=row.id,
        order=order,
        state=State(row.state),
        attempt=row.attempt,
        stage=row.stage,
        done=float(row.share),
        trouble=trouble_of(row),
        put_at=row.put_at,
        due_at=row.put_at if row.due_at is None else row.due_at,
        begun_at=row.begun_at,
        ended_at=row.ended_at,
        cancelling=row.cancelling,
        worker=row.worker,
        held=row.held,
    )
