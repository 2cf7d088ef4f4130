"""The end of a live call: what came becomes a recording like any other, and the two are linked.

All of this may be done again: a recording is made of the bytes once; only then the folder goes.
What somebody erased meanwhile, the call or its sound alone, does not come back.
"""

import io
import json
import logging
import struct
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import BinaryIO, Protocol, cast

from huiting.audio.arriving import Encoding
from huiting.live import codec
from huiting.live.updates import Cue, Final, Lost
from huiting.service.live.happening import Ended, Event, Why
from huiting.service.live.limits import Unconsented
from huiting.service.live.opening import Opening
from huiting.service.live.spool import ACCEPTED, Kept, NoRoom, Spool
from huiting.service.recordings import Asked, Given, Options, Recordings
from huiting.store import erasing
from huiting.store.audit import Action, Audit, Entry, Wanted
from huiting.store.live import LiveCall, LiveCalls

log = logging.getLogger(__name__)

_TAGS = {Encoding.PCM16: 1, Encoding.ALAW: 6, Encoding.MULAW: 7}
"""Of the formats of WAV."""
OPEN_END = 0xFFFF_FFFF
"""Length in the header of a file that is longer than it can say."""
_PIECE = 1 << 20
URGENT = 1
"""Somebody has just hung up, and wants to see the call."""


@dataclass(frozen=True, slots=True)
class Keeper:
    """Puts calls that have ended away. May be used from several threads."""

    recordings: Recordings
    calls: LiveCalls
    audit: Audit
    now: Callable[[], datetime]
    unconsented: Unconsented = Unconsented.WORDS

    def keep(self, spool: Spool, told: Sequence[Event], why: Why) -> Ended:
        """Make a recording of what came, write how the call ended, and remove its folder.

        Raises:
            HuitingError: it cannot be done now; nothing is lost.
        """
        kept, recording, job = spool.kept, self._accepted(spool), None
        erased = recording is not None and self._erased(recording, kept)
        if recording is None and spool.size >= kept.opening.frame and self._sound(kept):
            name, said = name_of(kept), given(kept)
            accepted = self.recordings.accept(_wave(spool), name, said, _asked(kept))
            recording, job = accepted.recording, accepted.job
            with suppress(NoRoom):  # its folder goes in a moment, if all goes well
                spool.note({ACCEPTED: recording})
        if erased:
            self._drop(kept)
        else:
            self._end(kept, spool, told, why, recording)
        self.audit.note(
            None,
            Entry(kept.speaker, kept.speaker_name, "live-ended", f"live:{kept.id}",
                  detail={"reason": why.value, "size": spool.size}),
        )  # fmt: skip
        spool.remove()
        recording = None if erased else recording
        log.info("live call kept", extra={"call": kept.id, "recording": recording})
        return Ended(why, spool.seconds, recording, job)

    def _accepted(self, spool: Spool) -> str | None:
        """Return the recording that was made of it already; None where there was none.

        Where what was noted is damaged it may be among that: then the bytes themselves tell.
        """
        if spool.accepted is not None or not spool.damaged:
            return spool.accepted
        digest, stream = sha256(), _wave(spool)
        while piece := stream.read(_PIECE):
            digest.update(piece)
        found = digest.hexdigest()
        known = self.recordings.knows(found) or self._purged("call", found, spool.kept)
        return found if known or self._purged("audio", found, spool.kept) else None

    def _erased(self, recording: str, kept: Kept) -> bool:
        """Tell whether a recording was removed with its call, and not its sound alone."""
        if self.recordings.knows(recording):
            return False
        with_call = self._purged("call", recording, kept)
        return with_call or not self._purged("audio", recording, kept)

    def _purged(self, what: str, recording: str, kept: Kept) -> bool:
        """Tell whether it was removed since the call began: the same bytes may have come before."""
        wanted = Wanted(action=Action.PURGED, subject=f"{what}:{recording}", since=kept.opened_at)
        return bool(self.audit.entries(wanted, limit=1))

    def _drop(self, kept: Kept) -> None:
        """Forget a call whose recording was removed with it: what is said of it is personal too.

        Raises:
            Conflict: it is on legal hold, and waits until that is released.
        """
        opening = kept.opening
        call = LiveCall(
            kept.id, kept.speaker, dict(opening.metadata), opening.consent, kept.opened_at
        )
        with self.calls.database.writing() as connection:
            self.calls.remove(connection, call)
        erasing.scrub(self.calls.database)

    def _end(
        self, kept: Kept, spool: Spool, told: Sequence[Event], why: Why, recording: str | None
    ) -> None:
        """Write how the call ended."""
        self.calls.end(
            LiveCall(
                kept.id, kept.speaker, dict(kept.opening.metadata), kept.opening.consent,
                kept.opened_at, self.now(), why.value, spool.seconds, recording, self._words(kept, told),
            )
        )  # fmt: skip

    def _sound(self, kept: Kept) -> bool:
        """Tell whether the recording is to be kept."""
        return kept.opening.consent is not False or self.unconsented is Unconsented.ALL

    def _words(self, kept: Kept, told: Sequence[Event]) -> bytes | None:
        if kept.opening.consent is False and self.unconsented is Unconsented.NOTHING:
            return None
        return pack(told)


