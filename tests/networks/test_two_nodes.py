"""Two nodes and a database, each on a network of its own: work is shared, and outlives a node."""

import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest

from faults.server import programs
from huiting.jobs.job import Order, State
from huiting.jobs.mode import Mode, open_queue
from huiting.jobs.queue import Queue, Wanted
from huiting.store import Store, received
from huiting.store.received import Described
from huiting.vault.folder import Folder
from networks.database import served
from networks.spaces import Space, missing, office, python

pytestmark = [
    pytest.mark.skipif(missing() is not None, reason=missing() or ""),
    pytest.mark.skipif(programs() is None, reason="no PostgreSQL here"),
]
NODE = Path(__file__).with_name("node.py")
LEASE = 3.0
"""Seconds without a sign of life after which a node is taken for lost."""
PATIENCE = 180.0


@dataclass(frozen=True, slots=True)
class Cluster:
    """Machines that work on the same recordings."""

    first: Space
    second: Space
    target: str
    """Of the database, as the nodes reach it."""
    store: Store
    queue: Queue
    vault: Folder

    @contextmanager
    def node(self, where: Space) -> Iterator["subprocess.Popen[str]"]:
        """Run a node."""
        words = python(str(NODE), self.target, str(self.vault.root), str(LEASE))
        with subprocess.Popen(where.command(*words), stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            try:
                yield process
            finally:
                for living in where.processes():
                    subprocess.run(["kill", "-9", str(living)], check=False, capture_output=True)

    def hand_in(self, names: Sequence[str]) -> list[str]:
        """Hand in recordings; return their ids."""
        found = []
        for name in names:
            kept = self.vault.take(BytesIO(f"RIFF {name}".encode()))
            known = Described(kept.id, kept.size, f"{name}.wav", {}, None, (), "user:1", _now())
            with self.store.database.writing() as connection:
                received.add(connection, known)
                order = Order("analyze", f"{kept.id}:", {"recording": kept.id, "options": "{}"})
                self.queue.put(connection, order)
            found.append(kept.id)
        return found

    def done_by(self) -> Counter[str]:
        """Return how many recordings each machine has finished."""
        jobs = self.queue.page(limit=500).items
        attempts = [self.queue.attempts(job.id)[-1] for job in jobs if job.state is State.DONE]
        return Counter(attempt.worker.partition("/")[0] for attempt in attempts)

    def troubles(self) -> list[object]:
        """Return what went wrong with each attempt at what failed."""
        failed = self.queue.page(Wanted(states=(State.FAILED,))).items
        return [
            f"{attempt.worker.partition('/')[0]} {attempt.begun_at:%S.%f} {attempt.ended_at:%S.%f} {attempt.outcome}"
            for job in failed
            for attempt in self.queue.attempts(job.id)
        ]

    def await_that(self, true: Callable[[], object]) -> None:
        until = time.monotonic() + PATIENCE
        while not true():
            assert time.monotonic() < until, (self.queue.counts(), self.done_by(), self.troubles())
            time.sleep(0.1)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    with (
        office(["database", "first", "second"]) as found,
        served(found["database"], f"{found.network}.1") as (target, near),
        Store.open(near) as store,
    ):
        queue = open_queue(store.database, Mode.CLUSTER)
        vault = Folder(tmp_path / "recordings")
        yield Cluster(found["first"], found["second"], target, store, queue, vault)


def test_two_nodes_share_the_work_and_one_finishes_what_the_other_was_killed_over(
    cluster: Cluster,
) -> None:
    with cluster.node(cluster.first), cluster.node(cluster.second):
        handed_in = cluster.hand_in([f"call {number}" for number in range(40)])
        cluster.await_that(lambda: min(cluster.done_by()[n] for n in ("first", "second")) >= 3)
        killed = cluster.first.processes()
        for process in killed:
            subprocess.run(["kill", "-9", str(process)], check=False, capture_output=True)
        before = cluster.done_by()
        cluster.await_that(lambda: cluster.queue.counts().done == len(handed_in))
    after = cluster.done_by()

    assert killed
    assert before["first"] <= after["first"] <= before["first"] + 2
    assert after["second"] > before["second"]
    assert cluster.queue.counts().total == len(handed_in)
    assert {call.id for call in cluster.store.calls()} == set(handed_in)
    assert all(len(cluster.store.versions(call)) == 1 for call in handed_in)


def test_a_node_whose_cable_is_pulled_loses_its_work_and_writes_nothing_late(
    cluster: Cluster,
) -> None:
    handed_in = cluster.hand_in([f"call {number}" for number in range(16)])
    with cluster.node(cluster.first), cluster.node(cluster.second):
        cluster.await_that(lambda: cluster.done_by()["first"] >= 2)
        cluster.first.ip("link", "set", "cable", "down")
        cluster.await_that(lambda: cluster.queue.counts().done == len(handed_in))
        cluster.first.ip("link", "set", "cable", "up")
        [more] = cluster.hand_in(["call 99"])
        cluster.await_that(lambda: cluster.queue.counts().done == len(handed_in) + 1)

    assert {call.id for call in cluster.store.calls()} == {*handed_in, more}
    assert all(len(cluster.store.versions(call)) == 1 for call in handed_in)


def _now() -> datetime:
    return datetime.now(UTC)
