"""Notices become jobs, arrive once each, and wait for receivers that are away."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from empty_stores import empty_store
from huiting.core.errors import HuitingError
from huiting.jobs.job import State
from huiting.jobs.mode import Mode, open_queue
from huiting.jobs.queue import Wanted
from huiting.jobs.worker import Terms, Worker
from huiting.notify.notice import DeliveryError, Notice, Topic, Undeliverable
from huiting.service.outreach import KIND, Outreach, Subscriber, read, written
from huiting.store import Store

NOTICE = Notice(
    "fatal-3fa9", Topic.FATAL, datetime(2025, 3, 12, tzinfo=UTC), "致命项", ("坐席 021",),
    "https://qa.example/calls/3fa9", urgent=True, facts={"call": "3fa9", "team": None},
)  # fmt: skip


@dataclass
class Box:
    """Takes notices, or does not."""

    got: list[Notice] = field(default_factory=list)
    error: HuitingError | None = None

    def send(self, notice: Notice, /) -> None:
        if self.error is not None:
            raise self.error
        self.got.append(notice)


@dataclass
class Desk:
    outreach: Outreach
    store: Store
    team: Box
    other: Box
    attempts: list[tuple[str, bool]]

    def tell(self, notice: Notice) -> int:
        with self.store.database.writing() as connection:
            return self.outreach.tell(
                connection, lambda language: replace(notice, title=f"{notice.title} {language}")
            )

    def work(self) -> None:
        """Run what waits, until nothing can be run."""
        worker = Worker(self.outreach.queue, {KIND: self.deliver}, Terms(slots=1))
        self.worker = worker
        worker.run()

    def deliver(self, running: object) -> None:
        try:
            self.outreach.deliver(running)  # type: ignore[arg-type]
        finally:
            if self.outreach.queue.counts(Wanted((State.WAITING,))).total == 0:
                self.worker.stop()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Store.open(empty_store(tmp_path / "calls.db")) as store:
        attempts: list[tuple[str, bool]] = []
        team, other = Box(), Box()
        outreach = Outreach(
            open_queue(store.database, Mode.EMBEDDED),
            {
                "team": Subscriber(team, frozenset({Topic.FATAL, Topic.TICKET}), "zh"),
                "other": Subscriber(other, frozenset({Topic.FATAL}), "en"),
            },
            lambda channel, /, *, arrived: attempts.append((channel, arrived)),
        )
        yield Desk(outreach, store, team, other, attempts)


def test_each_channel_that_wants_it_gets_it_in_its_language(desk: Desk) -> None:
    assert desk.tell(NOTICE) == 2
    desk.work()

    assert [notice.title for notice in desk.team.got] == ["致命项 zh"]
    assert [notice.title for notice in desk.other.got] == ["致命项 en"]
    assert sorted(desk.attempts) == [("other", True), ("team", True)]


def test_a_channel_is_spared_what_it_does_not_want(desk: Desk) -> None:
    assert desk.tell(replace(NOTICE, topic=Topic.TICKET)) == 1
    assert desk.tell(replace(NOTICE, topic=Topic.ANALYZED)) == 0
    assert desk.outreach.wants(Topic.TICKET)
    assert not desk.outreach.wants(Topic.DIGEST)


def test_what_was_told_is_not_told_again(desk: Desk) -> None:
    desk.tell(NOTICE)
    desk.work()

    assert desk.tell(NOTICE) == 0


def test_nothing_is_told_when_what_it_tells_of_is_not_kept(desk: Desk) -> None:
    with pytest.raises(ZeroDivisionError):
        _tell_and_fail(desk)
    assert desk.outreach.queue.counts().total == 0


def _tell_and_fail(desk: Desk) -> None:
    with desk.store.database.writing() as connection:
        desk.outreach.tell(connection, lambda _: NOTICE)
        raise ZeroDivisionError


def test_a_receiver_that_is_away_is_tried_again(desk: Desk) -> None:
    desk.team.error = DeliveryError("team", "no answer", "wait")
    desk.other.error = DeliveryError("other", "no answer", "wait")
    desk.tell(NOTICE)
    queue = desk.outreach.queue
    worker = Worker(queue, {KIND: lambda running: _once(desk, running)}, Terms(slots=1))
    desk.worker = worker
    worker.run()

    jobs = queue.page(Wanted(kind=KIND)).items
    assert {job.state for job in jobs} == {State.WAITING}
    assert all(job.trouble and job.trouble.code == "delivery" for job in jobs)


def _once(desk: Desk, running: object) -> None:
    try:
        desk.outreach.deliver(running)  # type: ignore[arg-type]
    finally:
        if len(desk.attempts) == 2:
            desk.worker.stop()


def test_what_is_refused_is_a_dead_letter_until_somebody_retries_it(desk: Desk) -> None:
    desk.team.error = Undeliverable("team", "HTTP 401", "check the secret")
    desk.tell(NOTICE)
    desk.work()

    [letter] = desk.outreach.dead_letters().items
    assert letter.trouble is not None
    assert letter.trouble.code == "undeliverable"
    desk.team.error = None
    desk.outreach.queue.retry(letter.id)
    desk.work()
    assert len(desk.team.got) == 1
    assert desk.outreach.dead_letters().items == ()


def test_a_channel_that_was_taken_away_is_a_dead_letter(desk: Desk) -> None:
    desk.tell(NOTICE)
    desk.outreach = replace(desk.outreach, subscribers={})
    desk.work()

    assert {j.trouble.code for j in desk.outreach.dead_letters().items if j.trouble} == {"unknown"}


def test_a_notice_survives_its_time_as_a_job() -> None:
    assert read(written(NOTICE)) == NOTICE
