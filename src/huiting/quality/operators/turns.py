"""How many turns the call has, or one party."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from huiting.core.dialogue import Dialogue
from huiting.core.judgement import EvidenceKind
from huiting.quality.operators._bounds import Bounds, bounds
from huiting.quality.operators._measured import Measure, compare, is_whole, whole
from huiting.quality.rules.asked import Context, Found, Hit, Scope


def build(
    *, above: float | None = None, below: float | None = None, equals: float | None = None
) -> "Turns":
    """Ask for more turns than `above`, fewer than `below`, or exactly `equals`."""
    return Turns(bounds("turns", above=above, below=below, equals=equals, least=0))


@dataclass(frozen=True, slots=True)
class Turns:
    """An `Operator`."""

    bounds: Bounds
    hears: bool = False

    def find(self, dialogue: Dialogue, scope: Scope, _context: Context) -> Found:
        """Compare how many turns those looked at have, in the windows."""
        hit = Hit(
            whole(dialogue),
            EvidenceKind.MEASURED,
            value=float(_count(dialogue, scope)),
            note=Measure.TURNS,
        )
        return compare(self.bounds, [hit])

    def phrases(self) -> Sequence[str]:
        """Look for no words."""
        return ()


def _count(dialogue: Dialogue, scope: Scope) -> int:
    if is_whole(dialogue, scope):
        if scope.roles is None:
            return dialogue.metrics.turns
        return sum(p.turns for p in dialogue.metrics.parties if p.role in scope.roles)
    # Within a window: runs of lines of one voice among all that is said there.
    lines = (line for line in dialogue.lines if scope.covers(line.span))
    runs = [role for role, _ in groupby(line.role for line in lines)]
    return sum(scope.asks(role) for role in runs)
