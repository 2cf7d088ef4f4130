"""The transcript, line by line: what is said, how it sounds, what rules and people say of it."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from huiting.core.judgement import EvidenceKind, Judgement, Verdict
from huiting.core.meaning import Entity
from huiting.core.types import EmotionLabel, Event, Role, Segment, Span
from huiting.service.correcting import by_segment
from huiting.service.reading import Seen
from huiting.store.browse import Browser
from huiting.store.remarks import Correction
from huiting.web.site.call.pieces import Form, Run, runs

CHUNK = 40
"""Lines that a page asks for at once."""
MOST_FOUND = 1_000
"""Lines that a search within a call tells."""
SURE = 0.5
"""Score from which an emotion is shown; one without a score is."""
_CALM = frozenset({EmotionLabel.NEUTRAL, EmotionLabel.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Line:
    """A segment as it is shown."""

    number: int
    """Place in the call, from 0."""
    role: Role
    span: Span
    runs: tuple[Run, ...]
    text: str
    """What the machine wrote."""
    language: str | None
    """Where it is another one than the call's."""
    emotion: EmotionLabel | None
    """One that stands out."""
    before: tuple[Event, ...]
    """What happened since the line before; in the rich form only."""
    broken: tuple[str, ...]
    """Names of the rules that it breaks."""
    corrections: tuple[Correction, ...]
    """The oldest first."""

    @property
    def said(self) -> Correction | None:
        """The correction that counts; None where there is none, or it was taken back."""
        last = self.corrections[-1] if self.corrections else None
        return None if last is None or last.text is None else last

    @property
    def checked(self) -> bool:
        """Somebody found that the machine was right."""
        return self.said is not None and self.said.text == " ".join(self.said.heard.text.split())


@dataclass(frozen=True, slots=True)
class Transcript:
    """What lines are made of."""

    seen: Seen
    corrections: Mapping[int, tuple[Correction, ...]]
    entities: Mapping[int, Sequence[Entity]]
    broken: Mapping[int, tuple[str, ...]]

    @property
    def segments(self) -> Sequence[Segment]:
        """Of the call."""
        return self.seen.analysis.call.segments

    def lines(self, begin: int, count: int, form: Form) -> list[Line]:
        """Return some lines."""
        end = min(len(self.segments), begin + count)
        return [self._line(place, form) for place in range(max(0, begin), end)]

    def at(self, moment: float) -> int:
        """Return the line that is said in a second, or the last before it."""
        starts = [segment.span.start for segment in self.segments]
        return max(0, bisect_left(starts, moment + 1e-6) - 1)

    def saying(self, text: str) -> list[int]:
        """Return the lines in which something is said, by the machine's text or a correction.

        Raises:
            InputError: that is nothing that can be looked for.
        """
        return [
            place
            for place, segment in enumerate(self.segments)
            if Browser.says(text, (self._forms(place, segment),), sounds_like=False)
        ][:MOST_FOUND]

    def _forms(self, place: int, segment: Segment) -> Sequence[str]:
        own = self.corrections.get(place, ())
        said = own[-1].text if own else None
        return [segment.text, segment.spoken, *([said] if said else [])]

    def _line(self, place: int, form: Form) -> Line:
        segment = self.segments[place]
        spoken = self.seen.analysis.call.language
        emotion = segment.emotion
        stands_out = (
            emotion is not None
            and emotion.label not in _CALM
            and (emotion.score is None or emotion.score >= SURE)
        )
        return Line(
            place,
            segment.role,
            segment.span,
            runs(segment, self.entities.get(place, ()), form),
            segment.text,
            segment.language if segment.language != spoken else None,
            emotion.label if emotion is not None and stands_out else None,
            self._events(place) if form is Form.RICH else (),
            self.broken.get(place, ()),
            self.corrections.get(place, ()),
        )

    def _events(self, place: int) -> tuple[Event, ...]:
        begin = self.segments[place].span.start
        since = self.segments[place - 1].span.start if place else -1.0
        last = place == len(self.segments) - 1
        return tuple(
            event
            for event in self.seen.analysis.call.events
            if since < event.span.start and (event.span.start <= begin or last)
        )


def transcript(seen: Seen, corrections: Sequence[Correction], version: int) -> Transcript:
    """Return what the lines of a call are made of.

    Args:
        seen: the call.
        corrections: of all its versions, the oldest first.
        version: of the analysis that is seen.
    """
    entities: defaultdict[int, list[Entity]] = defaultdict(list)
    for entity in seen.analysis.meaning.entities:
        entities[entity.segment].append(entity)
    segments = seen.analysis.call.segments
    own = by_segment(corrections, segments, version)
    return Transcript(seen, own, entities, broken(seen.judgement))


def broken(judgement: Judgement | None) -> Mapping[int, tuple[str, ...]]:
    """Return the names of the rules that are broken by what is said, by segment."""
    found: defaultdict[int, dict[str, None]] = defaultdict(dict)
    for finding in judgement.findings if judgement is not None else ():
        absent = finding.evidence and finding.evidence[0].kind is EvidenceKind.SEARCHED
        if finding.verdict is not Verdict.FAIL or absent:  # what is missing stands on no line
            continue
        for evidence in finding.evidence:
            if evidence.segment is not None and evidence.kind is EvidenceKind.SAID:
                found[evidence.segment][finding.name or finding.rule] = None
    return {place: tuple(names) for place, names in found.items()}
