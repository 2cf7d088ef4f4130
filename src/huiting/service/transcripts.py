"""Transcriptions: audio in, text out, no call is made of it. The handler of kind `transcribe`.

The order's payload has `recording`, `digest` and `options`, its subject is
`recording:digest`. What was heard is kept, so that the same question is answered at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection

from huiting.core.analysis import Analysis
from huiting.core.codec import from_json
from huiting.jobs.job import Order
from huiting.jobs.running import Running
from huiting.service.analysis import Audio, listener, options_of, recording_of
from huiting.service.tasks import TRANSCRIBE, Host, Request
from huiting.store.transcriptions import Transcriptions, keep

KIND = "transcribe"
URGENT = 100
"""Priority: somebody waits for the answer."""


def digest_of(settings: str, options: str) -> str:
    """Return what tells one way of transcribing from another.

    Args:
        settings: digest of the settings.
        options: canonical JSON of what is to be otherwise.
    """
    return sha256(f"{settings}\n{options}".encode()).hexdigest()[:16]


def order_of(
    recording: str, name: str, digest: str, options: str, *, owner: str | None = None
) -> Order:
    """Return the order for the transcription of a recording that is in the vault."""
    return Order(
        kind=KIND,
        subject=f"{recording}:{digest}",
        payload={"recording": recording, "name": name, "digest": digest, "options": options},
        priority=URGENT,
        owner=owner,
    )


@dataclass(frozen=True, slots=True)
class Transcribing:
    """A handler. May run in several threads."""

    host: Host
    kept: Transcriptions
    audio: Audio
    now: Callable[[], datetime]

    def __call__(self, running: Running) -> None:
        """Do the job.

        Raises:
            HuitingError: the audio cannot be heard, or the work is to stop; nothing was kept.
        """
        payload = running.job.order.payload
        recording, digest = recording_of(running.job), str(payload["digest"])
        heard = self.kept.find(recording, digest) or self._heard(running, recording)

        def write() -> None:
            with self.kept.database.writing() as connection:
                self._end(connection, running, heard, digest)

        running.persist(write)

    def _end(
        self, connection: Connection, running: Running, heard: Analysis, digest: str
    ) -> None:  # fmt: skip
        keep(connection, recording_of(running.job), digest, heard, self.now())
        running.finish(connection)

    def _heard(self, running: Running, recording: str) -> Analysis:
        name = str(running.job.order.payload.get("name") or recording[:16])
        with self.audio(recording) as path:
            request = Request(path=str(path), name=name, options=options_of(running.job))
            return from_json(self.host.run(request.task(TRANSCRIBE), listener(running)), name)
