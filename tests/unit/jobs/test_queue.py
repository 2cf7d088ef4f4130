from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Row, Table

from huiting.core.errors import ConfigError, Conflict, Unknown
from huiting.jobs import ledger as ledger_module
from huiting.jobs._rows import insert_if_new
from huiting.jobs.job import Job, Order, Outcome, State, Trouble
from huiting.jobs.mode import Mode, open_queue
from huiting.jobs.queue import Counts, Wanted
from unit.jobs.desk import Desk

BAD = Trouble("input", "no audio", "send another")


def test_a_new_job_waits(desk: Desk) -> None:
    job = desk.put()

    assert (job.state, job.attempt, job.done, job.trouble) == (State.WAITING, 0, 0.0, None)
    assert job.due_at == job.put_at
    assert desk.queue.get(job.id) == job


def test_an_order_comes_back_as_it_was_given(desk: Desk) -> None:
    due = datetime(2030, 1, 1, 12, 30, tzinfo=UTC)
    payload: dict[str, str | float | bool | None] = {
        "text": "客户\x00",
        "number": 1.5,
        "flag": True,
        "none": None,
    }
    order = Order("analyze", "x", payload, 7, due, 5, "batch", "user:1", 60.0, held=True)

    job = desk.put(order=order)

    assert desk.queue.get(job.id).order == order
    assert job.due_at == due


def test_the_same_twice_is_one_job_until_it_is_over(desk: Desk) -> None:
    with desk.database.writing() as connection:
        first, new = desk.queue.put(connection, Order("analyze", "a"))
        second, again = desk.queue.put(connection, Order("analyze", "a"))

    assert (new, again) == (True, False)
    assert first == second

    lease = desk.take()
    assert desk.put("a").id == first.id
    desk.finish(lease)
    assert desk.put("a").id != first.id


def test_kinds_do_not_stand_in_each_others_way(desk: Desk) -> None:
    assert desk.put(order=Order("analyze", "a")).id != desk.put(order=Order("export", "a")).id


def test_putting_is_undone_with_the_transaction_it_is_part_of(desk: Desk) -> None:
    with pytest.raises(RuntimeError), desk.database.writing() as connection:  # noqa: PT012
        desk.queue.put(connection, Order("analyze", "a"))
        raise RuntimeError

    assert desk.queue.counts().total == 0
    assert desk.next() is None


def test_the_most_urgent_goes_first_and_of_equals_the_oldest(desk: Desk) -> None:
    for subject, priority in (("a", 0), ("b", 5), ("c", -1), ("d", 5)):
        desk.put(order=Order("analyze", subject, priority=priority))

    assert [desk.take().job.order.subject for _ in range(4)] == ["b", "d", "a", "c"]


def test_who_asks_again_and_more_urgently_is_served_sooner(desk: Desk) -> None:
    desk.put("a")
    desk.put("b")
    hurried = desk.put(order=Order("analyze", "b", priority=9))
    same = desk.put(order=Order("analyze", "b", priority=1))

    assert hurried.order.priority == same.order.priority == 9
    assert desk.take().job.order.subject == "b"
    assert desk.take().job.order.subject == "a"
    assert desk.next() is None


def test_nothing_is_run_before_it_is_due(desk: Desk) -> None:
    now = datetime.now(UTC)
    desk.put(order=Order("analyze", "later", due=now + timedelta(hours=1)))
    desk.put(order=Order("analyze", "now", due=now - timedelta(hours=1)))

    assert desk.take().job.order.subject == "now"
    assert desk.next() is None


def test_a_time_without_zone_is_utc(desk: Desk) -> None:
    job = desk.put(order=Order("analyze", "x", due=datetime(2030, 1, 1)))  # noqa: DTZ001

    assert desk.queue.get(job.id).due_at == datetime(2030, 1, 1, tzinfo=UTC)


def test_what_waits_is_cancelled_at_once(desk: Desk) -> None:
    job = desk.put()

    cancelled = desk.queue.cancel(job.id)

    assert cancelled.state is State.CANCELLED
    assert cancelled.ended_at is not None
    assert desk.next() is None
    assert desk.queue.cancel(job.id) == cancelled


