"""Ask where somebody speaks in a recording: one that is a call, or one handed in for that alone.

A file handed in becomes no call. Its bytes go after a day, as those of all recordings of which
nothing else is known; what was measured of it stays as long as plain transcriptions do.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.core.errors import Forbidden, InputError, UndecodableAudio, Unknown
from huiting.core.speech import Speech, SpeechOptions
from huiting.core.types import Span
from huiting.jobs.job import Job
from huiting.jobs.queue import Queue
from huiting.service.names import cleaned
from huiting.service.recordings import Accepted, Bounded, Vault, unlooked
from huiting.service.speech.job import KIND, order_of, subject_of
from huiting.store import Store
from huiting.store.speech import Speeches, hand_in

Deciding = Callable[[Sequence[float], float, SpeechOptions], Sequence[Span]]
"""Gives the regions of a track, by its probabilities and its duration."""


@dataclass(frozen=True, slots=True)
class Detector:
    """The voice detector that the settings ask for."""

    digest: str
    """Of all that probabilities depend on."""
    options: SpeechOptions
    """In force."""
    decide: Deciding
    others: Mapping[str, float] = field(default_factory=dict)
    """Options in the settings that need a new hearing."""


@dataclass(frozen=True, slots=True)
class Region:
    """A stretch of speech on a channel."""

    channel: int
    span: Span


@dataclass(frozen=True, slots=True)
class Looked:
    """How far it is with a recording."""

    recording: str
    name: str | None
    """That whoever asks gave it; None for calls, and for what others handed in."""
    speech: Speech | None
    """None while nothing was measured."""
    job: Job | None
    """That measures it, or could not; None when it was measured before."""


@dataclass(frozen=True, slots=True)
class Listening:
    """Answers. May be used from several threads."""

    store: Store
    queue: Queue
    vault: Vault
    detector: Detector
    now: Callable[[], datetime]
    largest: int = 4 << 30
    """Bytes of a file."""
    probe: Callable[[Path, str], None] = unlooked
    """Refuses a file that is no audio; told its name too."""

    @property
    def kept(self) -> Speeches:
        """What was measured."""
        return Speeches(self.store.database)

    def take(self, stream: BinaryIO, name: str, principal: Principal) -> Looked:
        """Keep a file and have it measured, unless that was done before.

        Raises:
            UndecodableAudio: there is no audio in it.
            TooLarge: it has more bytes than are taken.
        """
        name = cleaned(name)
        kept = self.vault.take(Bounded(stream, self.largest, name))  # type: ignore[arg-type]
        if not kept.size:
            raise UndecodableAudio(name, "the file is empty", "send a recording")
        with self.vault.plain(kept.id) as path:
            self.probe(path, name)
        with self.store.database.writing() as connection:
            hand_in(connection, kept.id, principal.id, name, self.now())
        return self._asked(kept.id, name, principal)

    def arrived(self, stream: BinaryIO, name: str, principal: Principal) -> Accepted:
        """Take a file that came in pieces; see `take`. There is a job even if nothing is to do.

        Raises:
            Forbidden: who sends it may not.
        """
        if not principal.may(Permission.TRANSCRIBE):
            raise Forbidden(
                principal.name, f"may not do this ({Permission.TRANSCRIBE})", "ask an administrator"
            )
        looked = self.take(stream, name, principal)
        job = looked.job or self._put(looked.recording, cleaned(name), principal)
        return Accepted(cleaned(name), looked.recording, job.id, job.state, looked.job is None)

    def ask(self, recording: str, principal: Principal) -> Looked:
        """Have a recording measured that is here, unless that was done before.

        Raises:
            Unknown: there is none that may be known of, or its bytes are not kept.
        """
        name = self._name(recording, principal)
        return self._asked(recording, name, principal)

    def look(self, recording: str, principal: Principal) -> Looked:
        """Return how far it is.

        Raises:
            Unknown: there is none that may be known of, or nobody asked.
        """
        name = self._name(recording, principal)
        speech = self.kept.find(recording, self.detector.digest)
        job = None if speech else self.queue.find(KIND, self._subject(recording))
        if speech is None and job is None:
            raise Unknown("recording", "nothing was measured of it", "ask for it first")
        return Looked(recording, name, speech, job)

    def known(self, recording: str) -> bool:
        """Tell whether a recording was measured."""
        return self.kept.find(recording, self.detector.digest) is not None

    def knows(self, recording: str, principal: Principal) -> bool:
        """Tell whether a recording was measured that somebody may know of."""
        try:
            return self.look(recording, principal).speech is not None
        except Unknown:
            return False

    def measured(self, recording: str, principal: Principal) -> Speech:
        """Return what was measured.

        Raises:
            Unknown: there is none that may be known of, or it is not measured yet.
        """
        speech = self.look(recording, principal).speech
        if speech is None:
            raise Unknown("recording", "it is not measured yet", "ask again in a moment")
        return speech

    def regions(
        self, recording: str, options: SpeechOptions, principal: Principal
    ) -> Sequence[Region]:
        """Return where somebody speaks by these options, channel by channel.

        Raises:
            Unknown: as of `measured`.
        """
        speech = self.measured(recording, principal)
        return [
            Region(track.channel, span)
            for track in speech.tracks
            for span in self.detector.decide(track.probabilities.tolist(), track.duration, options)
        ]

    def options(self, wanted: Mapping[str, float | None]) -> SpeechOptions:
        """Return the options in force, but for those that are given.

        Raises:
            InputError: they do not go together.
        """
        base = self.detector.options
        given = {name: value for name, value in wanted.items() if value is not None}
        release = given.get("release", min(base.release, given.get("threshold", 1.0)))
        try:
            return SpeechOptions(
                threshold=given.get("threshold", base.threshold),
                release=release,
                min_silence=given.get("min_silence", base.min_silence),
                min_speech=given.get("min_speech", base.min_speech),
                pad=given.get("pad", base.pad),
            )
        except ValueError as error:
            raise InputError(
                "release", "speech would end above the probability at which it begins",
                "choose at most the threshold",
            ) from error  # fmt: skip

    def _asked(self, recording: str, name: str | None, principal: Principal) -> Looked:
        speech = self.kept.find(recording, self.detector.digest)
        if speech is not None:
            return Looked(recording, name, speech, None)
        if not self.vault.has(recording):
            raise Unknown("recording", "its audio is not kept here", "hand it in again")
        job = self._put(recording, name or recording[:16], principal)
        return Looked(recording, name, None, job)

    def _put(self, recording: str, name: str, principal: Principal) -> Job:
        order = order_of(recording, name, self.detector.digest, principal.id)
        with self.store.database.writing() as connection:
            job, _ = self.queue.put(connection, order)
        return job

    def _subject(self, recording: str) -> str:
        return subject_of(recording, self.detector.digest)

    def _name(self, recording: str, principal: Principal) -> str | None:
        """Return what somebody called a recording.

        Raises:
            Unknown: they may not know that it is here.
        """
        name = self.kept.name(recording, principal.id)
        if name is None and not self._seen(recording, principal):
            raise Unknown("recording", "no such recording", "hand it in first")
        return name

    def _seen(self, recording: str, principal: Principal) -> bool:
        """Tell whether it is a call that they see; who sees all calls sees files of others too."""
        if not principal.may(Permission.CALLS_READ):
            return False
        if self.store.visible(recording, principal.only):
            return True
        return not principal.only and self.kept.handed_in(recording)
