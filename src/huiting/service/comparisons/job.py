"""The handler of jobs of kind `compare`: each engine hears each call, one after another.

The order's payload has `comparison`, its subject is the same. All is kept at the end, in one
transaction with the end of the job; what is interrupted begins anew.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from huiting.core.analysis import Analysis
from huiting.core.codec import from_json
from huiting.core.rewrite import written_words
from huiting.core.watch import Progress
from huiting.jobs import errors as interruptions
from huiting.jobs.job import Order
from huiting.jobs.running import Running
from huiting.service.analysis import INTERRUPTED, Audio
from huiting.service.comparing import Comparing, Hearing, Line, Sample
from huiting.service.comparisons.outcome import packed
from huiting.service.tasks import COMPARE, Host, Measured, Request
from huiting.store.comparisons import Asked, Comparisons, Found, keep
from huiting.store.remarks import Remarks, counting

KIND = "compare"
EXAMPLES = 50
"""Lines that differ most which are kept."""
_RECOGNIZING = "asr"
"""Stage of a hearing that takes its time."""
_ENDS = (*INTERRUPTED, interruptions.TookTooLong)


def order_of(comparison: str, owner: str) -> Order:
    """Return the order for a comparison that is kept."""
    return Order(
        kind=KIND, subject=comparison, payload={"comparison": comparison}, owner=owner
    )  # fmt: skip


@dataclass(slots=True)
class _Course:
    """How far it is."""

    running: Running
    steps: int
    """Engines times calls."""
    done: int = 0

    def told(self, engine: str, share: float) -> None:
        """Say how much of a step is over; the stage is the engine."""
        self.running.advance(engine, (self.done + share) / self.steps)


@dataclass(frozen=True, slots=True)
class SideBySide:
    """A handler. May run in several threads."""

    host: Host
    kept: Comparisons
    audio: Audio
    now: Callable[[], datetime]

    def __call__(self, running: Running) -> None:
        """Do the job.

        Raises:
            Unknown: the comparison was removed.
            HuitingError: the work is to stop; nothing was kept.
        """
        asked = self.kept.find(str(running.job.order.payload["comparison"]))
        found = self._heard(asked, running)

        def write() -> None:
            with self.kept.database.writing() as connection:
                self._end(connection, running, asked, found)

        running.persist(write)

    def _end(
        self, connection: Connection, running: Running, asked: Asked, found: Found
    ) -> None:  # fmt: skip
        keep(connection, asked.id, found, self.now())
        running.finish(connection)

    def _heard(self, asked: Asked, running: Running) -> Found:
        samples = [Sample(call, self._said(call)) for call in asked.calls]
        comparing = Comparing(samples, ends=lambda error: isinstance(error, _ENDS))
        course = _Course(running, max(1, len(asked.engines) * len(samples)))
        for engine in asked.engines:
            ear = _Ear(self.host, self.audio, engine, course)
            row = comparing.hear(engine, ear, partial(_begin, course, engine))
            row.bytes, row.cards = ear.memory, ear.cards
        running.check()
        return packed(comparing.result(EXAMPLES), len(samples))

    def _said(self, call: str) -> tuple[Line, ...]:
        """Return what people say was really said, of the lines that they corrected."""
        corrected = counting(Remarks(self.kept.database).corrections(call))
        return tuple(
            Line(one.text or "", one.heard.span, one.heard.channel, one.heard.language)
            for one in corrected.values()
        )


def _begin(course: _Course, engine: str, _call: str) -> None:
    course.told(engine, 0.0)


def as_written(analysis: Analysis) -> Analysis:
    """Return what was heard as it is written: people correct what they read.

    They write 120 where somebody said a hundred and twenty; an engine that leaves figures in
    words has them rewritten here as everywhere, and is not blamed for it.
    """
    segments = tuple(
        replace(one, spoken=one.text, edits=(), words=written_words(one))
        for one in analysis.call.segments
    )
    return replace(analysis, call=replace(analysis.call, segments=segments))


@dataclass(slots=True)
class _Ear:
    """Hears calls with an engine."""

    host: Host
    audio: Audio
    engine: str
    course: _Course
    memory: int | None = field(default=None, init=False)
    """Bytes that it takes, as was told last."""
    cards: int | None = field(default=None, init=False)
    """Likewise, of CUDA devices."""

    def __call__(self, sample: Sample) -> Hearing:
        """Hear a call."""
        try:
            with self.audio(sample.name) as path:
                # One speaker a channel: who speaks does not change what is said.
                options = json.dumps({"engine": self.engine, "speakers": 1})
                request = Request(path=str(path), name=sample.name[:16], options=options)
                result = self.host.run(request.task(COMPARE), self._listen)
        finally:
            self.course.done += 1
        measured = Measured.unpacked(result)
        if measured.memory is not None:
            self.memory = measured.memory
        if measured.cards is not None:
            self.cards = measured.cards
        analysis = from_json(measured.analysis, sample.name[:16])
        return Hearing(as_written(analysis), measured.seconds)

    def _listen(self, progress: Progress) -> None:
        share = progress.done if progress.stage == _RECOGNIZING else 0.0
        self.course.told(self.engine, share)
