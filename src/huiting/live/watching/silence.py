"""Nobody speaks, right now, and for too long."""

from collections.abc import Iterator
from dataclasses import dataclass

from huiting.core.types import Role, Span
from huiting.live.scene import Scene
from huiting.live.updates import Cue, CueKind, Evidence

LIMIT = 8.0
"""Seconds; of labelled sample calls, no pause between question and answer is as long."""


@dataclass(frozen=True, slots=True)
class SilenceWatch:
    """A `Watcher`."""

    limit: float = LIMIT
    """Seconds."""

    def look(self, scene: Scene) -> Iterator[Cue]:
        """Return a cue while nobody speaks who spoke before."""
        silent = scene.at - scene.silent_since
        if scene.silent_since == 0 or silent < self.limit or scene.over:
            return
        agents = [p.channel for p in scene.call.parties if p.role is Role.AGENT]
        span = Span(scene.silent_since, scene.silent_since + self.limit)
        yield Cue(
            key="silence",
            kind=CueKind.SILENCE,
            at=scene.at,
            text={
                "zh": f"已经 {self.limit:g} 秒没有人说话",
                "en": f"Nobody has spoken for {self.limit:g} seconds",
            },
            severity="warning",
            evidence=(Evidence(agents[0] if agents else 0, span),),
        )
