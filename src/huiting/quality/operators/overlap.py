"""Two speak at once: how long, and who began second."""

from collections.abc import Sequence
from dataclasses import dataclass

from huiting.core.dialogue import Dialogue
from huiting.core.judgement import EvidenceKind
from huiting.core.types import Role
from huiting.quality.operators._bounds import Bounds, bounds
from huiting.quality.operators._measured import Measure, compare, lies
from huiting.quality.operators._options import SPEAKERS, some_of
from huiting.quality.rules.asked import Context, Found, Hit, Scope


def build(
    *,
    longer_than: float = 0.0,
    shorter_than: float | None = None,
    by: str | Sequence[str] | None = None,
) -> "Overlap":
    """Ask for speech at once for more than `longer_than` seconds, begun second `by` somebody."""
    names = ("longer-than", "shorter-than", "")
    return Overlap(
        bounds("overlap", above=longer_than, below=shorter_than, names=names, least=0),
        None if by is None else some_of("overlap", "by", by, SPEAKERS),
    )


@dataclass(frozen=True, slots=True)
class Overlap:
    """An `Operator`."""

    bounds: Bounds
    by: frozenset[Role] | None = None
    hears: bool = False

    def find(self, dialogue: Dialogue, scope: Scope, _context: Context) -> Found:
        """Return the stretches in which one of those looked at speaks into another's words."""
        hits = (
            Hit(
                overlap.span,
                EvidenceKind.MEASURED,
                role=overlap.second,
                value=overlap.span.duration,
                note=Measure.OVERLAP,
            )
            for overlap in dialogue.metrics.overlaps
            if scope.asks(overlap.second)
            and (self.by is None or overlap.second in self.by)
            and lies(scope, overlap.span)
        )
        return compare(self.bounds, hits)

    def phrases(self) -> Sequence[str]:
        """Look for no words."""
        return ()
