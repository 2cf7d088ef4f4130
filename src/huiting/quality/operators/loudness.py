"""How loud somebody speaks, in dBFS, and by how much it suddenly rises, in dB."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from huiting.core.dialogue import Dialogue, Line
from huiting.core.judgement import EvidenceKind
from huiting.quality.operators._bounds import Bounds, bounds
from huiting.quality.operators._measured import Measure, compare
from huiting.quality.operators._options import refuse
from huiting.quality.rules.asked import Context, Found, Hit, Scope


def build(
    *,
    jump_above: float | None = None,
    above: float | None = None,
    below: float | None = None,
) -> "Loudness":
    """Ask for a rise of more than `jump_above` dB, or a loudness above or below some dBFS.

    Raises:
        ConfigError: a bound is no number, none is given, or a jump and a level both are.
    """
    if jump_above is not None:
        if above is not None or below is not None:
            refuse("loudness", "jump-above", "stands beside a level", "ask for each by itself")
        names = ("jump-above", "", "")
        return Loudness(bounds("loudness", above=jump_above, names=names, least=0), jump=True)
    names = ("above", "below", "jump-above")
    return Loudness(bounds("loudness", above=above, below=below, names=names), jump=False)


@dataclass(frozen=True, slots=True)
class Loudness:
    """An `Operator`."""

    bounds: Bounds
    jump: bool
    """Compare with the same voice's last segment."""
    hears: bool = False

    def find(self, dialogue: Dialogue, scope: Scope, _context: Context) -> Found:
        """Compare each segment of those looked at."""
        if self.jump:
            return compare(self.bounds, _jumps(dialogue, scope))
        levels = (_hit(x, x.loudness, Measure.LOUDNESS) for x in scope.lines)
        return compare(self.bounds, levels)

    def phrases(self) -> Sequence[str]:
        """Look for no words."""
        return ()


def _jumps(dialogue: Dialogue, scope: Scope) -> Iterator[Hit]:
    """Yield the rise of each segment; the one before may be outside the windows."""
    looked_at = {line.segment for line in scope.lines}
    last: dict[tuple[int, int | None], float] = {}
    for line in dialogue.lines:
        if line.loudness is None:
            continue
        voice = (line.channel, line.speaker)
        if voice in last and line.segment in looked_at:
            yield _hit(line, line.loudness - last[voice], Measure.LOUDNESS_JUMP)
        last[voice] = line.loudness


def _hit(line: Line, value: float | None, note: Measure) -> Hit:
    return Hit(
        line.span,
        EvidenceKind.MEASURED,
        line.channel,
        line.role,
        line.segment,
        line.text,
        value=value,
        note=note,
    )
