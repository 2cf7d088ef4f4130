"""What comes before an outburst: moments within calls, set against all others of the customer.

An outburst is where the customer becomes angry: an angry line after one that was not. Each
is a moment to listen to, and so is every other line of the customer, as what to compare
with. Moments of one call are alike, so errors are those of calls, not of moments.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from huiting.core.dialogue import Line
from huiting.core.types import EmotionLabel, Role, Span
from huiting.insights._shown import Moment
from huiting.insights.case import Case, emotions_known, feels
from huiting.insights.columns.calls import Calls, Rows
from huiting.insights.fields import agent_of
from huiting.insights.rates import Clusters, Count, Difference, Interval, Rate, adjusted
from huiting.insights.traits import CAUSE_WORDS, agent_interruptions, agent_silences

__all__ = [
    "MOST", "WITHIN", "Moment", "OutburstTally", "Outbursts", "Preceding", "before",
    "before_outbursts", "looks", "outbursts", "outbursts_after",
]  # fmt: skip
WITHIN = 10.0
"""Seconds before a moment in which a circumstance must end to come before it."""
MOST = 10_000
"""Moments kept."""
_TOUCHING = 0.3
"""A silence may end this long after the line begins that broke it: regions and segments
are cut differently."""


@dataclass(frozen=True, slots=True)
class Outbursts:
    """How many outbursts follow a silence of the agent's, and how many other moments do."""

    longer_than: float
    within: float
    after: Rate
    interval: Interval | None
    """Of `after`, with the errors of calls."""
    elsewhere: Rate
    """Of all other lines of the customer."""
    difference: Difference | None
    calls: int
    """With a customer whose emotion was listened for."""
    moments: tuple[Moment, ...]
    """In the order of the calls; at most `MOST`, `after.of` says how many there are."""


class OutburstTally:
    """Looks before outbursts as calls come."""

    def __init__(
        self,
        longer_than: float = 1.2,
        within: float = WITHIN,
        label: EmotionLabel = EmotionLabel.ANGRY,
        kept: int = MOST,
    ) -> None:
        self._longer_than, self._within, self._label = longer_than, within, label
        self._kept = kept
        self._clusters = Clusters()
        self._calls = 0
        self._moments: list[Moment] = []

    def add(self, case: Case) -> None:
        """Take one more call."""
        if not emotions_known(case):
            return
        self._calls += 1
        silences = agent_silences(case)
        counts = Count(), Count()
        for line, breaks_out in outbursts(case, self._label):
            silence = max((s.duration for s in before(silences, line, self._within)), default=0.0)
            follows = silence > self._longer_than
            counts[not breaks_out].add(follows)
            if breaks_out and len(self._moments) < self._kept:
                self._moments.append(_moment(case, line, silence, follows=follows))
        self._clusters.add(counts[0].rate(), counts[1].rate())

    def add_all(self, calls: Calls, rows: Rows) -> None:
        """Take more calls at once; of a tally of the usual lengths, and of anger."""
        heard = rows & ~np.isnan(calls.number("angry"))
        self._calls += int(heard.sum())
        trials = calls.whole("trials")
        self._clusters.add_all(trials[heard])
        for row in np.flatnonzero(heard & (trials[:, 1] > 0)):
            if len(self._moments) >= self._kept:
                break
            self._moments += calls.shown(int(row)).outbursts[: self._kept - len(self._moments)]

    def result(self) -> Outbursts:
        """Return what was found so far."""
        after, elsewhere = self._clusters.rates()
        return Outbursts(
            self._longer_than,
            self._within,
            after,
            self._clusters.interval(),
            elsewhere,
            self._clusters.difference(),
            self._calls,
            tuple(self._moments),
        )


def _moment(case: Case, line: Line, silence: float, *, follows: bool) -> Moment:
    dialogue = case.dialogue
    return Moment(case.call, dialogue.name, agent_of(case), line.span, line.text, silence, follows)


def outbursts_after(
    cases: Iterable[Case],
    longer_than: float = 1.2,
    *,
    within: float = WITHIN,
    label: EmotionLabel = EmotionLabel.ANGRY,
) -> Outbursts:
    """Return which outbursts follow a silence of the agent's, each one to check by ear.

    Args:
        cases: read once.
        longer_than: seconds of silence while the agent owes an answer, or after asking to wait.
        within: how many seconds before the outburst the silence must end.
        label: what the customer begins to sound like.
    """
    tally = OutburstTally(longer_than, within, label)
    for case in cases:
        tally.add(case)
    return tally.result()


