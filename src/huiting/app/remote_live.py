"""`huiting remote live`: a recording is spoken to a server as a call that runs, and what is heard told."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from pydantic_core import to_jsonable_python
from rich.console import Console
from rich.text import Text

from huiting.app.display import printable
from huiting.app.hits import ROLES
from huiting.app.tongue import chinese, say
from huiting.audio.decode import decode
from huiting.client.shapes.live import Cue, Ended, Final, Opening, Told, Update
from huiting.core.errors import HuitingError, InputError
from huiting.core.types import Role, Span, clock

if TYPE_CHECKING:
    from huiting.client import Client, Talk

RATE = 16_000
PIECE = 0.1
"""Seconds of audio in a message."""
MOST = 2
"""Channels of a live call."""
LOOKS = {"fatal": "bold red", "warning": "yellow", "notice": "dim"}


@dataclass(frozen=True, slots=True)
class Speech:
    """What is spoken, and how fast."""

    audio: bytes
    """Little-endian samples of 16 bits, channels in turn."""
    channels: int
    speed: float = 1.0
    """Times the pace of speech."""

    @property
    def pieces(self) -> Iterator[bytes]:
        """Yield the audio in messages."""
        size = round(PIECE * RATE) * 2 * self.channels
        for at in range(0, len(self.audio), size):
            yield self.audio[at : at + size]


def speech_of(file: Path, speed: float) -> Speech:
    """Read a recording.

    Raises:
        InputError: it cannot be read, or has more channels than a live call.
    """
    with decode(file, rate=RATE) as decoded:
        tracks = [track.cut(Span(0, track.duration)).samples for track in decoded.tracks]
        if len(tracks) > MOST:
            raise InputError(
                str(file), f"{len(tracks)} channels", "give a recording of one or two channels"
            )
        samples = np.stack(tracks, axis=1)
        audio = np.clip(np.round(samples * 32768), -32768, 32767).astype("<i2").tobytes()
        return Speech(audio, len(tracks), speed)


def run(
    client: "Client", opening: Opening, speech: Speech, tell: Callable[[Update], None]
) -> Ended | None:
    """Speak, and tell what happens, to the end of the call; return how it ended.

    Interrupted, the call is finished with what was spoken.

    Raises:
        Refused: the server refuses.
        Unreachable: it does not answer.
    """
    talk, ended = client.live.open(opening), None
    speaking = _Speaking(talk, speech)
    speaking.start()
    try:
        with talk:  # closed before its end is waited for: nothing is sent any more
            for told in _told(talk, speaking):
                tell(told.update)
                if isinstance(told.update, Ended):
                    ended = told.update
    finally:
        speaking.stop()
    if speaking.error is not None and ended is None:
        raise speaking.error
    return ended


def _told(talk: "Talk", speaking: "_Speaking") -> Iterator[Told]:
    """Yield what happens to the end; interrupted once, no more is spoken, and all is still told."""
    updates = talk.updates()
    while True:
        try:
            told = next(updates, None)
        except KeyboardInterrupt:
            if speaking.over.is_set():
                raise
            speaking.over.set()
            updates = talk.updates()  # the other ones have ended
            continue
        if told is None:
            return
        yield told


class _Speaking:
    """Sends the audio at its pace, in a thread of its own."""

    def __init__(self, talk: "Talk", speech: Speech) -> None:
        self.over = threading.Event()
        self.error: HuitingError | None = None
        self._talk = talk
        self._speech = speech
        self._thread = threading.Thread(target=self._run, name="speaking", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, wherever it is."""
        self.over.set()
        self._thread.join()

    def _run(self) -> None:
        began = time.monotonic()
        try:
            for number, piece in enumerate(self._speech.pieces):
                due = began + number * PIECE / self._speech.speed
                if self.over.wait(max(0.0, due - time.monotonic())):
                    break
                self._talk.feed(piece)
            self._talk.finish()
        except HuitingError as error:
            self.error = error
            self._talk.close()


def shown(update: Update, out: Console) -> None:
    """Show people what was said, what to look at, and how it ended."""
    match update:
        case Final(segments=segments):
            for segment in segments:
                head = f"{clock(segment.span.start)}  {say(*ROLES[segment.role])}  "
                text = Text(printable(segment.text), style="none")
                out.print(Text(head, style="dim") + text, soft_wrap=True)
        case Cue(on=True) as cue:
            words = cue.text.get("zh" if chinese() else "en", cue.key)
            style = LOOKS.get(cue.severity, "none")
            out.print(Text(f"{clock(cue.at)}  ! {printable(words)}", style=style), soft_wrap=True)
        case Ended(why=why, recording=recording):
            told = recording or say("no recording is kept", "未保留录音")
            out.print(Text(f"{why}  {told}", style="dim"), soft_wrap=True)


def as_json(update: Update) -> str:
    """Return what happened as a line for scripts."""
    body = to_jsonable_python(asdict(update))
    return json.dumps({"type": type(update).__name__.lower()} | body, ensure_ascii=False)


def roles_of(given: str | None, channels: int) -> tuple[Role, ...]:
    """Return whom each channel carries.

    Raises:
        InputError: they are not as many as the channels, or no roles.
    """
    if given is None:
        return (Role.UNKNOWN,) * channels
    names = [name.strip() for name in given.split(",")]
    known = [role.value for role in Role]
    wrong = [name for name in names if name not in known]
    if wrong:
        raise InputError(f"--roles {wrong[0]}", "not known", f"choose of {', '.join(known)}")
    if len(names) != channels:
        raise InputError("--roles", f"{len(names)} for {channels} channels", "name one a channel")
    return tuple(Role(name) for name in names)


def metadata_of(given: list[str]) -> dict[str, str]:
    """Return metadata of NAME=VALUE.

    Raises:
        InputError: it is not written so.
    """
    pairs = [entry.partition("=") for entry in given]
    for name, equals, _ in pairs:
        if not (name and equals):
            raise InputError(f"--metadata {name}", "no NAME=VALUE", "write as in agent=8001")
    return {name: value for name, _, value in pairs}
