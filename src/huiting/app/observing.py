"""What a worker does, counted and traced: jobs that end, stages that calls go through."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from shutil import disk_usage

from huiting.core.errors import HuitingError
from huiting.core.watch import Progress
from huiting.jobs.errors import Cancelled, LeaseLost, Stopping
from huiting.jobs.host.ticket import Task
from huiting.jobs.queue import Queue
from huiting.jobs.running import Handler, Running
from huiting.observe.metrics import Load, Metrics, Room
from huiting.observe.traces import Traces
from huiting.service.tasks import Host


def counted(kind: str, handler: Handler, metrics: Metrics) -> Handler:
    """Return a handler whose attempts are counted by how they ended."""

    def handle(running: Running) -> None:
        try:
            handler(running)
        except HuitingError as error:
            metrics.ended(kind, _outcome(error))
            raise
        except BaseException:
            metrics.ended(kind, "failed")
            raise
        metrics.ended(kind, "done")

    return handle


def _outcome(error: HuitingError) -> str:
    """Return how an attempt ended; one that was called off, or goes on elsewhere, did not fail."""
    if isinstance(error, (Cancelled, Stopping, LeaseLost)):
        return "interrupted"
    return "retried" if error.retryable else "failed"


@dataclass(frozen=True, slots=True)
class Watched:
    """A `Host` whose tasks are timed stage by stage."""

    host: Host
    metrics: Metrics
    traces: Traces | None = None
    clock: Callable[[], float] = time.monotonic

    def run(self, task: Task, listen: Callable[[Progress], None], /) -> bytes:
        """Run a task; errors are those of the host."""
        stage, began = "", self.clock()

        def heard(progress: Progress) -> None:
            nonlocal stage, began
            if progress.stage != stage:
                now = self.clock()
                if stage:
                    self.metrics.staged(stage, now - began)
                stage, began = progress.stage, now
            listen(progress)

        if self.traces is None:
            result = self.host.run(task, heard)
        else:
            result = self._traced(task, heard, self.traces)
        if stage:
            self.metrics.staged(stage, self.clock() - began)
        return result

    def _traced(
        self, task: Task, listen: Callable[[Progress], None], traces: Traces
    ) -> bytes:  # fmt: skip
        with traces.job(task.name, {}) as stages:

            def reached(progress: Progress) -> None:
                if progress.stage:
                    stages.reached(progress.stage)
                listen(progress)

            return self.host.run(task, reached)


def loads_of(queue: Queue) -> Callable[[], list[Load]]:
    """Return what looks at the queue for metrics; nothing while the database is away."""

    def look() -> list[Load]:
        try:
            found = queue.loads()
        except HuitingError:
            return []
        return [Load(one.kind, one.waiting, one.running, one.oldest) for one in found]

    return look


def rooms_of(**places: Path) -> Callable[[], list[Room]]:
    """Return what looks at the disks of folders that are there."""

    def look() -> list[Room]:
        usage = {name: disk_usage(place) for name, place in places.items() if place.is_dir()}
        return [Room(name, found.free, found.total) for name, found in usage.items()]

    return look