def pack(told: Sequence[Event]) -> bytes:
    """Return what was said for good as JSON."""
    counts = [e.what for e in told if isinstance(e.what, (Final, Cue, Lost))]
    return json.dumps([codec.to_json(what) for what in counts], ensure_ascii=False).encode()


def unpack(told: bytes) -> list[Event]:
    """Return what `pack` wrote, with numbers of its own."""
    return [Event(at, codec.from_json(body)) for at, body in enumerate(json.loads(told), 1)]


def name_of(kept: Kept) -> str:
    """Return what the recording is called."""
    return kept.opening.name or f"live-{kept.id}.wav"


def given(kept: Kept) -> Given:
    """Return what is said of the recording."""
    said = {"live": kept.id}
    if kept.opening.consent is not None:
        said["consent"] = "yes" if kept.opening.consent else "no"
    return Given({**kept.opening.metadata, **said}, kept.opened_at, kept.opening.roles)


def _wave(spool: Spool) -> BinaryIO:
    return cast("BinaryIO", Wave(spool.kept.opening, spool.sound(), spool.size))


def _asked(kept: Kept) -> Asked:
    options = Options(language=kept.opening.language, hotwords=kept.opening.hotwords)
    return Asked(kept.principal, options, priority=URGENT)


class Readable(Protocol):
    """What is read from its beginning."""

    def read(self, size: int, /) -> bytes:
        """Return the next bytes; nothing at the end."""
        ...


class Wave:
    """A WAV file made of audio as it came: a header, then the same bytes, whole frames of them.

    Args:
        opening: says what they are.
        audio: read from its beginning.
        size: bytes that count.
    """

    def __init__(self, opening: Opening, audio: Readable, size: int) -> None:
        self._left = size // opening.frame * opening.frame
        self._head = io.BytesIO(header(opening, self._left))
        self._audio = audio

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        head = self._head.read(size)
        if size < 0:
            return head + self._body(self._left)
        return head or self._body(size)

    def _body(self, size: int) -> bytes:
        data = self._audio.read(min(size, self._left))
        self._left -= len(data)
        return data


def header(opening: Opening, size: int) -> bytes:
    """Return what stands before so many bytes of audio in a WAV file."""
    tag, frame = _TAGS[opening.encoding], opening.frame
    form = struct.pack(
        "<HHIIHH", tag, opening.channels, opening.rate, opening.rate * frame, frame,
        8 * opening.encoding.width,
    )  # fmt: skip
    if tag != _TAGS[Encoding.PCM16]:
        form += struct.pack("<H", 0)  # of compressed audio: nothing more is said of the format
    riff = min(OPEN_END, 4 + 8 + len(form) + 8 + size)
    chunk = b"fmt " + struct.pack("<I", len(form)) + form
    return b"RIFF" + struct.pack("<I", riff) + b"WAVE" + chunk + b"data" + struct.pack(
        "<I", min(OPEN_END, size)
    )  # fmt: skip
