"""The customer grows angry: by what was judged of how they sound and what they say."""

from collections.abc import Iterator, Sequence

from huiting.core.types import EmotionLabel, Role, Segment
from huiting.live.scene import Scene
from huiting.live.updates import Cue, CueKind, Evidence

ANGRY = 0.5
"""Mean probability of anger in the latest segments, from which they are angry..."""
CALM = 0.35
"""...until it is below this."""
RISE = 0.2
"""By how much it must have grown since before."""
LATEST = 2
BEFORE = 6
"""Segments that are compared."""
USUAL = 0.1
"""What is assumed of before, when nothing is known of it."""


class AngerWatch:
    """A `Watcher`."""

    def __init__(self) -> None:
        self._angry = False

    def look(self, scene: Scene) -> Iterator[Cue]:
        """Return a cue from when a customer grew angry until they are calm."""
        known = [s for s in scene.call.segments if s.role is Role.CUSTOMER and _told(s)]
        if len(known) < LATEST:
            return
        latest, before = known[-LATEST:], known[-LATEST - BEFORE : -LATEST]
        now = _mean(latest)
        grown = now - (_mean(before) if before else USUAL) >= RISE
        self._angry = now >= (CALM if self._angry else ANGRY) and (self._angry or grown)
        if self._angry:
            yield Cue(
                key="anger",
                kind=CueKind.ANGER,
                at=scene.at,
                text={"zh": "客户情绪正在变得激动", "en": "The customer is growing angry"},
                severity="warning",
                evidence=tuple(Evidence(s.channel, s.span, s.text) for s in latest),
            )


def _told(segment: Segment) -> bool:
    return segment.emotion is not None and bool(segment.emotion.odds)


def _mean(segments: Sequence[Segment]) -> float:
    odds = [s.emotion.odds.get(EmotionLabel.ANGRY, 0.0) for s in segments if s.emotion is not None]
    return sum(odds) / len(odds)
