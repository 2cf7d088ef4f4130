"""What a client of FunASR's runtime is told of a call while it runs, and at its end.

Those clients put together what comes as `2pass-online` or `online`, so it holds only what is
new, and only what will not be taken back; a `2pass-offline` stands in the place of all that.
Who waits for an end gets a last message with `is_final`, in which nothing is said.

Source:
    FunASR runtime, docs/websocket_protocol.md; python/websocket/funasr_wss_client.py,
    html5/static/main.js, websocket/bin/funasr-wss-client-2pass.cpp, java/FunasrWsClient.java.
"""

from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from typing import Any

from huiting.core.types import Segment
from huiting.live.updates import Final, Lost, Partial, Update
from huiting.web.live.funasr_asked import Asked, Mode
from huiting.web.live.funasr_times import milliseconds, sentences, timestamp, without_itn

Message = dict[str, Any]


class Telling:
    """Tells of one stretch of audio. Pure: updates in, messages out."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._sent: dict[int, str] = {}
        """What was told of segments that are not over, by number."""
        self._held: dict[int, str] = {}
        """What is certain of segments that are told after those before them."""
        self._index = 0

    def learn(self, asked: Asked) -> None:
        """Take what is known of the audio now."""
        self._asked = asked

    def tell(self, update: Update) -> list[Message]:
        """Return what is to be sent."""
        match update:
            case Partial(number=number, stable=stable):
                return self._partial(number, stable)
            case Final(number=number, segments=segments):
                return self._final(number, segments)
            case Lost(number=number):
                return self._final(number, ())
        return []

    def end(self, error: str = "") -> Message:
        """Return the last message."""
        asked = self._asked
        last: Message = {
            "mode": _passed(asked.mode),
            "wav_name": asked.name,
            "text": "",
            "is_final": True,
        }
        if asked.answered:
            last |= {"is_end": True, "is_final": not error}
        return last | ({"error": error} if error else {})

    def _partial(self, number: int, stable: str) -> list[Message]:
        if self._asked.mode is Mode.OFFLINE:
            return []
        self._held[number] = stable
        return self._online()

    def _online(self) -> list[Message]:
        """Tell what is certain of the first segment that is not over."""
        number = min(self._held, default=None)
        if number is None:
            return []
        told = self._sent.get(number, "")
        new = _news(told, self._held[number])
        self._sent[number] = told + new
        return [self._new(new, started=bool(told))] if new else []

    def _final(self, number: int, segments: Sequence[Segment]) -> list[Message]:
        self._held.pop(number, None)
        sent = self._sent.pop(number, "")
        spoken = segments if self._asked.itn else [without_itn(segment) for segment in segments]
        told: list[Message] = []
        if self._asked.mode is Mode.ONLINE:
            rest = _news(sent, joined(spoken))
            told = [self._new(rest, started=bool(sent))] if rest else []
        else:
            told = [self._whole(segment) for segment in spoken if segment.text]
            if not told and sent:
                told = [self._nothing()]
        if told or sent:
            self._index += 1
        return told + self._online()

    def _new(self, text: str, *, started: bool) -> Message:
        two = self._asked.mode is Mode.TWO_PASS
        return {
            "mode": "2pass-online" if two else "online",
            "wav_name": self._asked.name,
            "text": text,
            "is_final": False,
            "slice_type": 1 if started else 0,
            "index": self._index,
        }

    def _whole(self, segment: Segment) -> Message:
        return self._nothing() | whole(segment)

    def _nothing(self) -> Message:
        """Return a `2pass-offline` that takes back what was told of its segment."""
        return {
            "mode": _passed(self._asked.mode),
            "wav_name": self._asked.name,
            "text": "",
            "is_final": False,
            "slice_type": 2,
            "index": self._index,
        }


def whole(segment: Segment) -> Message:
    """Return what is told of a segment that is over."""
    told: Message = {
        "text": segment.text,
        "start_time": milliseconds(segment.span.start),
        "end_time": milliseconds(segment.span.end),
    }
    times = timestamp(segment)
    if times is not None:
        told |= {"timestamp": times, "stamp_sents": sentences(segment)}
    return told


def offline(asked: Asked, segments: Sequence[Segment]) -> Message:
    """Return the one answer to audio that came whole.

    FunASR's own server never says `is_final` here, and its clients in Java and HTML5 then wait
    without end; those in Python and C++ take either.
    """
    spoken = list(segments) if asked.itn else [without_itn(segment) for segment in segments]
    told: Message = {
        "mode": "offline",
        "wav_name": asked.name,
        "text": joined(spoken),
        "is_final": True,
    }
    times = [found for found in (timestamp(segment) for segment in spoken) if found is not None]
    if len(times) == len(spoken) and times:
        told["timestamp"] = f"[{','.join(found[1:-1] for found in times)}]"
        told["stamp_sents"] = [one for segment in spoken for one in sentences(segment)]
    return told | ({"is_end": True} if asked.answered else {})


def refused(asked: Asked, error: str) -> Message:
    """Return a last message that says why nothing comes."""
    return Telling(asked).end(error)


def joined(segments: Iterable[Segment]) -> str:
    """Return what was said as one text; a Latin word or a number stays apart from what follows."""
    text = ""
    for segment in segments:
        edges = (text[-1:], segment.text[:1])
        apart = all(edges) and any(edge.isascii() and edge.isalnum() for edge in edges)
        text += " " * apart + segment.text
    return text


def _passed(mode: Mode) -> str:
    return "2pass-offline" if mode is Mode.TWO_PASS else mode.value


def _news(told: str, known: str) -> str:
    """Return what is to be added to what was told.

    Where that does not begin what is known now, it is what follows the last place where both agree.
    """
    if known.startswith(told):
        return known[len(told) :]
    blocks = SequenceMatcher(None, told, known, autojunk=False).get_matching_blocks()
    last = blocks[-2] if len(blocks) > 1 else blocks[-1]
    return known[last.b + last.size :] if last.size else known[len(told) :]