def test_what_runs_is_asked_to_end(desk: Desk) -> None:
    desk.put()
    lease = desk.take()

    asked = desk.queue.cancel(lease.job.id)

    assert (asked.state, asked.cancelling) == (State.RUNNING, True)
    assert desk.claims.advance(lease, "work", 0.5) is True
    assert desk.claims.cancel(lease).state is State.CANCELLED


def test_a_group_is_cancelled_as_one(desk: Desk) -> None:
    for subject in "abc":
        desk.put(order=Order("analyze", subject, group="batch"))
    other = desk.put("d")
    running = desk.take()

    assert desk.queue.cancel_group("batch") == 3
    states = [job.state for job in desk.queue.page(Wanted(group="batch")).items]
    assert states == [State.CANCELLED, State.CANCELLED, State.RUNNING]
    assert desk.queue.get(running.job.id).cancelling
    assert desk.queue.get(other.id).state is State.WAITING


def test_what_failed_is_run_again_by_hand_with_all_its_attempts(desk: Desk) -> None:
    job = desk.put(order=Order("analyze", "a", attempts=1))
    failed = desk.claims.fail(desk.take(), BAD, retryable=True)
    assert (failed.state, failed.trouble) == (State.FAILED, BAD)

    again = desk.queue.retry(job.id)

    assert (again.id, again.state, again.attempt, again.ended_at) == (
        job.id,
        State.WAITING,
        0,
        None,
    )
    assert again.trouble == BAD
    lease = desk.take()
    desk.finish(lease)
    assert desk.queue.get(job.id).trouble is None


def test_what_was_cancelled_can_be_run_after_all(desk: Desk) -> None:
    job = desk.put()
    desk.queue.cancel(job.id)

    desk.queue.retry(job.id)

    lease = desk.take()
    assert not lease.job.cancelling


def test_what_is_done_or_open_is_not_retried(desk: Desk) -> None:
    job = desk.put()
    with pytest.raises(Conflict, match=f"job {job.id}: it is waiting; retry what failed"):
        desk.queue.retry(job.id)
    desk.finish(desk.take())
    with pytest.raises(Conflict, match="it is done"):
        desk.queue.retry(job.id)


def test_what_was_asked_for_again_is_not_retried(desk: Desk) -> None:
    old = desk.put()
    desk.queue.cancel(old.id)
    new = desk.put()

    with pytest.raises(Conflict, match=f"the same is asked for as job {new.id}"):
        desk.queue.retry(old.id)


@pytest.mark.parametrize("act", ["get", "cancel", "retry"])
def test_a_job_that_is_not_there_is_named(desk: Desk, act: str) -> None:
    with pytest.raises(Unknown, match="job 999999: no such job"):
        getattr(desk.queue, act)(999_999)


def test_a_held_group_begins_nothing_until_it_is_released(desk: Desk) -> None:
    desk.put(order=Order("analyze", "a", group="batch"))
    assert desk.queue.hold("batch") == 1
    desk.put(order=Order("analyze", "b", group="batch", held=True))
    desk.put("c")

    assert desk.take().job.order.subject == "c"
    assert desk.next() is None
    assert desk.queue.loads()[0].oldest == 0.0

    assert desk.queue.release("batch") == 2
    assert [desk.take().job.order.subject for _ in range(2)] == ["a", "b"]
    assert desk.queue.release("batch") == 0


def test_pages_follow_each_other_the_newest_first(desk: Desk) -> None:
    jobs = [desk.put(str(number)) for number in range(5)]

    first = desk.queue.page(limit=2)
    second = desk.queue.page(after=first.next, limit=2)
    third = desk.queue.page(after=second.next, limit=2)

    assert [job.id for page in (first, second, third) for job in page.items] == [
        job.id for job in reversed(jobs)
    ]
    assert third.next is None
    assert desk.queue.page(limit=5).next is None


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        pytest.param(Wanted(), ["c", "b", "a"], id="all"),
        pytest.param(Wanted(kind="export"), ["c"], id="of a kind"),
        pytest.param(Wanted(owner="user:1"), ["c", "a"], id="of an owner"),
        pytest.param(Wanted(group="g", kind="analyze"), ["a"], id="of a group and kind"),
        pytest.param(Wanted([State.RUNNING, State.DONE]), ["a"], id="in one of some states"),
        pytest.param(Wanted(subject="b"), ["b"], id="about something"),
    ],
)
def test_jobs_are_found_by_what_is_known_of_them(
    desk: Desk, wanted: Wanted, found: list[str]
) -> None:
    desk.put(order=Order("analyze", "a", group="g", owner="user:1"))
    desk.put(order=Order("analyze", "b"))
    desk.put(order=Order("export", "c", group="g", owner="user:1"))
    desk.take()

    assert [job.order.subject for job in desk.queue.page(wanted).items] == found
    assert desk.queue.counts(wanted).total == len(found)


