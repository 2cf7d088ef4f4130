"""What the tables of a comparison show: engines, how far they differ, lines with their marks."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from huiting.service.comparing import Row
from huiting.service.comparisons.desk import Differing, Shown
from huiting.text.error_rate import ErrorRate, Unit
from huiting.web.site.compare.marks import Piece, pieces

RATES = {Unit.CHARACTER: "CER", Unit.WORD: "WER", Unit.MIXED: "MER"}
LONGEST = 30.0
"""Seconds of a line that are played at most."""
_MARGIN = 0.3
"""Seconds played before and after a line."""


@dataclass(frozen=True, slots=True)
class Rate:
    """An error rate by its name."""

    name: str
    rate: ErrorRate


@dataclass(frozen=True, slots=True)
class EngineRow:
    """A line of the table of engines."""

    row: Row
    rates: Sequence[Rate]
    best: bool
    """It has the fewest errors, of several that are measured in the same unit."""
    failures: Sequence[tuple[str, int]]
    """Why calls could not be heard, and how many."""


@dataclass(frozen=True, slots=True)
class Text:
    """What an engine heard of a line."""

    engine: str
    pieces: Sequence[Piece]


@dataclass(frozen=True, slots=True)
class Line:
    """A line that engines heard differently."""

    of: Differing
    path: str
    """Of the call, at that second."""
    clip: str
    texts: Sequence[Text]
    """Marked where they differ from what was said; without a correction, from the first."""


def engine_rows(shown: Shown, engines: Sequence[str]) -> Sequence[EngineRow]:
    """Return a row an engine, as they were named."""
    rows = {row.engine: row for row in shown.outcome.figures.rows}
    best = _best(list(rows.values()))
    found = []
    for engine in engines:
        row = rows[engine]
        reasons = Counter(one.reason for one in shown.unheard if one.engine == engine)
        rates = [Rate(RATES[unit], row.rates[unit]) for unit in Unit if unit in row.rates]
        found.append(EngineRow(row, rates, engine in best, reasons.most_common()))
    return found


def matrix(shown: Shown, engines: Sequence[str]) -> Sequence[Sequence[ErrorRate | None]]:
    """Return how much each engine differs from each: a row is what the first heard."""
    apart = {(one.first, one.second): one.rate for one in shown.outcome.figures.apart}
    return [[apart.get((first, second)) for second in engines] for first in engines]


def lines(shown: Shown, engines: Sequence[str], *, unredacted: bool) -> Sequence[Line]:
    """Return lines with their marks."""
    return [_line(one, engines, unredacted=unredacted) for one in shown.lines]


def _line(one: Differing, engines: Sequence[str], *, unredacted: bool) -> Line:
    heard = [(engine, one.heard[engine]) for engine in engines if engine in one.heard]
    meant = one.said if one.said is not None else heard[0][1] if heard else ""
    begin = max(0.0, one.span.start - _MARGIN)
    end = min(one.span.end + _MARGIN, begin + LONGEST)
    shown = {"unredacted": "true"} if unredacted else {}
    clip = urlencode({"start": f"{begin:.2f}", "end": f"{end:.2f}", **shown})
    place = urlencode({"t": f"{one.span.start:.1f}", **shown})
    return Line(
        one,
        f"/calls/{one.call}?{place}",
        f"/api/v1/calls/{one.call}/clip?{clip}",
        [Text(engine, pieces(text, meant)) for engine, text in heard],
    )


def _best(rows: Sequence[Row]) -> frozenset[str]:
    """Return who has the fewest errors, where that can be said: in the one unit all are measured in."""
    units = {unit for row in rows for unit in row.rates}
    measured = [row for row in rows if row.rates]
    if len(units) != 1 or len(measured) < 2:  # noqa: PLR2004  (nobody is the best of one)
        return frozenset()
    [unit] = units
    least = min(row.rates[unit].rate for row in measured)
    best = frozenset(row.engine for row in measured if row.rates[unit].rate == least)
    return best if len(best) < len(measured) else frozenset()
