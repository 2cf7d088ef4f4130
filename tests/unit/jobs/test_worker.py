"""Whole workers, in real time, in every way of running them."""

import gc
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, text, update

from huiting.core.errors import StoreError
from huiting.jobs.cluster import feed as cluster_feed
from huiting.jobs.cluster.tickets import open_tickets
from huiting.jobs.cron import Every
from huiting.jobs.job import Order, Outcome, State
from huiting.jobs.running import Running
from huiting.jobs.schedule import Schedule
from huiting.jobs.work import feed as table_feed
from huiting.jobs.work.backoff import Backoff
from huiting.jobs.work.lookout import Sight
from huiting.jobs.worker import Terms, Worker
from huiting.store.schema import JobRow
from unit.jobs.desk import Desk

SOON = 60.0
"""Seconds that a test waits at most."""
TERMS = Terms(slots=2, lease=3.0, drain=SOON, look=0.1, backoff=Backoff(0.05, 1.0, 0.05))


def quick(running: Running) -> None:
    running.advance("work", 0.5)


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + SOON
    while not condition():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.02)


@contextmanager
def at_work(worker: Worker) -> Iterator[Worker]:
    thread = threading.Thread(target=worker.run)
    with warnings.catch_warnings():
        # psycopg leaves a connection open whose making was cancelled: Procrastinate's
        # listener, when its worker ends at once.
        warnings.simplefilter("ignore", ResourceWarning)
        thread.start()
        try:
            yield worker
        finally:
            worker.stop()
            thread.join(2 * SOON)
            gc.collect()
    assert not thread.is_alive()


def done(desk: Desk, count: int) -> Callable[[], bool]:
    return lambda: desk.queue.counts().done == count


def test_jobs_are_done_as_they_come(desk: Desk) -> None:
    desk.put("before")
    with at_work(Worker(desk.queue, {"analyze": quick}, TERMS)):
        until(done(desk, 1))
        for subject in "abc":
            desk.put(subject)
        until(done(desk, 4))


def test_several_run_at_a_time(desk: Desk) -> None:
    together = threading.Barrier(2)

    def handler(_running: Running) -> None:
        together.wait(SOON)

    for subject in "abcd":
        desk.put(subject)
    with at_work(Worker(desk.queue, {"analyze": handler}, TERMS)):
        until(done(desk, 4))


def test_failures_are_tried_again(desk: Desk) -> None:
    failing = ["a", "a"]

    def handler(_running: Running) -> None:
        if failing:
            raise OSError(failing.pop())

    desk.put()
    with at_work(Worker(desk.queue, {"analyze": handler}, TERMS)):
        until(done(desk, 1))

    job = desk.queue.find("analyze", "a")
    assert job is not None
    outcomes = [attempt.outcome for attempt in desk.queue.attempts(job.id)]
    assert outcomes == [Outcome.FAILED, Outcome.FAILED, Outcome.DONE]


def test_the_work_of_a_dead_worker_goes_on(desk: Desk) -> None:
    desk.put()
    lease = desk.take("host/-/-/1/1/dead")  # nothing is known of it, and it never moves
    with at_work(Worker(desk.queue, {"analyze": quick}, TERMS)):
        until(done(desk, 1))

    outcomes = [attempt.outcome for attempt in desk.queue.attempts(lease.job.id)]
    assert outcomes == [Outcome.LOST, Outcome.DONE]


def test_a_long_job_is_kept_by_its_worker(desk: Desk) -> None:
    terms = Terms(slots=1, lease=5.0, look=0.5)  # a busy machine may stand still for a second
    desk.put()
    with (
        at_work(Worker(desk.queue, {"analyze": lambda _: time.sleep(7.0)}, terms)),
        at_work(Worker(desk.queue, {"analyze": quick}, terms)),
    ):
        until(done(desk, 1))

    job = desk.queue.find("analyze", "a")
    assert job is not None
    assert job.attempt == 1


def test_a_worker_that_is_told_to_end_gives_back_what_it_cannot_finish(desk: Desk) -> None:
    begun = threading.Event()

    def handler(running: Running) -> None:
        begun.set()
        running.interrupted.wait(SOON)
        running.check()

    desk.put()
    desk.put("b")
    with at_work(Worker(desk.queue, {"analyze": handler}, Terms(slots=1, drain=0.0))) as worker:
        assert begun.wait(SOON)
        worker.stop()

    assert desk.queue.counts().waiting == 2
    with at_work(Worker(desk.queue, {"analyze": quick}, TERMS)):
        until(done(desk, 2))


def test_a_worker_that_is_told_to_end_finishes_what_is_soon_done(desk: Desk) -> None:
    begun = threading.Event()

    def handler(_running: Running) -> None:
        begun.set()
        time.sleep(0.5)

    desk.put()
    with at_work(Worker(desk.queue, {"analyze": handler}, TERMS)) as worker:
        assert begun.wait(SOON)
        worker.stop()

    assert desk.queue.counts().done == 1


def test_what_comes_again_is_put_by_workers(desk: Desk) -> None:
    often = Schedule("clean", Every(1.0), Order("analyze", "clean"))
    with at_work(Worker(desk.queue, {"analyze": quick}, TERMS, [often])):
        until(lambda: desk.queue.counts().done >= 2)

    subjects = [job.order.subject for job in desk.queue.page().items]
    assert len(set(subjects)) == len(subjects)


