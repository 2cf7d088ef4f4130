"""Which share of all talk time somebody has."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import fsum

from huiting.core.dialogue import Dialogue, Line
from huiting.core.errors import ConfigError
from huiting.core.judgement import EvidenceKind
from huiting.core.types import Span
from huiting.quality.operators._bounds import Bounds, bounds
from huiting.quality.operators._measured import Measure, compare, is_whole, whole
from huiting.quality.rules.asked import Context, Found, Hit, Scope


def build(*, above: float | None = None, below: float | None = None) -> "TalkRatio":
    """Ask for a share above or below a bound in [0, 1]; the scope says `by` whom."""
    return TalkRatio(bounds("talk_ratio", above=above, below=below, least=0, most=1))


@dataclass(frozen=True, slots=True)
class TalkRatio:
    """An `Operator`."""

    bounds: Bounds
    hears: bool = False

    def find(self, dialogue: Dialogue, scope: Scope, _context: Context) -> Found:
        """Compare the share of those looked at, in the windows.

        Raises:
            ConfigError: the scope does not say whose share.
        """
        if scope.roles is None:
            raise ConfigError("talk_ratio", "it is not said whose share", "add by: agent")
        hit = Hit(
            whole(dialogue),
            EvidenceKind.MEASURED,
            role=next(iter(scope.roles)) if len(scope.roles) == 1 else None,
            value=_ratio(dialogue, scope),
            note=Measure.TALK_RATIO,
        )
        return compare(self.bounds, [hit])

    def phrases(self) -> Sequence[str]:
        """Look for no words."""
        return ()


def _ratio(dialogue: Dialogue, scope: Scope) -> float | None:
    """Return the share; None when nobody speaks."""
    if is_whole(dialogue, scope):
        talk = [(scope.asks(p.role), p.talk_time) for p in dialogue.metrics.parties]
    else:
        talk = [(scope.asks(x.role), _inside(x, scope.windows)) for x in dialogue.lines]
    total = fsum(time for _, time in talk)
    return fsum(time for own, time in talk if own) / total if total else None


def _inside(line: Line, windows: Iterable[Span]) -> float:
    return fsum(window.overlap(line.span) for window in windows)
