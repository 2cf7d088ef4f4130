"""What a worker counts: jobs by how they end, stages by how long they take, queues and disks."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from huiting.app.observing import Watched, counted, loads_of, rooms_of
from huiting.core.errors import EngineError, InputError, StoreError
from huiting.core.watch import Progress
from huiting.jobs.errors import Cancelled, LeaseLost, Stopping, TookTooLong
from huiting.jobs.host.ticket import Task
from huiting.jobs.job import Order
from huiting.jobs.mode import open_queue
from huiting.jobs.queue import Queue
from huiting.jobs.running import Running
from huiting.jobs.work.claims import Claims
from huiting.observe.metrics import Metrics
from huiting.observe.traces import Traces
from huiting.store import Store

TASK = Task("analyze", b"", "ab")


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[Queue]:
    with Store.open(str(tmp_path / "calls.db")) as store:
        yield open_queue(store.database)


def begun(queue: Queue) -> Running:
    with queue.ledger.database.writing() as connection:
        queue.put(connection, Order("analyze", "ab"))
    claims = Claims(queue.ledger)
    [lease] = claims.claim("me", ["analyze"], 1)
    return Running(lease, claims)


@dataclass
class FakeHost:
    """A host that goes through stages, as a clock does."""

    stages: list[str]
    error: Exception | None = None
    at: float = 0.0
    heard: list[str] = field(default_factory=list)

    def clock(self) -> float:
        return self.at

    def run(self, task: Task, listen: Callable[[Progress], None], /) -> bytes:
        for stage in self.stages:
            listen(Progress(stage, 0.0))
            self.at += 2.0
            listen(Progress(stage, 1.0))
        if self.error is not None:
            raise self.error
        return task.subject.encode()


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (InputError("a", "b", "c"), "failed"),
        (EngineError("a", "b", "c"), "retried"),
        (TookTooLong("a", "b", "c"), "retried"),
        (Cancelled("a", "b", "c"), "interrupted"),
        (Stopping("a", "b", "c"), "interrupted"),
        (LeaseLost("a", "b", "c"), "interrupted"),
        (ZeroDivisionError(), "failed"),
    ],
    ids=["of-no-use", "again", "too-long", "cancelled", "stopping", "lost", "fault"],
)
def test_an_attempt_is_counted_by_how_it_ends(queue: Queue, error: Exception, outcome: str) -> None:
    metrics = Metrics("1")

    def handle(_: Running) -> None:
        raise error

    with pytest.raises(type(error)):
        counted("analyze", handle, metrics)(begun(queue))

    line = f'huiting_jobs_ended_total{{kind="analyze",outcome="{outcome}"}} 1.0'
    assert line in metrics.text().decode()


def test_an_attempt_that_is_done_is_counted(queue: Queue) -> None:
    metrics, seen = Metrics("1"), list[Running]()
    counted("analyze", seen.append, metrics)(begun(queue))

    assert len(seen) == 1
    assert 'outcome="done"} 1.0' in metrics.text().decode()


def test_stages_are_timed_from_one_to_the_next() -> None:
    metrics, host = Metrics("1"), FakeHost(["asr", "roles"])
    told: list[Progress] = []
    answer = Watched(host, metrics, clock=host.clock).run(TASK, told.append)
    text = metrics.text().decode()

    assert answer == b"ab"
    assert [one.stage for one in told] == ["asr", "asr", "roles", "roles"]
    assert 'huiting_stage_seconds_sum{stage="asr"} 2.0' in text
    assert 'huiting_stage_seconds_sum{stage="roles"} 2.0' in text


def test_a_host_that_says_nothing_has_no_stages() -> None:
    metrics, host = Metrics("1"), FakeHost([])
    Watched(host, metrics, clock=host.clock).run(TASK, lambda _: None)

    assert "huiting_stage_seconds_sum" not in metrics.text().decode()


def test_stages_are_spans_of_the_task_that_goes_through_them() -> None:
    exporter, host = InMemorySpanExporter(), FakeHost(["asr", "", "roles"])
    traces, told = Traces(exporter, "1"), list[Progress]()
    Watched(host, Metrics("1"), traces, host.clock).run(TASK, told.append)
    host.error = EngineError("a", "b", "c")
    with pytest.raises(EngineError):
        Watched(host, Metrics("1"), traces, host.clock).run(TASK, told.append)
    traces.close()
    names = [span.name for span in exporter.get_finished_spans()]

    assert names.count("asr") == names.count("roles") == 2
    assert "" not in names
    assert len(told) == 12


def test_the_queue_is_looked_at_and_away_it_is_empty(
    queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(queue)
    [load] = loads_of(queue)()

    def away(_: Queue) -> None:
        raise StoreError("calls.db", "it is away", "wait")

    monkeypatch.setattr(Queue, "loads", away)

    assert (load.kind, load.waiting, load.running) == ("analyze", 0, 1)
    assert loads_of(queue)() == []


def test_only_disks_that_are_there_are_looked_at(tmp_path: Path) -> None:
    [room] = rooms_of(recordings=tmp_path, models=tmp_path / "none")()

    assert room.total >= room.free > 0
