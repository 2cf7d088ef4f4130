"""What handlers of the service's work are tested with: a store, its queue, and a host that made up its mind."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from huiting.core.analysis import Analysis
from huiting.core.codec import to_json
from huiting.core.dialogue import Dialogue
from huiting.core.errors import HuitingError, Unknown
from huiting.core.judgement import Finding, Judgement, Verdict
from huiting.core.watch import Progress
from huiting.jobs.host.ticket import Task
from huiting.jobs.job import Job, Order
from huiting.jobs.queue import Queue
from huiting.jobs.running import Running
from huiting.jobs.work.claims import Claims
from huiting.quality.dialogue import dialogue_of
from huiting.service.tasks import Request
from huiting.store import Store, received
from huiting.store.received import Described
from huiting.text.pronunciation import sounds_of

NOON = datetime(2025, 3, 12, 12, tzinfo=UTC)


@dataclass
class FakeHost:
    """A `Host` that returns what it was given, by the name of the recording."""

    heard: dict[str, Analysis] = field(default_factory=dict)
    errors: dict[str, HuitingError] = field(default_factory=dict)
    asked: list[tuple[str, Request]] = field(default_factory=list)
    meanwhile: Callable[[], None] = lambda: None

    def run(self, task: Task, listen: Callable[[Progress], None], /) -> bytes:
        request = Request.read(task.payload)
        self.asked.append((task.name, request))
        listen(Progress("asr", 0.5))
        self.meanwhile()
        listen(Progress("asr", 1.0))
        if error := self.errors.get(request.name):
            raise error
        return to_json(self.heard[request.name])


@dataclass(frozen=True)
class FakeJudges:
    """`Judges` whose one rule says the same of every call."""

    digest: str = "rules-1"
    verdict: Verdict = Verdict.PASS
    error: HuitingError | None = None
    judged: list[str] = field(default_factory=list)

    def judge(self, dialogue: Dialogue, /) -> Judgement:
        self.judged.append(dialogue.call)
        if self.error is not None:
            raise self.error
        finding = Finding("greeting", 1, self.verdict)
        return Judgement(dialogue.call, (finding,), (), self.digest)


@dataclass
class Place:
    """A store with its queue, and recordings in a folder."""

    store: Store
    queue: Queue
    folder: Path

    @contextmanager
    def audio(self, recording: str) -> Iterator[Path]:
        path = self.folder / recording
        if not path.exists():
            raise Unknown("recording", "its audio is not kept here", "hand it in again")
        yield path

    def receive(self, recording: str, name: str) -> None:
        """Take in a recording, as the service does."""
        (self.folder / recording).write_bytes(b"sound")
        known = Described(recording, 5, name, {"agent": "8001"}, NOON, (), "user:1", NOON)
        with self.store.database.writing() as connection:
            received.add(connection, known)

    def put(self, order: Order) -> Job:
        with self.store.database.writing() as connection:
            return self.queue.put(connection, order)[0]

    def begin(self, order: Order) -> Running:
        """Put a job and claim it."""
        job = self.put(order)
        claims = Claims(self.queue.ledger)
        [lease] = claims.claim("me", [job.order.kind], 1)
        return Running(lease, claims)


def flat(analysis: Analysis) -> Dialogue:
    return dialogue_of(analysis, sounds_of)
