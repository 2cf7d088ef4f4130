"""Jobs and batches: followed, paused, ended, tried again."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import httpx

from huiting.client.errors import StillRunning, Unavailable
from huiting.client.paging import Page, pages
from huiting.client.shapes.jobs import Affected, Batch, BatchProgress, Item, Job, State
from huiting.client.wire import Wire, read

T = TypeVar("T")
EVERY = 2.0
"""Seconds between two looks, where nothing can be listened to."""


def ignore(_seen: object) -> None:
    """Listen to nothing."""


@dataclass(frozen=True, slots=True)
class Jobs:
    """The work of the server."""

    wire: Wire

    def list(
        self, *, state: Sequence[State] = (), kind: str | None = None, batch: str | None = None
    ) -> Iterator[Job]:
        """List jobs, the newest first."""
        asked = {"state": [str(s) for s in state], "kind": kind, "batch": batch, "limit": 500}
        return pages(self.wire, Page[Job], "/jobs", asked)

    def get(self, job: int) -> Job:
        """Read how a job goes."""
        return self.wire.get(Job, f"/jobs/{job}")

    def cancel(self, job: int) -> Job:
        """End a job: one that waits at once, one that runs at its next step."""
        return self.wire.post(Job, f"/jobs/{job}/cancel")

    def retry(self, job: int) -> Job:
        """Run a job again that failed or was cancelled."""
        return self.wire.post(Job, f"/jobs/{job}/retry")

    def wait(
        self,
        job: int,
        *,
        listen: Callable[[Job], None] = ignore,
        longest: float | None = None,
    ) -> Job:
        """Wait until a job is over; return it, however it ended.

        Args:
            job: its id.
            listen: is told whenever something changes.
            longest: seconds; None for as long as it takes.

        Raises:
            StillRunning: it is not over in that time, and goes on.
            Unreachable: the server does not answer.
        """
        return _followed(
            self.wire, Job, f"/jobs/{job}", lambda now: now.state.over, (listen, longest)
        )


@dataclass(frozen=True, slots=True)
class Batches:
    """Recordings that belong together."""

    wire: Wire

    def make(self, name: str = "") -> BatchProgress:
        """Make an empty batch, to hand recordings in with."""
        return self.wire.post(BatchProgress, "/batches", {"name": name}, once=True)

    def list(self) -> Iterator[Batch]:
        """List batches, the latest first."""
        return pages(self.wire, Page[Batch], "/batches")

    def get(self, batch: str) -> BatchProgress:
        """Read how far a batch is."""
        return self.wire.get(BatchProgress, f"/batches/{batch}")

    def recordings(self, batch: str) -> Iterator[Item]:
        """List what was handed in with a batch, in order."""
        return pages(self.wire, Page[Item], f"/batches/{batch}/recordings")

    def pause(self, batch: str, *, paused: bool = True) -> BatchProgress:
        """Let what waits of a batch wait, or go on."""
        return self._change(batch, {"paused": paused})

    def rename(self, batch: str, name: str) -> BatchProgress:
        """Give a batch another name."""
        return self._change(batch, {"name": name})

    def cancel(self, batch: str) -> int:
        """End what is not over of a batch; return how many jobs that are."""
        return self.wire.post(Affected, f"/batches/{batch}/cancel").jobs

    def retry(self, batch: str) -> int:
        """Run again what failed of a batch; return how many jobs that are."""
        return self.wire.post(Affected, f"/batches/{batch}/retry").jobs

    def wait(
        self,
        batch: str,
        *,
        listen: Callable[[BatchProgress], None] = ignore,
        longest: float | None = None,
    ) -> BatchProgress:
        """Wait until a batch is over, as `Jobs.wait` does."""
        path = f"/batches/{batch}"
        return _followed(self.wire, BatchProgress, path, lambda now: now.over, (listen, longest))

    def _change(self, batch: str, change: dict[str, object]) -> BatchProgress:
        return self.wire.patch(BatchProgress, f"/batches/{batch}", change)


def _followed(
    wire: Wire,
    form: type[T],
    path: str,
    over: Callable[[T], bool],
    heed: tuple[Callable[[T], None], float | None],
) -> T:
    """Listen to what becomes of something; ask now and then where listening fails."""
    return until(_looks(wire, form, path), over, heed, (wire.clock, path.strip("/")))


def until(
    looks: Iterable[T],
    over: Callable[[T], bool],
    heed: tuple[Callable[[T], None], float | None],
    of: tuple[Callable[[], float], str],
) -> T:
    """Look until something is over; return it, however it ended.

    Args:
        looks: how it goes, again and again without end.
        over: tells whether it is.
        heed: is told whenever something changes; and for how many seconds to wait, None for any.
        of: the clock, in seconds; and what it is, for people.

    Raises:
        StillRunning: it is not over in that time, and goes on.
    """
    (listen, longest), (clock, subject) = heed, of
    end = None if longest is None else clock() + longest
    before: T | None = None
    for now in looks:
        if now != before:
            listen(now)
            before = now
        if over(now):
            return now
        if end is not None and clock() >= end:
            break
    raise StillRunning(subject, "not over yet", "wait longer, or ask again later")


def _looks(wire: Wire, form: type[T], path: str) -> Iterator[T]:
    """Give how something goes, again and again without end."""
    listening = True
    while True:
        now = wire.get(form, path)
        yield now
        try:
            for data in _heard(wire, path) if listening else ():
                now = read(form, data, path) if data else now
                yield now
        except (httpx.TransportError, Unavailable):
            listening = False  # something on the way does not let streams through
        wire.pause(EVERY)


def _heard(wire: Wire, path: str) -> Iterator[bytes]:
    with wire.stream(f"{path}/events") as answer:
        yield from events(answer.iter_lines())


def events(lines: Iterator[str]) -> Iterator[bytes]:
    """Give the data of server-sent events; nothing for a sign of life.

    Source:
        HTML Living Standard, 9.2.6 Interpreting an event stream.
    """
    data: list[str] = []
    for line in lines:
        if line.startswith(":"):
            yield b""
        elif line.startswith("data:"):
            data.append(line[5:].removeprefix(" "))
        elif not line and data:
            yield "\n".join(data).encode()
            data.clear()