def test_a_duty_that_fails_does_not_end_the_worker(desk: Desk) -> None:
    class Never:
        def __init__(self) -> None:
            self.errors: list[Exception] = [
                StoreError("calls.db", "full", "make room"), ValueError(),
            ]  # fmt: skip

        def last(self, _now: object) -> None:
            if self.errors:
                raise self.errors.pop()

    never = Never()
    schedule = Schedule("never", never, Order("analyze", "never"))
    with at_work(Worker(desk.queue, {"analyze": quick}, TERMS, [schedule])):
        until(lambda: not never.errors)
        desk.put()
        until(done(desk, 1))


def test_a_worker_waits_for_a_database_that_cannot_be_used(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_feed, "_TROUBLED", 0.1)
    monkeypatch.setattr(cluster_feed, "_TROUBLED", 0.1)
    worker = Worker(desk.queue, {"analyze": quick}, TERMS)
    hidden = (
        "job" if desk.queue.tickets is None else f'"{desk.queue.tickets.schema}".procrastinate_jobs'
    )
    with desk.database.writing() as connection:
        connection.execute(text(f"ALTER TABLE {hidden} RENAME TO hidden"))
    with at_work(worker):
        time.sleep(0.5)
        there = hidden.replace("procrastinate_jobs", "hidden") if "." in hidden else "hidden"
        with desk.database.writing() as connection:
            connection.execute(text(f"ALTER TABLE {there} RENAME TO {hidden.rpartition('.')[2]}"))
        desk.put()
        until(done(desk, 1))


@pytest.mark.postgresql
def test_lost_tickets_are_written_anew(cluster: Desk) -> None:
    assert cluster.queue.tickets is not None
    cluster.put("lost")
    with cluster.database.writing() as connection:
        connection.execute(delete(cluster.queue.tickets.table))
    held = cluster.put(order=Order("analyze", "held", group="g", held=True))

    assert cluster.queue.tickets.reissue(TERMS.backoff) == 1

    assert cluster.queue.tickets.reissue(TERMS.backoff) == 0
    assert cluster.take().job.order.subject == "lost"
    assert cluster.queue.get(held.id).state is State.WAITING


@pytest.mark.postgresql
def test_a_server_clock_set_back_does_not_keep_failed_jobs_waiting(cluster: Desk) -> None:
    job = cluster.put()
    cluster.claims.give_back(cluster.take())
    with cluster.database.writing() as connection:
        later = cluster.now(connection) + timedelta(days=2)
        connection.execute(update(JobRow).values(attempt=1, due_at=later))
    assert cluster.queue.tickets is not None

    assert cluster.queue.tickets.reissue(TERMS.backoff) == 1

    assert cluster.take().job.id == job.id


@pytest.mark.postgresql
def test_a_dead_workers_tickets_are_handed_out_again(cluster: Desk) -> None:
    assert cluster.queue.tickets is not None
    cluster.put()
    tickets = cluster.queue.tickets
    with cluster.database.writing() as connection:
        taken = text(f'SELECT "{tickets.schema}".procrastinate_fetch_job_v2(NULL, NULL)')
        connection.execute(taken)

    with at_work(Worker(cluster.queue, {"analyze": quick}, TERMS)):
        until(done(cluster, 1))

    with cluster.database.reading() as connection:
        assert connection.execute(select(tickets.table.c.id)).all() == []


@pytest.mark.postgresql
def test_tickets_of_an_earlier_version_are_updated(
    cluster: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from procrastinate.schema import SchemaManager

    for name in ("00.00.00_01_first.sql", "99.00.00_01_later.sql"):
        (tmp_path / name).write_text("CREATE TABLE later (id bigint)" if "later" in name else "")
    monkeypatch.setattr(SchemaManager, "get_migrations_path", lambda: str(tmp_path))
    schema = cluster.queue.tickets.schema if cluster.queue.tickets else ""
    versions = f'"{schema}".huiting_version'

    open_tickets(cluster.database)

    with cluster.database.writing() as connection:
        assert connection.scalar(text(f"SELECT max(applied) FROM {versions}")) == (
            "99.00.00_01_later.sql"
        )
        connection.execute(text(f'DROP TABLE "{schema}".later'))
    monkeypatch.undo()
    with pytest.raises(StoreError, match="made by a later version"):
        open_tickets(cluster.database)
    with cluster.database.writing() as connection:
        connection.execute(text(f"DELETE FROM {versions} WHERE applied LIKE '99%'"))
    assert open_tickets(cluster.database).schema == schema


def test_who_moves_at_the_last_moment_keeps_the_job(table_desk: Desk) -> None:
    table_desk.put()
    lease = table_desk.take("host/-/-/1/1/late")
    worker = Worker(table_desk.queue, {"analyze": quick}, TERMS)
    sights = table_desk.claims.running()
    worker._lookout = Found(sights)  # type: ignore[assignment]
    table_desk.claims.renew([lease])

    worker._rescue()

    assert table_desk.queue.get(lease.job.id).worker == lease.worker


class Found:
    """A lookout that takes these for lost."""

    def __init__(self, lost: list[Sight]) -> None:
        self.lost = lost

    def look(self, _sights: list[Sight]) -> list[Sight]:
        return self.lost
