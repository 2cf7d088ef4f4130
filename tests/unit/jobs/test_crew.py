"""A crew and its handlers, on a table of jobs; nothing here waits longer than it must."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import Connection

from huiting.core.errors import EngineError, InputError, StoreError
from huiting.jobs import running as running_module
from huiting.jobs._rows import changing
from huiting.jobs.errors import Cancelled, LeaseLost, Stopping, TookTooLong
from huiting.jobs.job import Job, Lease, Order, Outcome, State
from huiting.jobs.running import Handler, Running
from huiting.jobs.work import crew as crew_module
from huiting.jobs.work.claims import Claims
from huiting.jobs.work.crew import Crew
from unit.jobs.desk import Desk

SOON = 10.0
"""Seconds that a test waits at most."""


class Time:
    """A clock that goes on when told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def crew_of(desk: Desk, handler: Handler, time: Time | None = None) -> Crew:
    return Crew(desk.claims, {"analyze": handler}, 1, Time() if time is None else time)


def run(desk: Desk, handler: Handler, order: Order | None = None) -> Job:
    """Run one job to the end of its attempt; return what became of it."""
    job = desk.put(order=order)
    crew_of(desk, handler).start(desk.take).result(SOON)
    return desk.queue.get(job.id)


def raising(error: Exception) -> Handler:
    def handler(_running: Running) -> None:
        raise error

    return handler


def test_a_handler_that_returns_has_done_its_job(table_desk: Desk) -> None:
    assert run(table_desk, lambda _: None).state is State.DONE


def test_a_handler_may_end_the_job_with_its_result(table_desk: Desk) -> None:
    def handler(running: Running) -> None:
        with changing(table_desk.database) as connection:
            running.finish(connection)

    assert run(table_desk, handler).state is State.DONE


@pytest.mark.parametrize(
    ("error", "state", "code"),
    [
        pytest.param(
            InputError("a.wav", "empty", "send another"), State.FAILED, "input", id="fatal"
        ),
        pytest.param(EngineError("asr", "failed", "see log"), State.WAITING, "engine", id="again"),
        pytest.param(ZeroDivisionError("13812345678"), State.WAITING, "fault", id="our fault"),
    ],
)
def test_a_failure_is_told_in_its_own_words(
    table_desk: Desk, error: Exception, state: State, code: str
) -> None:
    job = run(table_desk, raising(error))

    assert (job.state, job.trouble and job.trouble.code) == (state, code)
    assert job.trouble is not None
    assert "13812345678" not in job.trouble.reason


def test_a_slot_is_free_again_after_a_job(table_desk: Desk) -> None:
    crew = crew_of(table_desk, lambda _: None)

    crew.start(lambda: None).result(SOON)

    assert (crew.free, crew.freed.is_set(), crew.leases()) == (1, True, [])


def test_who_waits_for_a_job_hears_why_there_was_none(table_desk: Desk) -> None:
    def claim() -> Lease:
        raise StoreError("calls.db", "gone", "bring it back")

    with pytest.raises(StoreError):
        crew_of(table_desk, lambda _: None).start(claim).result(SOON)


class Waiting:
    """A handler that goes on until it is to stop, in one of several ways."""

    def __init__(self, *, deaf: bool = False) -> None:
        self.begun = threading.Event()
        self.released = threading.Event()
        self.deaf = deaf
        self.running: Running | None = None

    def __call__(self, running: Running) -> None:
        self.running = running
        self.begun.set()
        if self.deaf:
            self.released.wait(SOON)
            return
        assert running.interrupted.wait(SOON)
        running.check()


def test_a_job_is_cancelled_while_it_runs(table_desk: Desk) -> None:
    job, handler = table_desk.put(), Waiting()
    crew = crew_of(table_desk, handler)
    future = crew.start(table_desk.take)
    handler.begun.wait(SOON)
    table_desk.queue.cancel(job.id)

    crew.renew()

    future.result(SOON)
    assert table_desk.queue.get(job.id).state is State.CANCELLED


def test_an_error_that_follows_from_stopping_is_no_failure(table_desk: Desk) -> None:
    def handler(running: Running) -> None:
        running.cancel()
        raise EngineError("host", "ended", "see log")

    assert run(table_desk, handler).state is State.CANCELLED


def test_progress_hears_of_a_wish_to_cancel(table_desk: Desk) -> None:
    def handler(running: Running) -> None:
        table_desk.queue.cancel(running.job.id)
        running.advance("work", 0.5)

    job = run(table_desk, handler)

    assert (job.state, job.stage, job.done) == (State.CANCELLED, "work", 0.5)


def test_who_lost_the_job_stops_and_writes_nothing(table_desk: Desk) -> None:
    job, handler = table_desk.put(), Waiting()
    crew = crew_of(table_desk, handler)
    future = crew.start(partial(table_desk.take, "one"))
    handler.begun.wait(SOON)
    table_desk.lose(crew.leases()[0])
    table_desk.take("two")

    crew.renew()

    future.result(SOON)
    assert (table_desk.queue.get(job.id).worker, table_desk.queue.get(job.id).state) == (
        "two", State.RUNNING,
    )  # fmt: skip
    assert handler.running is not None
    assert isinstance(handler.running.reason, LeaseLost)
    crew.renew()  # nothing is left to be told of


def test_what_takes_too_long_is_stopped(table_desk: Desk) -> None:
    job = table_desk.put(order=Order("analyze", "a", longest=60.0, attempts=1))
    time, handler = Time(), Waiting()
    crew = crew_of(table_desk, handler, time)
    future = crew.start(table_desk.take)
    handler.begun.wait(SOON)
    time.now = 59.0
    crew.police()
    assert not handler.running or handler.running.reason is None

    time.now = 61.0
    crew.police()

    future.result(SOON)
    failed = table_desk.queue.get(job.id)
    assert failed.trouble is not None
    assert (failed.state, failed.trouble.code) == (State.FAILED, TookTooLong.code)


