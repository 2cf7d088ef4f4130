"""Audio in, text out while somebody waits; no call is made of it.

The audio is kept under its hash and heard as a job before all others, so an answer survives
whatever ends meanwhile: who asks again with the same bytes and wishes gets what was heard.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from huiting.access.principal import Principal
from huiting.core.analysis import Analysis
from huiting.core.errors import EngineError, HuitingError, InputError, UndecodableAudio
from huiting.jobs.job import Job, State, Trouble
from huiting.jobs.queue import Queue
from huiting.service.names import cleaned
from huiting.service.recordings import Bounded, Vault, check_engine
from huiting.service.transcripts import digest_of, order_of
from huiting.store import Store
from huiting.store.transcriptions import Transcriptions


@dataclass(frozen=True, slots=True)
class Wishes:
    """How audio is to be heard, beyond the settings."""

    language: str | None = None
    """ISO 639; None to hear it."""
    hotwords: tuple[str, ...] = ()
    """Each as a line of a hotword list."""
    itn: bool = True
    """Write numbers as digits."""
    profile: str | None = None
    """`fast` or `accurate`; None for that of the settings."""
    engine: str | None = None
    """Name of a recognizer of the settings; None for the usual one."""

    def text(self) -> str:
        """Return them as canonical JSON."""
        wanted = {
            "language": self.language,
            "hotwords": list(self.hotwords),
            "itn": self.itn,
            "profile": self.profile,
        }
        if self.engine is not None:
            wanted["engine"] = self.engine
        return json.dumps(wanted, ensure_ascii=False, sort_keys=True)


@dataclass(frozen=True, slots=True)
class Question:
    """Audio that somebody wants heard."""

    recording: str
    """SHA-256 of the bytes."""
    digest: str
    job: int | None
    """None when it was heard before."""


@dataclass(frozen=True, slots=True)
class Transcriber:
    """Answers questions. May be used from several threads."""

    store: Store
    queue: Queue
    vault: Vault
    kept: Transcriptions
    settings: Callable[[], str]
    """Gives the digest of the settings that audio is heard with."""
    now: Callable[[], datetime]
    largest: int = 1 << 30
    """Bytes of a file."""
    engines: tuple[str, ...] = ()
    """Names of the recognizers that may be asked for, the usual one first."""

    def ask(self, stream: BinaryIO, name: str, wishes: Wishes, principal: Principal) -> Question:
        """Keep audio and have it heard, unless that was done before.

        Raises:
            UndecodableAudio: there is nothing in it.
            TooLarge: it has more bytes than are taken.
            InputError: no recognizer is called so.
        """
        check_engine(wishes.engine, self.engines)
        name = cleaned(name)
        kept = self.vault.take(Bounded(stream, self.largest, name))  # type: ignore[arg-type]
        if not kept.size:
            raise UndecodableAudio(name, "the file is empty", "send a recording")
        digest = digest_of(self.settings(), wishes.text())
        if self.kept.find(kept.id, digest) is not None:
            return Question(kept.id, digest, None)
        order = order_of(kept.id, name, digest, wishes.text(), owner=principal.id)
        with self.store.database.writing() as connection:
            job, _ = self.queue.put(connection, order)
        return Question(kept.id, digest, job.id)

    def look(self, question: Question) -> Analysis | None:
        """Return what was heard; None while nobody knows.

        Raises:
            HuitingError: it could not be heard.
        """
        heard = self.kept.find(question.recording, question.digest)
        if heard is not None or question.job is None:
            return heard
        job = self.queue.get(question.job)
        if job.state in {State.FAILED, State.CANCELLED}:
            raise _error(job)
        return None


def _error(job: Job) -> HuitingError:
    """Return why a job failed as the kind of error that it was: whose fault it is counts."""
    trouble = job.trouble or Trouble("engine", "it was cancelled", "send it again")
    kinds = {kind.code: kind for kind in (UndecodableAudio, InputError)}
    return kinds.get(trouble.code, EngineError)("audio", trouble.reason, trouble.remedy)