def test_the_newest_of_a_subject_is_found(desk: Desk) -> None:
    old = desk.put()
    desk.queue.cancel(old.id)
    assert desk.queue.find("analyze", "a") == desk.queue.get(old.id)

    new = desk.put()

    assert desk.queue.find("analyze", "a") == new
    assert desk.queue.find("analyze", "b") is None


def test_jobs_are_counted_by_state(desk: Desk) -> None:
    for subject in "abcde":
        desk.put(subject)
    desk.finish(desk.take())
    desk.claims.fail(desk.take(), BAD, retryable=False)
    desk.take()
    waiting = desk.queue.find("analyze", "e")
    assert waiting is not None
    desk.queue.cancel(waiting.id)

    assert desk.queue.counts() == Counts(1, 1, 1, 1, 1)


def test_loads_tell_how_long_the_first_has_waited(desk: Desk) -> None:
    desk.put("a")
    desk.put("b")
    desk.put(order=Order("export", "c", due=datetime(2100, 1, 1, tzinfo=UTC)))
    desk.take()

    desk.wrong = timedelta(minutes=5)

    analyze, export = desk.queue.loads()
    assert (analyze.kind, analyze.waiting, analyze.running) == ("analyze", 1, 1)
    assert 300.0 <= analyze.oldest < 400.0
    assert (export.kind, export.waiting, export.running, export.oldest) == ("export", 1, 0, 0.0)


def test_attempts_are_remembered(desk: Desk) -> None:
    job = desk.put()
    desk.claims.fail(desk.take("one"), BAD, retryable=False)
    desk.queue.retry(job.id)
    desk.take("two")

    first, second = desk.queue.attempts(job.id)
    assert (first.worker, first.outcome, first.trouble) == ("one", Outcome.FAILED, BAD)
    assert first.ended_at is not None
    assert (second.worker, second.outcome, second.ended_at) == ("two", None, None)
    assert second.number > first.number
    assert desk.queue.attempts(999_999) == []


def test_old_jobs_are_forgotten_a_few_at_a_time(desk: Desk) -> None:
    def done(subject: str) -> Job:
        desk.put(subject)
        lease = desk.take()
        desk.finish(lease)
        return lease.job

    old = [done(subject) for subject in "abc"]
    desk.wrong = timedelta(days=10)
    recent = done("d")
    open_job = desk.put("e")

    assert desk.queue.prune(timedelta(days=9), kind="another") == 0
    assert desk.queue.prune(timedelta(days=9), most=2) == 2
    assert desk.queue.prune(timedelta(days=9), most=2) == 1
    assert [job.id for job in desk.queue.page().items] == [open_job.id, recent.id]
    assert desk.queue.attempts(old[0].id) == []


def test_what_no_database_can_hold_is_replaced(desk: Desk) -> None:
    job = desk.put("a\x00b")

    assert desk.put("a\x00b").id == job.id
    bad = replace(BAD, reason="\ud800\x00")
    trouble = desk.claims.fail(desk.take(), bad, retryable=False).trouble
    assert trouble is not None
    assert "\x00" not in trouble.reason


def test_a_cluster_needs_postgresql(table_desk: Desk) -> None:
    with pytest.raises(ConfigError, match="a cluster needs PostgreSQL"):
        open_queue(table_desk.database, Mode.CLUSTER)


def test_who_meets_a_job_that_just_ended_puts_its_own(
    table_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    met = [True]

    def meets(connection: Connection, table: Table, values: Mapping[str, Any]) -> Row[Any] | None:
        return None if met and met.pop() else insert_if_new(connection, table, values)

    monkeypatch.setattr(ledger_module, "insert_if_new", meets)

    assert table_desk.put().state is State.WAITING
