"""How rules do, as the page shows it: versions together, shares over weeks as a line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from huiting.service.review.measuring import Week
from huiting.service.reviewing import Measured

_WIDE, _HIGH, _EDGE = 128.0, 32.0, 4.0
"""Of the drawing, in its own units."""


@dataclass(frozen=True, slots=True)
class RuleMeasures:
    """How the versions of a rule did."""

    rule: str
    name: str
    versions: Sequence[Measured]
    """The newest first."""


def by_rule(measured: Sequence[Measured], names: Mapping[str, str]) -> list[RuleMeasures]:
    """Return versions of each rule together; the rules with most decisions first."""
    found = [
        RuleMeasures(rule, names.get(rule, rule), sorted(those, key=lambda m: -m.version))
        for rule, those in groupby(sorted(measured, key=lambda m: m.rule), lambda m: m.rule)
    ]
    return sorted(found, key=lambda r: (-sum(m.precision.of for m in r.versions), r.rule))


def line(weeks: Sequence[Week]) -> list[tuple[float, float]]:
    """Return where the precision of each week stands in the drawing; weeks without any are left out."""
    known = [(n, week.precision.share) for n, week in enumerate(weeks)]
    step = (_WIDE - 2 * _EDGE) / max(1, len(weeks) - 1)
    return [
        (round(_EDGE + n * step, 1), round(_EDGE + (1 - share) * (_HIGH - 2 * _EDGE), 1))
        for n, share in known
        if share is not None
    ]
