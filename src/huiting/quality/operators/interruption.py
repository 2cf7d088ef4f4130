"""Somebody takes the turn from another who is still speaking.

What counts as one is the metrics' matter (docs/metrics.md): half a second and more of
speech at once that is more than listening.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from huiting.core.dialogue import Dialogue, Line
from huiting.core.judgement import EvidenceKind
from huiting.core.types import Role, Span
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
        for overlap in dialogue.metrics.overlaps:
            role = overlap.second
            asked = scope.asks(role) and (self.by is None or role in self.by)
            if overlap.interruption and asked and lies(scope, overlap.span):
                said = _said(dialogue, role, overlap.span)
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


def _said(dialogue: Dialogue, role: Role, span: Span) -> Line | None:
    """Return the words that somebody cut in with."""
    lines = (line for line in dialogue.lines if line.role is role and line.span.overlap(span))
    return next(lines, None)
