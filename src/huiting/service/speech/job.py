"""The handler of jobs of kind `speech`: how likely somebody speaks in a recording is kept.

The order's payload has `recording`, `name` and `digest`, its subject is `recording:digest`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from huiting.core.speech import Speech
from huiting.jobs.job import Order
from huiting.jobs.running import Running
from huiting.service.analysis import Audio, listener, recording_of
from huiting.service.tasks import SPEECH, Host, Request
from huiting.store.speech import Speeches, keep

KIND = "speech"
URGENT = 100
"""Priority: somebody waits for it."""


def subject_of(recording: str, digest: str) -> str:
    """Return what a job is about."""
    return f"{recording}:{digest}"


def order_of(recording: str, name: str, digest: str, owner: str) -> Order:
    """Return the order for a recording that is in the vault."""
    return Order(
        kind=KIND,
        subject=subject_of(recording, digest),
        payload={"recording": recording, "name": name, "digest": digest},
        priority=URGENT,
        owner=owner,
    )


@dataclass(frozen=True, slots=True)
class Measuring:
    """A handler. May run in several threads."""

    host: Host
    kept: Speeches
    audio: Audio
    now: Callable[[], datetime]

    def __call__(self, running: Running) -> None:
        """Do the job.

        Raises:
            HuitingError: the audio cannot be heard, or the work is to stop; nothing was kept.
        """
        recording = recording_of(running.job)
        digest = str(running.job.order.payload["digest"])
        measured = self.kept.find(recording, digest) or self._measured(running, recording)

        def write() -> None:
            with self.kept.database.writing() as connection:
                self._end(connection, running, measured, digest)

        running.persist(write)

    def _end(
        self, connection: Connection, running: Running, measured: Speech, digest: str
    ) -> None:  # fmt: skip
        keep(connection, recording_of(running.job), digest, measured, self.now())
        running.finish(connection)

    def _measured(self, running: Running, recording: str) -> Speech:
        name = str(running.job.order.payload["name"])
        with self.audio(recording) as path:
            request = Request(path=str(path), name=name)
            return Speech.unpacked(self.host.run(request.task(SPEECH), listener(running)))
