"""What is drawn below the waveform, on the same axis of time; and when each line is said.

Told in short lists, because a call of two hours has thousands of these.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from huiting.core.curves import EmotionCurve, curves
from huiting.core.evidence_words import told
from huiting.core.judgement import EvidenceKind, Finding, Verdict
from huiting.core.types import EmotionLabel, Event, EventLabel, Role, Segment, Span
from huiting.core.wording import named
from huiting.service.reading import Seen
from huiting.web.site.call.lines import SURE

Item = tuple[float, float, str, str]
"""Begin, end, what colour it has (a name of the style sheet), what it says."""
SILENCES = frozenset({EventLabel.SILENCE, EventLabel.HOLD})
OVERLAPS = frozenset({EventLabel.CROSSTALK, EventLabel.INTERRUPTION})
WIDEST = 0.6
"""Share of the call from which evidence stands nowhere in particular, and is not drawn."""
LONG = 0.7
"""Seconds of silence that are jumped over by who does not want to hear silence."""
_COLOURS = {
    EmotionLabel.HAPPY: "happy",
    EmotionLabel.SAD: "sad",
    EmotionLabel.ANGRY: "angry",
    EmotionLabel.FEARFUL: "fearful",
    EmotionLabel.DISGUSTED: "disgusted",
    EmotionLabel.SURPRISED: "surprised",
}
_POINTED = frozenset(
    {EvidenceKind.SAID, EvidenceKind.SOUND, EvidenceKind.MEASURED, EvidenceKind.UNCLEAR,
     EvidenceKind.NEAREST, EvidenceKind.ANSWERED}
)  # fmt: skip
"""Evidence that stands at a place; where something was looked for in vain is all over."""


@dataclass(frozen=True, slots=True)
class Lines:
    """When each line is said, by whom, and how long its text is."""

    start: list[float]
    end: list[float]
    role: list[str]
    size: list[int]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A curve: seconds and values from -1 to 1; None where nothing is known."""

    role: str
    name: str
    points: list[tuple[float, float | None]]


@dataclass(frozen=True, slots=True)
class Lanes:
    """All that is drawn, and what the player jumps by."""

    duration: float
    lines: Lines
    emotion: list[Item]
    sounds: list[Item]
    silence: list[Item]
    overlap: list[Item]
    rules: list[Item]
    curves: list[Drawn]
    quiet: list[tuple[float, float]]
    """Where nobody speaks, long enough to be jumped over."""

    def told(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return asdict(self)


def lanes(seen: Seen, language: str) -> Lanes:
    """Return what is drawn of a call, in words of `zh` or `en`."""
    call = seen.analysis.call
    segments = call.segments

    def those(wanted: Callable[[EventLabel], bool]) -> list[Item]:
        return [_event(event, language) for event in call.events if wanted(event.label)]

    return Lanes(
        duration=_at(call.recording.duration),
        lines=Lines(
            [_at(s.span.start) for s in segments],
            [_at(s.span.end) for s in segments],
            [s.role.value for s in segments],
            [len(s.text) for s in segments],
        ),
        emotion=list(_emotions(segments, language)),
        sounds=those(lambda label: label not in SILENCES | OVERLAPS),
        silence=those(lambda label: label in SILENCES),
        overlap=those(lambda label: label in OVERLAPS),
        rules=list(_rules(seen, language)),
        curves=[_drawn(curve, language) for curve in felt(seen)],
        quiet=[
            (_at(quiet.span.start), _at(quiet.span.end))
            for quiet in seen.analysis.metrics.silences
            if quiet.span.duration >= LONG
        ],
    )


def felt(seen: Seen) -> Sequence[EmotionCurve]:
    """Return how each side feels over the call, as far as anything is known of it."""
    call = seen.analysis.call
    found = curves(call.segments, call.recording.duration, (Role.CUSTOMER, Role.AGENT))
    return [curve for curve in found if curve.known]


def _drawn(curve: EmotionCurve, language: str) -> Drawn:
    points = [
        (_at(p.time), None if p.feeling.valence is None else round(p.feeling.valence, 3))
        for p in curve.points
    ]
    return Drawn(curve.role.value, named(curve.role, language), points)


def _emotions(segments: Sequence[Segment], language: str) -> Iterator[Item]:
    for segment in segments:
        emotion = segment.emotion
        if emotion is None or emotion.label not in _COLOURS:
            continue
        if emotion.score is None or emotion.score >= SURE:
            colour = _COLOURS[emotion.label]
            who, how = named(segment.role, language), named(emotion.label, language)
            yield _item(segment.span, colour, _joined(who, how, language))


def _event(event: Event, language: str) -> Item:
    who = "" if event.role is None else named(event.role, language)
    return _item(
        event.span, event.label.value, _joined(who, named(event.label, language), language)
    )


def _rules(seen: Seen, language: str) -> Iterator[Item]:
    for finding in seen.judgement.findings if seen.judgement is not None else ():
        if finding.verdict in (Verdict.FAIL, Verdict.UNCERTAIN):
            yield from _finding(finding, seen.analysis.call.recording.duration, language)


def _finding(finding: Finding, duration: float, language: str) -> Iterator[Item]:
    name = finding.name or finding.rule
    colour = "fail" if finding.verdict is Verdict.FAIL else "uncertain"
    for evidence in finding.evidence:
        span = evidence.span
        if span and evidence.kind in _POINTED and span.duration < WIDEST * duration:
            yield _item(span, colour, _joined(name, told(evidence, language), language))


def _joined(one: str, other: str, language: str) -> str:
    colon = "：" if language == "zh" else ": "
    return f"{one}{colon}{other}" if one and other else one or other


def _item(span: Span, colour: str, says: str) -> Item:
    return _at(span.start), _at(span.end), colour, says


def _at(seconds: float) -> float:
    return round(seconds, 2)
