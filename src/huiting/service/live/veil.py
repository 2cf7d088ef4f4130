"""What happens in a live call, for somebody who may not see personal data.

What is private is found as in calls that are over, with what was said just before. But a
number is often said in pieces, and what will become of a piece nobody knows yet: so, besides,
every longer number is hidden while the call runs, and in what is still being said every digit.
"""

import re
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import takewhile

from huiting.core.meaning import Meaning
from huiting.core.ports import MeaningStage
from huiting.core.types import Call, Recording, Role, Segment, Span
from huiting.live.updates import Cue, Evidence, Final, Partial
from huiting.service.live.happening import Event
from huiting.service.recent import Recent
from huiting.text.redaction.cover import Covers, covers_of
from huiting.text.redaction.policy import Policy
from huiting.text.redaction.redact import redacted_recording

CONTEXT = 8
"""Segments before one that are read with it."""
REMEMBERED = 1_000
"""Events that are kept as they are shown."""
_NUMERALS = "零〇一二三四五六七八九幺两十百千万"
_NUMBER = re.compile(rf"\d(?:[\d \-,，、.·]*\d){{2,}}|[{_NUMERALS}]{{3,}}")
"""What may be part of a longer number: a price is hidden too, for as long as the call runs."""
_DIGITS = re.compile(rf"\d|[{_NUMERALS}]{{2,}}")


class Veil:
    """Covers what happens in one call. May be used from several threads.

    Args:
        recording: what is known of the call.
        policy: what becomes of what is private.
        find: looks for it.
    """

    def __init__(self, recording: Recording, policy: Policy, find: MeaningStage) -> None:
        self._recording = recording
        self._policy = policy
        self._find = find
        self._before: deque[Segment] = deque(maxlen=CONTEXT)
        self._known = covers_of(Call(recording), (), policy)
        self._lock = threading.Lock()
        self._seen: Recent[int, Event] = Recent(REMEMBERED)

    @property
    def metadata(self) -> Mapping[str, str]:
        """What is known of the call besides its sound."""
        return redacted_recording(self._recording, self._policy).metadata

    def shown(self, event: Event) -> Event:
        """Return an event with what is private covered."""
        if not isinstance(event.what, (Final, Partial, Cue)):
            return event
        with self._lock:
            return self._seen.get(event.number, lambda: self._covered(event))

    def over(self, events: Sequence[Event]) -> list[Event]:
        """Return all that was told of a call that is over, with what is private covered.

        What became of each piece is known now: it is looked for once, in the whole of the call.
        """
        finals = [event.what for event in events if isinstance(event.what, Final)]
        said = sorted((s for final in finals for s in final.segments), key=lambda s: s.span)
        covers = self._found(said)
        with self._lock:
            self._known = covers
            places = {id(segment): place for place, segment in enumerate(said)}
            return [self._past(event, covers, places) for event in events]

    def _past(self, event: Event, covers: Covers, places: Mapping[int, int]) -> Event:
        match event.what:
            case Final() as final:
                shown = [
                    self._shown(s, covers.shown(places[id(s)], s.text), _NUMBER)
                    for s in final.segments
                ]
                return Event(event.number, replace(final, segments=tuple(shown)))
            case Cue() as cue:
                return Event(event.number, self._cue(cue))
        return event

    def _covered(self, event: Event) -> Event:
        match event.what:
            case Final() as final:
                shown = [self._final(segment) for segment in final.segments]
                return Event(event.number, replace(final, segments=tuple(shown)))
            case Partial() as partial:
                return Event(event.number, self._partial(partial))
            case Cue() as cue:
                return Event(event.number, self._cue(cue))
        return event

    def _final(self, segment: Segment) -> Segment:
        """Return a segment that was said for good; what is private in it is known from now on."""
        covers = self._covers(segment)
        secrets = dict.fromkeys((*self._known.secrets, *covers.secrets))
        self._known = replace(self._known, secrets=tuple(secrets))
        shown = self._shown(segment, covers.shown(len(self._before), segment.text), _NUMBER)
        self._before.append(segment)
        return shown

    def _partial(self, partial: Partial) -> Partial:
        said = Segment(
            partial.channel, None, Role.UNKNOWN, partial.span, partial.text, partial.text
        )
        text = self._alone(said, _DIGITS)
        begun = replace(said, text=partial.stable, spoken=partial.stable)
        stable = self._alone(begun, _DIGITS)
        return replace(partial, text=text, stable=_shared(text, stable))

    def _cue(self, cue: Cue) -> Cue:
        def proof(evidence: Evidence) -> Evidence:
            said = Segment(
                evidence.channel, None, Role.UNKNOWN, evidence.span, evidence.text, evidence.text
            )
            return replace(evidence, text=self._alone(said, _NUMBER))

        text = {language: self._known.unsaid(words) for language, words in cue.text.items()}
        return replace(cue, text=text, evidence=tuple(map(proof, cue.evidence)))

    def _alone(self, segment: Segment, numbers: re.Pattern[str]) -> str:
        """Return the text of something that is not said for good, after what was."""
        covered = self._covers(segment).shown(len(self._before), segment.text)
        return self._shown(segment, covered, numbers).text

    def _shown(self, segment: Segment, covered: str, numbers: re.Pattern[str]) -> Segment:
        """Return a segment as it is shown: its covered text, without the times of its words."""
        text = self._known.unsaid(covered)
        text = numbers.sub(lambda found: "*" * len(found[0]), text)
        emotion = segment.emotion
        if emotion is not None:
            emotion = replace(emotion, words=tuple(map(self._known.unsaid, emotion.words)))
        return replace(segment, spoken=text, text=text, words=(), edits=(), emotion=emotion)

    def _covers(self, segment: Segment) -> Covers:
        """Return what is private in a segment after those before; it is the last of them."""
        return self._found([*self._before, segment])

    def _found(self, said: Sequence[Segment]) -> Covers:
        placed = [replace(s, span=Span(at, at + 1)) for at, s in enumerate(said)]
        call = Call(self._recording, segments=tuple(placed))
        return covers_of(call, self._find(call, Meaning()).entities, self._policy)


def _shared(one: str, other: str) -> str:
    """Return how two texts begin alike."""
    pairs = takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
    return "".join(a for a, _ in pairs)