def test_a_job_goes_on_without_a_handler_that_does_not_react(table_desk: Desk) -> None:
    job = table_desk.put(order=Order("analyze", "a", longest=60.0, attempts=1))
    time, handler = Time(), Waiting(deaf=True)
    crew = crew_of(table_desk, handler, time)
    future = crew.start(table_desk.take)
    handler.begun.wait(SOON)
    for now in (61.0, 70.0, 72.0):
        time.now = now
        crew.police()

    assert table_desk.queue.get(job.id).state is State.FAILED
    assert (crew.leases(), crew.free) == ([], 0)

    handler.released.set()
    future.result(SOON)
    assert table_desk.queue.get(job.id).state is State.FAILED


def test_the_end_gives_back_what_takes_longer(table_desk: Desk) -> None:
    job, handler = table_desk.put(), Waiting()
    crew = crew_of(table_desk, handler)
    crew.start(table_desk.take)
    handler.begun.wait(SOON)

    crew.end(0.0)

    assert table_desk.queue.get(job.id).state is State.WAITING
    assert table_desk.queue.attempts(job.id)[0].outcome is Outcome.GIVEN_BACK
    assert handler.running is not None
    assert isinstance(handler.running.reason, Stopping)


def test_the_end_does_not_wait_for_the_deaf(
    table_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew_module, "GRACE", 0.0)
    job, handler = table_desk.put(), Waiting(deaf=True)
    crew = crew_of(table_desk, handler)
    future = crew.start(table_desk.take)
    handler.begun.wait(SOON)

    crew.end(0.0)

    assert table_desk.queue.get(job.id).state is State.WAITING
    handler.released.set()
    future.result(SOON)
    assert table_desk.queue.get(job.id).state is State.WAITING


class Shaky:
    """Writing that fails some times before it works."""

    def __init__(self, failures: int) -> None:
        self.failures = failures

    def __call__(self) -> str:
        if self.failures:
            self.failures -= 1
            raise StoreError("calls.db", "no space left", "make room")
        return "kept"


def running_on(desk: Desk, clock: Callable[[], float] | None = None) -> Running:
    desk.put()
    return Running(desk.take(), desk.claims, Time() if clock is None else clock)


def test_a_result_is_kept_when_the_database_is_back(
    table_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running_module, "_WAITS", (0.0, 0.0))
    running = running_on(table_desk)

    assert running.persist(Shaky(0)) == "kept"
    assert running.persist(Shaky(2)) == "kept"
    with pytest.raises(StoreError):
        running.persist(Shaky(3))


def test_who_is_to_stop_tries_only_once_more(table_desk: Desk) -> None:
    running = running_on(table_desk)
    running.cancel()
    write = Shaky(3)

    with pytest.raises(StoreError):
        running.persist(write)

    assert write.failures == 1


def test_the_first_reason_to_stop_counts(table_desk: Desk) -> None:
    running = running_on(table_desk)
    running.cancel()
    running.interrupt(Stopping("job 1", "the worker ends", "it goes on"))

    with pytest.raises(Cancelled):
        running.check()


def test_progress_is_written_twice_a_second_at_most_but_each_stage(table_desk: Desk) -> None:
    time = Time()
    running = running_on(table_desk, time)

    def shown() -> tuple[str | None, float]:
        job = table_desk.queue.get(running.job.id)
        return job.stage, job.done

    running.advance("decode", -1.0)
    assert shown() == ("decode", 0.0)
    running.advance("decode", 0.3)
    assert shown() == ("decode", 0.0)
    running.advance("asr", 0.1)
    assert shown() == ("asr", 0.1)
    time.now = 0.6
    running.advance("asr", 1.7)
    assert shown() == ("asr", 1.0)


class Broken:
    """Claims of a database that cannot be used."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        def fail(*_: object, **__: object) -> None:
            raise StoreError("calls.db", "no space left", "make room")

        return fail


def test_progress_that_cannot_be_written_does_not_end_the_work(table_desk: Desk) -> None:
    running = running_on(table_desk)
    running._claims = Broken()  # type: ignore[assignment]

    running.advance("asr", 0.5)

    assert running.reason is None


class Forgetful(Claims):
    """Claims that cannot write how a run ended."""

    __slots__ = ()

    def fail(self, *_: object, **__: object) -> Job:
        raise StoreError("calls.db", "no space left", "make room")


def test_an_end_that_cannot_be_written_is_left_to_the_lookouts(
    table_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running_module, "_WAITS", ())
    job = table_desk.put()
    claims = Forgetful(table_desk.queue.ledger)
    handlers: Mapping[str, Handler] = {"analyze": raising(ZeroDivisionError())}
    crew = Crew(claims, handlers, 1)

    crew.start(table_desk.take).result(SOON)

    assert crew.leases() == []
    assert table_desk.queue.get(job.id).state is State.RUNNING
    assert table_desk.lose(replace(table_desk_lease(table_desk, job))) is not None


def table_desk_lease(desk: Desk, job: Job) -> Lease:
    sight = next(iter(desk.claims.running()))
    return Lease(desk.queue.get(job.id), sight.worker, sight.fence)


def test_finishing_belongs_to_a_transaction(table_desk: Desk) -> None:
    running = running_on(table_desk)
    kept: list[Connection] = []
    with changing(table_desk.database) as connection:
        kept.append(connection)
        running.finish(connection)

    assert running.finished
