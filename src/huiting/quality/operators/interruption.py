"""Somebody takes the turn from another who is still speaking.

What counts as one is the metrics' matter (docs/metrics.md): half a second and more of
speech at once that is more than listening.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from huiting.core.dialogue import Dialogue
from huiting.core.judgement import EvidenceKind
from huiting.core.timeline import timeline
from huiting.core.types import Role
from huiting.quality.operators._bounds import Bounds, bounds
from huiting.quality.operators._measured import Measure, compare, lies
from huiting.quality.operators._options import SPEAKERS, some_of
from huiting.quality.rules.asked import Context, Found, Hit, Scope


def build(*, by: str | Sequence[str] | None = None, longer_than: float = 0.0) -> "Interruption":
    """Ask for an interruption `by` somebody, both speaking for more than `longer_than` seconds."""
    names = ("longer-than", "", "")
    return Interruption(
        bounds("interruption", above=longer_than, names=names, least=0),
        None if by is None else some_of("interruption", "by", by, SPEAKERS),
    )


@dataclass(frozen=True, slots=True)
class Interruption:
    """An `Operator`."""

    bounds: Bounds
    by: frozenset[Role] | None = None
    hears: bool = False

    def find(self, dialogue: Dialogue, scope: Scope, _context: Context) -> Found:
        """Return where one of those looked at cuts in."""
        return compare(self.bounds, self._cuts(dialogue, scope))

    def phrases(self) -> Sequence[str]:
        """Look for no words."""
        return ()

    def _cuts(self, dialogue: Dialogue, scope: Scope) -> Iterator[Hit]:
        cuts = [overlap for overlap in dialogue.metrics.overlaps if overlap.interruption]
        if not cuts:
            return
        lines = timeline(dialogue.lines, lambda line: line.span)
        for overlap in cuts:
            role = overlap.second
            asked = scope.asks(role) and (self.by is None or role in self.by)
            if asked and lies(scope, overlap.span):
                words = (line for line in lines.over(overlap.span) if line.role is role)
                said = next(words, None)  # that they cut in with
                yield Hit(
                    overlap.span,
                    EvidenceKind.MEASURED,
                    channel=None if said is None else said.channel,
                    role=role,
                    segment=None if said is None else said.segment,
                    quote=None if said is None else said.text,
                    value=overlap.span.duration,
                    note=Measure.INTERRUPTION,
                )
