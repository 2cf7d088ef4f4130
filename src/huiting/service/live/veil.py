"""What happens in a live call, for somebody who may not see personal data.

What is private is found as in calls that are over, with what was said just before. But a
number is often said in pieces, and what will become of a piece nobody knows yet: so, besides,
numbers are hidden as long as the call runs (`numbers`). Of what is still being said only
clauses are shown that are over: half a name, or half an address, nobody knows for one.
"""

import re
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import takewhile

from huiting.core.meaning import Meaning
from huiting.core.ports import MeaningStage
from huiting.core.types import Call, Recording, Role, Segment, Span
from huiting.live.updates import Cue, Evidence, Final, Partial
from huiting.service.live.dictated import Dictation
from huiting.service.live.happening import Event
from huiting.service.live.log import MOST
from huiting.service.live.numbers import Spoken, bare, covered, piece
from huiting.service.recent import Recent
from huiting.text.redaction.cover import Covers, covers_of
from huiting.text.redaction.policy import Policy
from huiting.text.redaction.redact import redacted_recording

CONTEXT = 8
"""Segments before one that are read with it."""
REMEMBERED = 1_000
"""Partials and cues that are kept as they are shown."""
MORE = "…"
"""Stands for what is being said and not shown."""
_OVER = re.compile(r".*[。！？!?;；，,、](?=.)|.*\.(?=\s)", re.DOTALL)
"""Clauses behind which something follows."""
Between = Callable[[int, int], Sequence[Event]]


def _nothing(_after: int, _before: int) -> Sequence[Event]:
    return ()


class Veil:
    """Covers what happens in one call. May be used from several threads.

    Args:
        recording: what is known of the call.
        policy: what becomes of what is private.
        find: looks for it.
        finals: gives what was said for good between two events, by their numbers: who comes late
            is shown what is said by what was said before.
    """

    def __init__(
        self,
        recording: Recording,
        policy: Policy,
        find: MeaningStage,
        finals: Between | None = None,
    ) -> None:
        self._recording = recording
        self._policy = policy
        self._find = find
        self._finals = finals or _nothing
        self._before: deque[Segment] = deque(maxlen=CONTEXT)
        self._known = covers_of(Call(recording), (), policy)
        self._dictation = Dictation()
        self._lock = threading.Lock()
        self._read = 0
        """Number of the event up to which all that was said is known."""
        self._said: Recent[int, Event] = Recent(MOST)
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
            self._read_up_to(event)
            kept = self._said if isinstance(event.what, Final) else self._seen
            return kept.get(event.number, lambda: self._covered(event))

    def over(self, events: Sequence[Event]) -> list[Event]:
        """Return all that was told of a call that is over, with what is private covered.

        What became of each piece is known now: it is looked for once, in the whole of the call.
        """
        finals = [event.what for event in events if isinstance(event.what, Final)]
        said = sorted((s for final in finals for s in final.segments), key=lambda s: s.span)
        covers = self._found(said)
        with self._lock:
            self._known = covers
            dictation, shown = Dictation(), dict[int, Segment]()
            for place, segment in enumerate(said):
                text = covers.shown(place, segment.text)
                shown[id(segment)] = self._shown(segment, text, dictation)
            return [self._past(event, shown) for event in events]

    def _read_up_to(self, event: Event) -> None:
        """Know what was said before an event, in the order in which it was said."""
        if event.number <= self._read:
            return
        for final in self._finals(self._read, event.number):
            self._said.keep(final.number, self._covered(final))
        if isinstance(event.what, Final):
            self._said.keep(event.number, self._covered(event))
        self._read = event.number

    def _past(self, event: Event, shown: Mapping[int, Segment]) -> Event:
        match event.what:
            case Final() as final:
                segments = tuple(shown[id(segment)] for segment in final.segments)
                return Event(event.number, replace(final, segments=segments))
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
        shown = self._shown(segment, covers.shown(len(self._before), segment.text), self._dictation)
        self._before.append(segment)
        return shown

    def _partial(self, partial: Partial) -> Partial:
        text, stable = (self._begun(partial, said) for said in (partial.text, partial.stable))
        return replace(partial, text=text, stable=_shared(text, stable).removesuffix(MORE))

    def _begun(self, partial: Partial, text: str) -> str:
        """Return as much as may be shown of a text that goes on."""
        found = _OVER.match(text)
        whole = found[0] if found else ""
        said = Segment(partial.channel, None, Role.UNKNOWN, partial.span, whole, whole)
        return self._alone(said) + (MORE if len(whole) < len(text) else "")

    def _cue(self, cue: Cue) -> Cue:
        def proof(evidence: Evidence) -> Evidence:
            said = Segment(
                evidence.channel, None, Role.UNKNOWN, evidence.span, evidence.text, evidence.text
            )
            return replace(evidence, text=self._alone(said))

        text = {language: self._known.unsaid(words) for language, words in cue.text.items()}
        return replace(cue, text=text, evidence=tuple(map(proof, cue.evidence)))

    def _alone(self, segment: Segment) -> str:
        """Return the text of something that is not said for good, after what was."""
        shown = self._covers(segment).shown(len(self._before), segment.text)
        return bare(self._known.unsaid(shown), near=self._dictation.near)

    def _shown(self, segment: Segment, shown: str, dictation: Dictation) -> Segment:
        """Return a segment as it is shown: its covered text, without the times of its words."""
        text, near, spoken = self._known.unsaid(shown), dictation.near, _spoken(segment)
        dictation.heard(segment.text, piece=piece(segment.text, near=near, spoken=spoken))
        if len(text) == len(segment.text):
            text = covered(text, near=near, spoken=spoken)
        else:
            text = bare(text, near=near)
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


def _spoken(segment: Segment) -> Spoken:
    """Return what gives how the text of a segment was said."""
    places: list[tuple[int, int, str]] = []
    moved = 0
    for edit in segment.edits:
        begin = edit.start + moved
        end = begin + len(edit.written)
        places.append((begin, end, segment.spoken[edit.start : edit.end]))
        moved = end - edit.end

    def spoken(begin: int, end: int) -> str:
        return "|".join(said for a, b, said in places if a < end and begin < b)

    return spoken


def _shared(one: str, other: str) -> str:
    """Return how two texts begin alike."""
    pairs = takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
    return "".join(a for a, _ in pairs)