def outbursts(case: Case, label: EmotionLabel) -> Iterable[tuple[Line, bool]]:
    """Yield each line of the customer with whether `label` begins there.

    Lines that go on in that feeling are neither outburst nor anything to compare with.
    """
    was = False
    for line in case.dialogue.lines:
        if line.role is Role.CUSTOMER and line.emotion is not None:
            now = feels(line, label)
            if not (was and now):
                yield line, now
            was = now


def before(spans: Sequence[Span], line: Line, within: float) -> list[Span]:
    """Return the spans, in order, that end in the `within` seconds before a line."""
    last = bisect_right(spans, line.span.start + _TOUCHING, key=lambda span: span.end)
    found = []
    for span in reversed(spans[:last]):
        if span.end < line.span.start - within:
            break
        found.append(span)
    return found


@dataclass(frozen=True, slots=True)
class Preceding:
    """A circumstance, and how often it comes before outbursts and before other moments."""

    circumstance: str
    before: Rate
    interval: Interval | None
    elsewhere: Rate
    difference: Difference
    q: float
    """Share of false discoveries if this one and all surer ones are believed."""
    calls: tuple[str, ...]
    """Ids of calls with an outburst after it; at most `KEPT`."""


KEPT = 1_000
Look = Callable[[Case], Callable[[Line], bool]]
"""Reads a call once, then tells of each line whether the circumstance comes before it."""


def _silence(longer_than: float, within: float) -> Look:
    def look(case: Case) -> Callable[[Line], bool]:
        spans = [s for s in agent_silences(case) if s.duration > longer_than]
        return lambda line: bool(before(spans, line, within))

    return look


def _interrupted(within: float) -> Look:
    def look(case: Case) -> Callable[[Line], bool]:
        spans = agent_interruptions(case)
        return lambda line: bool(before(spans, line, within))

    return look


def _said(role: Role, word: str, within: float) -> Look:
    def look(case: Case) -> Callable[[Line], bool]:
        lines = case.dialogue.lines
        said = [s.span for s in lines if s.role is role and word in s.text.casefold()]
        return lambda line: bool(before([s for s in said if s != line.span], line, within))

    return look


def looks(within: float = WITHIN, words: Sequence[str] | None = None) -> dict[str, Look]:
    """Return the circumstances that are looked for before outbursts.

    Args:
        within: seconds.
        words: said by the agent; None for the usual ones.
    """
    found: dict[str, Look] = {
        f"agent silence > {least:g} s": _silence(least, within) for least in (1.2, 3.0, 5.0)
    }
    found["agent interrupts"] = _interrupted(within)
    for word in CAUSE_WORDS[Role.AGENT] if words is None else words:
        found[f"agent says “{word}”"] = _said(Role.AGENT, word.casefold(), within)
    return found


@dataclass(slots=True)
class _Seen:
    clusters: Clusters = field(default_factory=Clusters)
    calls: list[str] = field(default_factory=list)


def before_outbursts(
    cases: Iterable[Case],
    circumstances: dict[str, Look] | None = None,
    *,
    label: EmotionLabel = EmotionLabel.ANGRY,
) -> tuple[Preceding, ...]:
    """Return which circumstances come before outbursts more than before other moments.

    Those that cannot be tested, as in fewer than two calls, are left out; the surest first.
    """
    asked = looks() if circumstances is None else circumstances
    seen = {name: _Seen() for name in asked}
    for case in cases:
        moments = list(outbursts(case, label))
        for name, look in asked.items() if moments else ():
            comes_before = look(case)
            counts = Count(), Count()
            for line, breaks_out in moments:
                counts[not breaks_out].add(comes_before(line))
            seen[name].clusters.add(counts[0].rate(), counts[1].rate())
            if counts[0].count and len(seen[name].calls) < KEPT:
                seen[name].calls.append(case.call)
    tested = [
        (name, entry, difference)
        for name, entry in seen.items()
        if (difference := entry.clusters.difference()) and difference.p is not None
    ]
    qs = adjusted([d.p for *_, d in tested if d.p is not None])
    found = [
        Preceding(
            name, *_before(entry.clusters), entry.clusters.rates()[1], d, q, tuple(entry.calls)
        )
        for (name, entry, d), q in zip(tested, qs, strict=True)
    ]
    return tuple(sorted(found, key=lambda p: (p.q, -abs(p.difference.value))))


def _before(clusters: Clusters) -> tuple[Rate, Interval | None]:
    return clusters.rates()[0], clusters.interval()
