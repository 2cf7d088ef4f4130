"""How long the call is, in seconds."""

from collections.abc import Sequence
from dataclasses import dataclass

from huiting.core.dialogue import Dialogue
from huiting.core.judgement import EvidenceKind
from huiting.quality.operators._bounds import Bounds, bounds
from huiting.quality.operators._measured import Measure, compare, whole
from huiting.quality.rules.asked import Context, Found, Hit, Scope


def build(
    *, above: float | None = None, below: float | None = None, equals: float | None = None
) -> "Duration":
    """Ask for a call longer than `above` or shorter than `below` seconds."""
    return Duration(bounds("duration", above=above, below=below, equals=equals, least=0))


@dataclass(frozen=True, slots=True)
class Duration:
    """An `Operator`."""

    bounds: Bounds
    hears: bool = False

    def find(self, dialogue: Dialogue, _scope: Scope, _context: Context) -> Found:
        """Compare the duration of the whole call, whatever the scope."""
        hit = Hit(
            whole(dialogue),
            EvidenceKind.MEASURED,
            value=dialogue.duration,
            note=Measure.DURATION,
        )
        return compare(self.bounds, [hit])

    def phrases(self) -> Sequence[str]:
        """Look for no words."""
        return ()
