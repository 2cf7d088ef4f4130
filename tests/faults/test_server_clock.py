"""The clock of the database server jumps by an hour while jobs run: nothing is lost, or run twice."""

import gc
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime

import pytest
from sqlalchemy import select

from faults.server import Server, programs, wrong_time
from huiting.core.errors import EngineError
from huiting.jobs.cron import Every
from huiting.jobs.job import Order, Outcome
from huiting.jobs.mode import Mode, open_queue
from huiting.jobs.queue import Queue
from huiting.jobs.running import Handler, Running
from huiting.jobs.schedule import Schedule
from huiting.jobs.work.backoff import Backoff
from huiting.jobs.work.lookout import Lookout
from huiting.jobs.worker import Terms, Worker
from huiting.store import Store
from huiting.store.schema import ScheduleRow

pytestmark = pytest.mark.postgresql

HOUR = 3600.0
PATIENCE = 60.0
TERMS = Terms(slots=2, lease=6.0, drain=5.0, look=0.2, backoff=Backoff(0.2, 1.0, 1.0, away=1.0))
BOTH = pytest.mark.parametrize("jump", [HOUR, -HOUR], ids=["forward", "back"])


@pytest.fixture(scope="module")
def _server() -> Iterator[Server]:
    if programs() is None:
        pytest.skip("PostgreSQL's programs are not installed")
    if wrong_time() is None:
        pytest.skip("libfaketime is not installed")
    server = Server(clock=True)
    try:
        yield server
    finally:
        server.close()


@pytest.fixture
def server(_server: Server) -> Iterator[Server]:
    """A server whose clock is right."""
    yield _server
    _server.set_clock(0)


@pytest.fixture
def queue(server: Server) -> Iterator[Queue]:
    """Its queue, with nothing to do."""
    with Store.open(server.url) as store:
        found = open_queue(store.database, Mode.CLUSTER)
        yield found
        assert found.counts().total == found.counts().done


def put(queue: Queue, *subjects: str) -> list[int]:
    with queue.ledger.database.writing() as connection:
        return [queue.put(connection, Order("tiny", name))[0].id for name in subjects]


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.05)


@contextmanager
def workers(
    queue: Queue, handler: Handler, count: int, *schedules: Schedule
) -> Iterator[list[Worker]]:
    """Have workers at work that know each other by their silence alone."""
    with ExitStack() as stack:
        yield [stack.enter_context(_at_work(queue, handler, schedules)) for _ in range(count)]


@contextmanager
def _at_work(queue: Queue, handler: Handler, schedules: tuple[Schedule, ...]) -> Iterator[Worker]:
    worker = Worker(queue, {"tiny": handler}, TERMS, schedules)
    worker._lookout = Lookout(TERMS.lease, ended=lambda _name: False)
    thread = threading.Thread(target=worker.run)
    with warnings.catch_warnings():  # psycopg's, when Procrastinate's listener ends at once
        warnings.simplefilter("ignore", ResourceWarning)
        thread.start()
        try:
            yield worker
        finally:
            worker.stop()
            thread.join(PATIENCE)
            gc.collect()


def over(queue: Queue, jobs: list[int]) -> bool:
    return all(queue.get(job).state.over for job in jobs)


def outcomes(queue: Queue, jobs: list[int]) -> list[list[Outcome | None]]:
    return [[attempt.outcome for attempt in queue.attempts(job)] for job in jobs]


@BOTH
def test_jobs_that_run_longer_than_a_lease_stay_with_their_worker(
    server: Server, queue: Queue, jump: float
) -> None:
    begun = threading.Barrier(4, timeout=PATIENCE)

    def long(running: Running) -> None:
        begun.wait()
        running.interrupted.wait(1.5 * TERMS.lease)

    with workers(queue, long, 2):
        jobs = put(queue, *"abcd")
        until(lambda: queue.counts().running == 4)
        server.set_clock(jump)
        until(lambda: over(queue, jobs))

    assert outcomes(queue, jobs) == [[Outcome.DONE]] * 4


@BOTH
def test_a_job_that_waits_after_a_failure_is_run_again_at_once(
    server: Server, queue: Queue, jump: float
) -> None:
    jumped = threading.Event()

    def fails_once(running: Running) -> None:
        if running.job.attempt == 1:
            assert jumped.wait(PATIENCE)
            raise EngineError("tiny", "it failed", "try again")
        server.set_clock(0)

    with workers(queue, fails_once, 1):
        jobs = put(queue, f"fails, {jump}")
        until(lambda: queue.counts().running == 1)
        # The end is written, and the wait begun, by a clock that is then set right.
        server.set_clock(jump)
        jumped.set()
        until(lambda: queue.get(jobs[0]).trouble is not None)
        server.set_clock(0)
        until(lambda: over(queue, jobs))

    assert outcomes(queue, jobs) == [[Outcome.FAILED, Outcome.DONE]]


@BOTH
def test_whoever_comes_after_the_jump_takes_nobody_for_dead(
    server: Server, queue: Queue, jump: float
) -> None:
    def slow(running: Running) -> None:
        running.interrupted.wait(1.0)

    with workers(queue, slow, 1):
        first = put(queue, f"first, {jump}", f"second, {jump}")
        until(lambda: queue.counts().running == 2)
        server.set_clock(jump)
        with workers(queue, slow, 1):  # clears away workers whose heartbeat looks old
            more = put(queue, *(f"{n}, {jump}" for n in range(6)))
            until(lambda: over(queue, [*first, *more]))

    assert outcomes(queue, [*first, *more]) == [[Outcome.DONE]] * 8


def test_a_time_that_comes_again_is_served_once_for_each_time_it_comes(
    server: Server, queue: Queue
) -> None:
    hourly = Schedule("hourly", Every(HOUR), Order("tiny", "hourly"))

    def served() -> int:
        return sum(job.order.subject.startswith("hourly@") for job in queue.page().items)

    def seen() -> datetime | None:
        with queue.ledger.database.reading() as connection:
            return connection.scalar(select(ScheduleRow.put_for))

    while time.time() % HOUR > HOUR - PATIENCE:  # an hour of its own would come in between
        time.sleep(1.0)
    with workers(queue, lambda _running: None, 2, hourly):
        until(seen)  # for the first time: it begins with the next hour
        assert served() == 0
        first = seen()
        server.set_clock(HOUR)
        until(lambda: served() == 1)
        server.set_clock(0)
        until(lambda: seen() == first)
        server.set_clock(HOUR)
        until(lambda: served() == 2)
        until(lambda: queue.counts().waiting + queue.counts().running == 0)
