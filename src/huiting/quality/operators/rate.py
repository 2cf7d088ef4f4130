"""How fast somebody speaks: characters (zh, yue, ja) or words a minute."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import fsum

from huiting.core.dialogue import Dialogue, Line
from huiting.core.judgement import EvidenceKind
from huiting.core.types import Role
from huiting.quality.metrics import units
from huiting.quality.operators._bounds import Bounds, bounds
from huiting.quality.operators._measured import Measure, compare, is_whole, whole
from huiting.quality.operators._options import number, one_of
from huiting.quality.rules.asked import Context, Found, Hit, Scope


class Of(StrEnum):
    """Which rate."""

    SEGMENT = "segment"
    """Of each segment long enough to have one."""
    AVERAGE = "average"
    """Over all the party says."""
    PEAK = "peak"
    """Of its fastest segment."""


def build(
    *,
    above: float | None = None,
    below: float | None = None,
    of: str = Of.SEGMENT,
    shortest: float = 0,
) -> "Rate":
    """Ask for a rate above or below a bound.

    Args:
        above: units a minute.
        below: units a minute.
        of: `segment`, `average` or `peak`.
        shortest: units that a segment must have to be looked at.

    Raises:
        ConfigError: an option is none of these, or neither bound is given.
    """
    return Rate(
        bounds("rate", above=above, below=below, least=0),
        one_of("rate", "of", of, Of),
        number("rate", "shortest", shortest, least=0),
    )


@dataclass(frozen=True, slots=True)
class Rate:
    """An `Operator`."""

    bounds: Bounds
    of: Of
    shortest: float
    hears: bool = False

    def find(self, dialogue: Dialogue, scope: Scope, _context: Context) -> Found:
        """Compare the rates of those looked at."""
        lines = [
            x
            for x in scope.lines
            if x.rate is not None and (not self.shortest or units(x.spoken) >= self.shortest)
        ]
        match self.of:
            case Of.SEGMENT:
                return compare(self.bounds, (_hit(x, Measure.RATE) for x in lines))
            case Of.PEAK:
                return compare(self.bounds, _peaks(lines))
            case Of.AVERAGE:
                return compare(self.bounds, self._averages(dialogue, scope, lines))

    def phrases(self) -> Sequence[str]:
        """Look for no words."""
        return ()

    def _averages(self, dialogue: Dialogue, scope: Scope, lines: Sequence[Line]) -> Iterator[Hit]:
        if is_whole(dialogue, scope) and not self.shortest:
            rates = [(p.role, p.channel, p.rate) for p in dialogue.metrics.parties]
        else:
            voices = _by_voice(lines).items()
            rates = [(role, channel, _average(said)) for (role, channel), said in voices]
        for role, channel, rate in rates:
            if scope.asks(role):
                kind, note = EvidenceKind.MEASURED, Measure.AVERAGE_RATE
                yield Hit(whole(dialogue), kind, channel, role, value=rate, note=note)


def _hit(line: Line, note: Measure) -> Hit:
    return Hit(
        line.span,
        EvidenceKind.MEASURED,
        line.channel,
        line.role,
        line.segment,
        line.text,
        value=line.rate,
        note=note,
    )


def _by_voice(lines: Iterable[Line]) -> dict[tuple[Role, int], list[Line]]:
    found: dict[tuple[Role, int], list[Line]] = {}
    for line in lines:
        found.setdefault((line.role, line.channel), []).append(line)
    return found


def _peaks(lines: Iterable[Line]) -> Iterator[Hit]:
    for said in _by_voice(lines).values():
        yield _hit(max(said, key=lambda x: x.rate or 0.0), Measure.PEAK_RATE)


def _average(said: Iterable[Line]) -> float | None:
    """Return units over the time they took: the mean of the rates, weighted by that time."""
    counts = [(units(x.spoken), x.rate) for x in said if x.rate]
    minutes = fsum(count / rate for count, rate in counts)
    return fsum(count for count, _ in counts) / minutes if minutes else None
