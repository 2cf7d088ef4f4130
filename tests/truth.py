"""The labelled calls as they were meant: analyses and dialogues of a transcript without errors.

What a rule makes of them shows the rule alone, not how well anything was recognized.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from huiting.core.analysis import Analysis, MadeBy
from huiting.core.dialogue import Dialogue
from huiting.core.types import (
    Call,
    Channel,
    Edit,
    Event,
    EventLabel,
    EventSource,
    Party,
    Recording,
    Region,
    Role,
    RoleSource,
    Segment,
    Span,
    Word,
)
from huiting.quality.dialogue import dialogue_of
from huiting.quality.metrics import measure
from huiting.text.pronunciation import sounds_of

FOLDER = Path(__file__).resolve().parents[1].parent / "shared" / "calls" / "open"
PATHS = sorted(FOLDER.glob("*.json"))
"""Of the labelled calls; empty where they are not beside the project."""

_EVENTS = {
    "ringback": EventLabel.RINGBACK,
    "hold_music": EventLabel.MUSIC,
    "dtmf": EventLabel.DTMF,
    "noise": EventLabel.NOISE,
}
"""The labels that sound; silence and crosstalk follow from who speaks when."""
_WORD = re.compile(r"[0-9A-Za-z'’.%-]*[0-9A-Za-z]|[^\W_]")


@cache
def truth_of(path: Path) -> Mapping[str, Any]:
    """Return what a label file says."""
    found: Mapping[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def analysis_of_truth(path: Path) -> Analysis:
    """Return the analysis that no recognizer error touched; words are spread over their turn."""
    truth = truth_of(path)
    mono = truth["channels"] == 1
    segments = sorted(
        (_segment(turn, truth["lang"], mono=mono) for turn in truth["turns"]),
        key=lambda s: (s.span, s.channel),
    )
    parties = {(s.channel, s.speaker): s.role for s in segments}
    call = Call(
        recording=_recording(truth),
        parties=tuple(Party(*key, role, RoleSource.GIVEN) for key, role in parties.items()),
        regions=tuple(Region(s.channel, s.speaker, s.span) for s in segments),
        segments=tuple(segments),
        events=tuple(sorted(_events(truth), key=lambda event: event.span)),
        language=truth["lang"],
    )
    return Analysis(call, measure(call), MadeBy(huiting="0", engine="truth"))


def dialogue_of_truth(path: Path) -> Dialogue:
    """Return the call as rules read it; `path` is the label file."""
    return dialogue_of(analysis_of_truth(path), sounds_of)


def _recording(truth: Mapping[str, Any]) -> Recording:
    return Recording(
        id=sha256(truth["file"].encode()).hexdigest(),
        path=truth["file"],
        size=1,
        duration=truth["duration"],
        rate=truth["sample_rate"],
        codec="pcm_s16le",
        channels=tuple(
            Channel(n, Role(truth["roles"][n]) if truth["channels"] > 1 else Role.UNKNOWN)
            for n in range(truth["channels"])
        ),
        started_at=datetime.fromisoformat(truth["started_at"]),
        metadata={
            "agent": truth["agent_id"],
            "phone": truth["customer_phone"],
            "direction": truth["direction"],
            "domain": truth["domain"],
        },
    )


def _segment(turn: Mapping[str, Any], language: str, *, mono: bool) -> Segment:
    spoken, start, end = turn["spoken"], turn["start"], turn["end"]
    edits = tuple(
        Edit(e["spoken_pos"], e["spoken_pos"] + len(e["spoken"]), e["written"], ("itn",))
        for e in sorted(turn["itn"], key=lambda e: int(e["spoken_pos"]))
        if e["spoken"] != e["written"]
    )
    role = Role(turn["speaker"])
    return Segment(
        channel=turn["channel"],
        speaker=int(role is Role.CUSTOMER) if mono else None,
        role=role,
        span=Span(start, end),
        spoken=spoken,
        text=turn["written"],
        edits=edits,
        words=tuple(_words(spoken, start, end)),
        language=language,
        confidence=0.95,
    )


def _words(spoken: str, start: float, end: float) -> Iterator[Word]:
    """Spread the words over the turn, each as long as it has characters."""
    found = [m[0] for m in _WORD.finditer(spoken)]
    step = (end - start) / max(1, sum(map(len, found)))
    at = start
    for word in found:
        yield Word(word, Span(at, min(end, at + step * len(word))), 0.95)
        at = min(end, at + step * len(word))


def _events(truth: Mapping[str, Any]) -> Iterator[Event]:
    for event in truth["events"]:
        if event["type"] in _EVENTS:
            yield Event(
                _EVENTS[event["type"]],
                Span(event["start"], event["end"]),
                EventSource.SIGNAL,
                channel=event.get("channel"),
                score=1.0,
                value=event.get("snr_db"),
                text=event.get("digits"),
            )
