"""The handler of jobs of kind `analyze`: a recording is heard, understood, judged and kept.

The analysis, its verdicts and the end of the job are one transaction: whatever is killed
when, a call is there wholly and once, or the job is run again.
"""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection

from huiting.core.analysis import Analysis
from huiting.core.codec import from_json
from huiting.core.dialogue import Dialogue
from huiting.core.errors import HuitingError, InputError, StoreError, Unknown
from huiting.core.judgement import Judgement
from huiting.core.watch import Progress
from huiting.jobs import errors as interruptions
from huiting.jobs.job import Job
from huiting.jobs.running import Running
from huiting.service.tasks import ANALYZE, Host, Request
from huiting.store import Store, received
from huiting.store.received import Described

log = logging.getLogger(__name__)

KIND = "analyze"
INTERRUPTED = (
    interruptions.Cancelled,
    interruptions.LeaseLost,
    interruptions.Stopping,
)
"""Ends of the work that say nothing of the recording."""


class Judges(Protocol):
    """A team's rules and scorecards."""

    @property
    def digest(self) -> str:
        """The same as long as every verdict and score stays the same."""
        ...

    def judge(self, dialogue: Dialogue, /) -> Judgement:
        """Return what they say of a call."""
        ...


Audio = Callable[[str], AbstractContextManager[Path]]
"""Gives the bytes of a recording, by its id, as a file while inside; raises Unknown."""


def silent(_connection: Connection, _analysis: Analysis, _judgement: Judgement | None) -> None:
    """Tell nobody."""


def uncounted(_analysis: Analysis) -> None:
    """Count nothing."""


@dataclass(frozen=True, slots=True)
class Analyzing:
    """A handler. May run in several threads."""

    host: Host
    store: Store
    audio: Audio
    flat: Callable[[Analysis], Dialogue]
    """Makes of an analysis what rules read."""
    judges: Callable[[], Judges | None]
    """The team's current rules; None when there are none."""
    now: Callable[[], datetime]
    tell: Callable[[Connection, Analysis, Judgement | None], None] = silent
    """Puts what somebody must hear of a call, in the same transaction."""
    kept: Callable[[Analysis], None] = uncounted
    """Hears once of each call that was kept, however often that had to be tried."""

    def __call__(self, running: Running) -> None:
        """Do the job.

        Raises:
            HuitingError: the recording cannot be heard, or the work is to stop; nothing was
                kept but, of a recording that cannot be heard, why.
        """
        recording = recording_of(running.job)
        known = self._described(recording)
        try:
            analysis = self._heard(running, known)
        except INTERRUPTED:
            raise
        except HuitingError as error:
            if not error.waits:
                self._state(known, error)
            raise
        dialogue = self.flat(analysis)
        running.advance("rules", 0.0)
        judgement = self._judged(dialogue, recording)

        def also(connection: Connection) -> None:
            if judgement is not None:
                self.store.judge_within(connection, judgement, at=self.now())
            self.tell(connection, analysis, judgement)
            running.finish(connection)

        running.persist(
            lambda: self.store.save(analysis, at=self.now(), dialogue=dialogue, also=also)
        )
        self.kept(analysis)

    def _described(self, recording: str) -> Described:
        with self.store.database.reading() as connection:
            known = received.described(connection, recording)
        if known is None:
            raise Unknown("recording", f"no recording {recording[:16]}", "hand it in again")
        return known

    def _heard(self, running: Running, known: Described) -> Analysis:
        with self.audio(known.id) as path:
            request = Request(
                path=str(path),
                name=known.name,
                roles=known.roles,
                started_at=known.started_at,
                metadata=known.metadata,
                options=options_of(running.job),
            )
            result = self.host.run(request.task(ANALYZE), listener(running))
        analysis = from_json(result, known.name)
        if analysis.call.recording.id != known.id:
            raise InputError(known.name, "its bytes were changed", "hand it in again")
        return analysis

    def _judged(self, dialogue: Dialogue, recording: str) -> Judgement | None:
        """Return the verdicts; none when the rules cannot be used, which must not cost the call."""
        try:
            judges = self.judges()
            return None if judges is None else judges.judge(dialogue)
        except HuitingError as error:
            log.warning("call not judged", extra={"recording": recording, "code": error.code})
            return None

    def _state(self, known: Described, error: HuitingError) -> None:
        """Keep why a recording could not be heard, beside the failures of other files."""
        try:
            self._described(known.id)  # of one that was removed meanwhile nothing is kept
            label = f"{known.name} ({known.id[:8]})"  # many recordings may share a name
            self.store.fail(label, error, at=self.now(), recording=known.id)
        except (StoreError, Unknown):
            log.warning("failure not kept", extra={"recording": known.id, "code": error.code})


def recording_of(job: Job) -> str:
    """Return the id of the recording that a job is about."""
    return str(job.order.payload["recording"])


def options_of(job: Job) -> str:
    """Return what is to be otherwise than in the settings, as JSON."""
    return str(job.order.payload.get("options") or "{}")


def listener(running: Running) -> Callable[[Progress], None]:
    """Return what tells a job how far its task is, and the task when the job is to stop."""
    return lambda progress: running.advance(progress.stage, progress.done)
