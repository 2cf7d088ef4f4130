"""What a client of FunASR's runtime says of the audio that it sends.

Every text message may set any of it, and what a message leaves out stays as it was. Chunk sizes
and look-backs are those of FunASR's own streaming model; they are read past.

Source:
    FunASR runtime, docs/websocket_protocol.md, and its clients in Python, Java, C++ and HTML5.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from huiting.core.errors import InputError

NAME = 200
"""Characters of a name that are kept."""
WORDS = 1_000
"""Hotwords that are kept."""
_LONGEST = 100
"""Characters of a hotword."""
_APART = re.compile(r"[,，;；\s]+")
_WEIGHT = re.compile(r"(?<!\s)\s+-?\d+$")
"""Begins nowhere within blanks: a message of blanks alone would otherwise take hours."""


class Mode(StrEnum):
    """What is to be told while audio comes, and when it has come."""

    TWO_PASS = "2pass"  # noqa: S105  (no password)
    """While somebody speaks what is certain of it; then the whole again."""
    ONLINE = "online"
    """While somebody speaks only."""
    OFFLINE = "offline"
    """When all has come only."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is known of the audio."""

    mode: Mode = Mode.OFFLINE
    """Who says none is a client of FunASR's offline server: that in C++ takes the first answer
    for all of it."""
    name: str = "microphone"
    format: str = "pcm"
    rate: int = 16_000
    """Hz; of `pcm` alone."""
    hotwords: tuple[str, ...] = ()
    language: str | None = None
    itn: bool = True
    """Write numbers as digits."""
    over: bool = False
    """The audio has come to its end."""
    answered: bool = False
    """The client waits until it is told that all was heard."""

    @property
    def raw(self) -> bool:
        """Samples come, and no file; `others` and `wav` with samples only are pcm too."""
        return self.format in ("pcm", "raw", "")


def read(text: str, before: Asked) -> Asked:
    """Return what is known after one more message.

    Raises:
        InputError: it is no such message.
    """
    try:
        body = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError("message", "not JSON", "send what FunASR's protocol says") from error
    if not isinstance(body, dict):
        raise InputError("message", "no JSON object", "send what FunASR's protocol says")
    found = replace(before, over=False, answered=False)
    for key, take in _TAKEN.items():
        if body.get(key) is not None:
            found = take(found, body[key])
    return found


def hotwords_of(given: object) -> tuple[str, ...]:
    """Return hotwords without their weights, however they are written.

    `'{"阿里巴巴": 20}'` as a JSON text (FunASR's own form) or as JSON itself, a JSON list, or words
    apart by commas or blanks.
    """
    if isinstance(given, str):
        text = given.strip()
        try:
            read_as = json.loads(text) if text[:1] in ("{", "[") else text
        except (ValueError, RecursionError):
            read_as = text
        given = read_as
    if isinstance(given, Mapping):
        words = [str(word) for word in given]
    elif isinstance(given, list):
        words = [_WEIGHT.sub("", str(word)) for word in given]
    else:
        words = [word for word in _APART.split(str(given)) if not word.lstrip("-").isdecimal()]
    cleaned = (word.strip() for word in words)
    kept = dict.fromkeys(word for word in cleaned if word and len(word) <= _LONGEST)
    return tuple(kept)[:WORDS]


def _mode(asked: Asked, value: object) -> Asked:
    known = {mode.value: mode for mode in Mode}
    if value == "":
        return asked
    if not isinstance(value, str) or value not in known:
        raise InputError("mode", "not known", f"choose {', '.join(known)}")
    return replace(asked, mode=known[value])


def _rate(asked: Asked, value: object) -> Asked:
    try:
        return replace(asked, rate=int(str(value)))
    except ValueError as error:
        raise InputError("audio_fs", "no number", "send 8000 or 16000") from error


def _language(asked: Asked, value: object) -> Asked:
    known = str(value).strip().lower()
    return replace(asked, language=None if known in ("auto", "", "nospeech") else known[:20])


def _speaking(asked: Asked, value: object) -> Asked:
    return replace(asked, over=not _true(value))


def _true(value: object) -> bool:
    return (
        value.strip().lower() not in ("false", "0", "") if isinstance(value, str) else bool(value)
    )


_TAKEN: Mapping[str, Callable[[Asked, Any], Asked]] = {
    "mode": _mode,
    "wav_name": lambda asked, value: replace(asked, name=str(value)[:NAME] or asked.name),
    "wav_format": lambda asked, value: replace(asked, format=str(value).strip().lower()[:20]),
    "audio_fs": _rate,
    "hotwords": lambda asked, value: replace(asked, hotwords=hotwords_of(value)),
    "svs_lang": _language,
    "itn": lambda asked, value: replace(asked, itn=_true(value)),
    "is_speaking": _speaking,
    "is_finished": lambda asked, value: replace(asked, over=asked.over or _true(value)),
    "is_end": lambda asked, value: replace(asked, answered=_true(value)),
}
