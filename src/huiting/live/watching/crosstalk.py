"""They speak at once, again and again."""

from collections.abc import Iterator
from dataclasses import dataclass

from huiting.live.scene import Scene
from huiting.live.updates import Cue, CueKind, Evidence


@dataclass(frozen=True, slots=True)
class CrosstalkWatch:
    """A `Watcher`."""

    times: int = 3
    """How often..."""
    within: float = 60.0
    """...in so many seconds."""
    longer_than: float = 0.5
    """Seconds; shorter ones are how turns usually change."""

    def look(self, scene: Scene) -> Iterator[Cue]:
        """Return a cue while it happened often, lately."""
        begin = scene.at - self.within
        lately = [s for s in scene.overlaps if s.start >= begin and s.duration > self.longer_than]
        if len(lately) < self.times:
            return
        yield Cue(
            key="crosstalk",
            kind=CueKind.CROSSTALK,
            at=scene.at,
            text={
                "zh": f"{self.within:g} 秒内两人同时说话 {self.times} 次以上",
                "en": f"Both have spoken at once {self.times} times or more"
                f" in {self.within:g} seconds",
            },
            evidence=tuple(Evidence(0, span) for span in lately[: self.times]),
        )
