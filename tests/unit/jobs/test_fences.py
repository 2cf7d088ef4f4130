"""Any order of steps by any workers, late ones too: no job ends twice, and none is lost."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from huiting.core.errors import Conflict
from huiting.jobs.errors import LeaseLost
from huiting.jobs.job import Lease, Order, State, Trouble
from huiting.jobs.work.lookout import Sight
from unit.jobs.conftest import WAYS, opened
from unit.jobs.desk import Desk

BAD = Trouble("engine", "failed", "")
SUBJECTS = st.sampled_from("ab")
WORKERS = st.sampled_from(["one", "two", "three"])


class Fences(RuleBasedStateMachine):
    """Workers that hold leases for as long as they like, and use them when they like."""

    desk: ClassVar[Desk]
    jobs = Bundle("jobs")
    leases = Bundle("leases")
    sights = Bundle("sights")

    def __init__(self) -> None:
        super().__init__()
        self.desk.clear()
        self.desk.wrong = timedelta()
        self.lives: dict[int, int] = {}
        """Times that each job was put or revived."""
        self.ends: dict[int, int] = {}
        """Times that each job was ended by a worker."""
        self.newest: dict[int, int] = {}
        """The greatest fence that was given out."""

    @rule(
        target=jobs,
        subject=SUBJECTS,
        priority=st.integers(-1, 1),
        held=st.sampled_from([False, False, False, True]),
    )
    def put(self, subject: str, priority: int, held: bool) -> int:  # noqa: FBT001
        group = "batch" if held else None
        order = Order("analyze", subject, priority=priority, attempts=9, group=group, held=held)
        with self.desk.database.writing() as connection:
            job, new = self.desk.queue.put(connection, order)
        assert new == (job.id not in self.lives)
        self.lives.setdefault(job.id, 1)
        return job.id

    @rule(target=leases, worker=WORKERS)
    def take(self, worker: str) -> object:
        lease = self.desk.next(worker)
        if lease is None:
            return multiple()
        assert lease.fence > self.newest.get(lease.job.id, 0), "a fence was given out twice"
        self.newest[lease.job.id] = lease.fence
        return lease

    @rule(lease=leases)
    def finish(self, lease: Lease) -> None:
        self.end(lease, lambda: self.desk.finish(lease))

    @rule(lease=leases, retryable=st.booleans())
    def fail(self, lease: Lease, retryable: bool) -> None:  # noqa: FBT001
        self.end(lease, lambda: self.desk.claims.fail(lease, BAD, retryable=retryable))

    @rule(lease=leases)
    def give_back(self, lease: Lease) -> None:
        self.end(lease, lambda: self.desk.claims.give_back(lease))

    @rule(lease=leases)
    def stop(self, lease: Lease) -> None:
        self.end(lease, lambda: self.desk.claims.cancel(lease))

    def end(self, lease: Lease, act: object) -> None:
        """Do what only the newest lease of a running job may do."""
        before = self.desk.queue.get(lease.job.id)
        mine = before.state is State.RUNNING and lease.fence == self.newest[lease.job.id]
        try:
            act()  # type: ignore[operator]
        except LeaseLost:
            assert not mine, "refused although nobody else had the job"
            return
        assert mine, "a late worker was let through"
        after = self.desk.queue.get(lease.job.id)
        if after.state.over:
            self.ends[lease.job.id] = self.ends.get(lease.job.id, 0) + 1

    @rule(job=jobs)
    def cancel(self, job: int) -> None:
        before = self.desk.queue.get(job).state
        after = self.desk.queue.cancel(job)
        if before is State.WAITING:
            assert after.state is State.CANCELLED
            self.ends[job] = self.ends.get(job, 0) + 1
        else:
            assert after.state is before

    @rule(job=jobs)
    def retry(self, job: int) -> None:
        before = self.desk.queue.get(job)
        try:
            self.desk.queue.retry(job)
        except Conflict:
            twin = self.desk.queue.find("analyze", before.order.subject)
            assert twin is not None
            assert before.state not in (State.FAILED, State.CANCELLED) or not twin.state.over
            return
        assert before.state in (State.FAILED, State.CANCELLED)
        self.lives[job] += 1

    @rule(target=sights)
    def see(self) -> object:
        return multiple(*self.desk.claims.running())

    @rule(sight=consumes(sights))
    def rescue(self, sight: Sight) -> None:
        after = self.desk.claims.rescue(sight)
        if after is not None and after.state.over:
            self.ends[sight.job] = self.ends.get(sight.job, 0) + 1

    @rule(target=leases, worker=WORKERS)
    def lose_all_and_take(self, worker: str) -> object:
        for sight in self.desk.claims.running():
            self.rescue(sight)
        return self.take(worker)

    @rule()
    def release(self) -> None:
        self.desk.queue.release("batch")

    @rule(hours=st.integers(-1000, 1000))
    def jump(self, hours: int) -> None:
        self.desk.wrong = timedelta(hours=hours)

    @invariant()
    def every_life_ends_once(self) -> None:
        for job in self.desk.queue.page(limit=1_000).items:
            assert self.ends.get(job.id, 0) == self.lives[job.id] - (not job.state.over)

    def teardown(self) -> None:
        """Let one good worker do all that is left: nothing is stuck."""
        self.desk.wrong = timedelta()
        for sight in self.desk.claims.running():
            self.rescue(sight)
        self.desk.queue.release("batch")
        self.desk.wrong = timedelta(days=400)  # all waits after failures are over
        if self.desk.queue.tickets is not None:  # whose waits are by the server's own clock
            self.desk.due_now()
        while (lease := self.desk.next("last")) is not None:
            self.desk.finish(lease)
        counts = self.desk.queue.counts()
        assert (counts.waiting, counts.running) == (0, 0)


@pytest.fixture(params=WAYS)
def own_desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    with opened(request.param, tmp_path) as desk:
        yield desk


def test_no_order_of_steps_ends_a_job_twice_or_loses_it(own_desk: Desk) -> None:
    class Here(Fences):
        desk = own_desk

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=20,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            phases=[Phase.generate],  # a database is too slow to look for the shortest example
            suppress_health_check=list(HealthCheck),
        ),
    )
