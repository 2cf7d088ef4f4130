"""Today at a glance: how many calls, how they went, and which of them need a person now.

Counted from the columns of days (see `days`), and never for long: calls that changed a moment
ago may be missing, and then it is said how many.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from huiting.access.principal import Principal
from huiting.core.errors import InputError
from huiting.core.judgement import Severity, Verdict
from huiting.core.types import EmotionLabel
from huiting.insights.columns.calls import Calls, Rows
from huiting.insights.columns.facts import AGENT, MARK
from huiting.insights.columns.measured import kept_by
from huiting.insights.fields import Filter
from huiting.insights.rates import Clusters, Count, Interval, Rate
from huiting.insights.words import Term, WordTally
from huiting.jobs.queue import Load, Queue
from huiting.service.days import Days, Look
from huiting.service.listing import asked, when, whole
from huiting.service.recent import Recent
from huiting.service.reporting import BEFORE
from huiting.store.search import CALL_BITS

Span = tuple[date | None, date | None]
"""First and last day."""
LONGEST = 366
"""Days of one look."""
_FIRST = 5
"""Calls named of those that need a person."""
_RULES, _TERMS = 10, 10
_TOLD = 200
"""Answers kept, to be given again while no call changes."""
_LABELS = tuple(EmotionLabel)


class Need(StrEnum):
    """Why a call needs a person."""

    ANGRY = "angry"
    """The customer was angry, and the matter is not solved."""
    FATAL = "fatal"
    """A fatal item of a scorecard failed."""
    UNCERTAIN = "uncertain"
    """A rule could not tell: somebody should listen."""


FILTERS: dict[Need, dict[str, str]] = {
    Need.ANGRY: {"emotion": EmotionLabel.ANGRY.value, "outcome": "unsolved"},
    Need.FATAL: {"fatal": "true"},
    Need.UNCERTAIN: {"verdict": Verdict.UNCERTAIN.value},
}
"""What `GET /calls` is to be asked to list them."""


@dataclass(frozen=True, slots=True)
class Named:
    """A call, as much as leads to it."""

    call: str
    at: datetime
    """When it began; where that is not known, when it was first analyzed."""
    agent: str
    duration: float
    """Seconds."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Calls that need a person for one reason."""

    need: Need
    calls: int
    first: tuple[Named, ...]
    """The latest, a few."""
    query: tuple[tuple[str, str], ...]
    """By which `GET /calls` lists them."""
    whole: bool
    """Whether the query says all that calls were filtered by; otherwise it lists others too."""


@dataclass(frozen=True, slots=True)
class Volume:
    """Calls, and how long they are."""

    calls: int
    seconds: float


@dataclass(frozen=True, slots=True)
class RuleToday:
    """How often a rule was broken."""

    rule: str
    name: str
    severity: Severity
    failed: Rate
    """Of the calls in which it passed or failed."""
    uncertain: int
    before: Rate
    """As `failed`, in the days before."""


@dataclass(frozen=True, slots=True)
class DayToday:
    """One day, for a chart."""

    day: date
    calls: int
    seconds: float
    clean: Rate
    angry: Rate


@dataclass(frozen=True, slots=True)
class Today:
    """Some days at a glance."""

    since: date
    until: date
    """The last day."""
    volume: Volume
    before: Volume
    """Of the days before that they are compared with."""
    days_before: int
    judged: int
    """Calls with verdicts."""
    clean: Rate
    """Calls in which no rule failed, of those in which one passed or failed."""
    kept: Rate
    """Verdicts that passed, of those that passed or failed."""
    kept_interval: Interval | None
    """Of `kept`, with the errors of calls: verdicts of one call are alike."""
    angry: Rate
    """Calls with an angry customer, of those in which somebody listened for it."""
    emotions: tuple[tuple[EmotionLabel, int], ...]
    """Lines of customers, by how they sound; the most frequent first."""
    rules: tuple[RuleToday, ...]
    """The most often failed first, by what is certain of it: the lower ends of intervals."""
    rising: tuple[Term, ...]
    """Said more often than in the days before, beyond chance."""
    needs: tuple[Waiting, ...]
    series: tuple[DayToday, ...]
    """Every day, those without calls too."""
    queue: tuple[Load, ...]
    """What is being worked on, by kind of job; nothing for who may not see all calls."""
    uncounted: int
    """Calls that changed a moment ago and are not counted yet as they are now."""


@dataclass(slots=True)
class _Day:
    calls: int = 0
    seconds: float = 0.0
    clean: Count = field(default_factory=Count)
    angry: Count = field(default_factory=Count)


@dataclass(slots=True)
class _Sums:
    judged: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    verdicts_before: Counter[str] = field(default_factory=Counter)
    before: _Day = field(default_factory=_Day)
    days: defaultdict[date, _Day] = field(default_factory=lambda: defaultdict(_Day))
    kept: Clusters = field(default_factory=Clusters)
    emotions: Counter[EmotionLabel] = field(default_factory=Counter)
    words: WordTally = field(default_factory=WordTally)
    needs: dict[Need, int] = field(default_factory=lambda: dict.fromkeys(Need, 0))
    first: defaultdict[Need, list[Named]] = field(default_factory=lambda: defaultdict(list))


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Looks at days. May be used from several threads."""

    days: Days
    queue: Queue
    now: Callable[[], datetime]
    _told: Recent[Hashable, "Today"] = field(
        default_factory=lambda: Recent(_TOLD), init=False, repr=False
    )

    def today(self, span: Span, wanted: Filter, principal: Principal) -> Today:
        """Return days at a glance, as far as somebody may see their calls.

        Args:
            span: the first and the last day; without the first the last one alone, without
                the last until today.
            wanted: which of their calls.
            principal: who asks.

        Raises:
            InputError: the last day is before the first, or they are too many.
        """
        until = span[1] or self.days.day_of(self.now())
        since = span[0] or until
        _check(since, until)
        look = self.days.look(since - timedelta(BEFORE), until, principal)
        fields = tuple((name, tuple(values)) for name, values in wanted.fields.items())
        seen = tuple(sorted((name, tuple(sorted(v))) for name, v in principal.only.items()))
        key = (look.state, since, until, fields, wanted.since, wanted.until, seen)
        told = self._told.get(key, lambda: self._tell(look, since, until, wanted))
        return replace(told, queue=() if principal.only else self.queue.loads())

    def _tell(self, look: Look, since: date, until: date, wanted: Filter) -> Today:
        edges = _edges(self.days, since, until)
        sums = _Sums()
        for calls, seen in look.parts:
            rows = seen & kept_by(wanted, calls)
            place = np.searchsorted(edges, calls.whole("clock") >> CALL_BITS, side="right") - 1
            _add(sums, calls, rows & (place >= 0), place, since)
            _add_before(sums, calls, rows & (place < 0))
        ends = (self.days.midnight(since), self.days.midnight(until + timedelta(1)))
        found = [sums.days[since + timedelta(n)] for n in range((until - since).days + 1)]
        pairs, interval = sums.kept.rates(), sums.kept.interval()
        return Today(
            since=since,
            until=until,
            volume=Volume(sum(d.calls for d in found), sum(d.seconds for d in found)),
            before=Volume(sums.before.calls, sums.before.seconds),
            days_before=BEFORE,
            judged=sums.judged,
            clean=_sum(day.clean for day in found),
            kept=pairs[0],
            kept_interval=interval,
            angry=_sum(day.angry for day in found),
            emotions=tuple(sorted(sums.emotions.items(), key=lambda kv: (-kv[1], kv[0]))),
            rules=tuple(_rules(sums))[:_RULES],
            rising=sums.words.result(_TERMS).rising,
            needs=tuple(_needs(sums, [*when(ends), *asked(wanted)], whole=whole(wanted))),
            series=tuple(
                DayToday(since + timedelta(n), d.calls, d.seconds, d.clean.rate(), d.angry.rate())
                for n, d in enumerate(found)
            ),
            queue=(),
            uncounted=look.waiting,
        )


def _check(since: date, until: date) -> None:
    if until < since:
        raise InputError(f"{since} to {until}", "ends before it begins", "exchange the days")
    if (until - since).days >= LONGEST:
        raise InputError(
            f"{since} to {until}", f"more than {LONGEST} days", "choose fewer, or ask for a report"
        )


def _edges(days: Days, since: date, until: date) -> npt.NDArray[np.int64]:
    """Return when each day begins, in seconds."""
    count = (until - since).days + 1
    return np.array(
        [int(days.midnight(since + timedelta(n)).timestamp()) for n in range(count)], dtype=np.int64
    )


def _add(sums: _Sums, calls: Calls, rows: Rows, place: npt.NDArray[np.int64], since: date) -> None:
    if not rows.any():
        return
    passed, failed = _verdicts(calls)
    sums.judged += int(calls.flag("judged")[rows].sum())
    sums.verdicts.update(_counted(calls, rows))
    trials = np.zeros((int(rows.sum()), 4), dtype=np.int64)
    trials[:, 0], trials[:, 1] = passed[rows], (passed + failed)[rows]
    sums.kept.add_all(trials)
    heard = calls.whole("feelings")[rows].sum(axis=0).tolist()
    sums.emotions.update({label: n for label, n in zip(_LABELS, heard, strict=True) if n})
    sums.words.add_all(calls, rows, focus=True)
    for number in np.unique(place[rows]).tolist():
        own = rows & (place == number)
        day = sums.days[since + timedelta(number)]
        _volume(day, calls, own)
        day.clean.count += int((own & (passed > 0) & (failed == 0)).sum())
        day.clean.of += int((own & (passed + failed > 0)).sum())
        angry = calls.number("angry")[own]
        day.angry.count += int(np.nansum(angry))
        day.angry.of += int((~np.isnan(angry)).sum())
    for need, those in _needing(calls).items():
        found = np.flatnonzero(rows & those).tolist()
        sums.needs[need] += len(found)
        sums.first[need] += [_named(calls, row) for row in found[:_FIRST]]


def _add_before(sums: _Sums, calls: Calls, rows: Rows) -> None:
    if rows.any():
        _volume(sums.before, calls, rows)
        sums.verdicts_before.update(_counted(calls, rows))
        sums.words.add_all(calls, rows, focus=False)


def _volume(day: _Day, calls: Calls, rows: Rows) -> None:
    day.calls += int(rows.sum())
    day.seconds += float(calls.number("duration")[rows].sum())


def _verdicts(calls: Calls) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return of each call how many rules passed and failed."""
    bag = calls.bag("verdicts")

    def count(verdict: Verdict) -> npt.NDArray[np.int64]:
        chosen = [n for n, entry in enumerate(bag.table) if entry.split(MARK)[1] == verdict]
        return np.bincount(bag.rows[np.isin(bag.ids, chosen)], minlength=len(calls))

    return count(Verdict.PASS), count(Verdict.FAIL)


def _counted(calls: Calls, rows: Rows) -> dict[str, int]:
    bag = calls.bag("verdicts")
    return {e: n for e, n in zip(bag.table, bag.counts(rows).tolist(), strict=True) if n}


def _needing(calls: Calls) -> dict[Need, Rows]:
    return {
        Need.ANGRY: (calls.number("angry") > 0) & (calls.number("unsolved") > 0),
        Need.FATAL: calls.number("fatal") > 0,
        Need.UNCERTAIN: calls.whole("unsure") > 0,
    }


def _named(calls: Calls, row: int) -> Named:
    begins = AGENT + MARK
    agent = next(e for e in calls.bag("fields").of(row) if e.startswith(begins))
    return Named(
        calls.ids[row],
        datetime.fromtimestamp(int(calls.whole("clock")[row]) >> CALL_BITS, UTC),
        agent.removeprefix(begins),
        float(calls.number("duration")[row]),
    )


def _sum(counts: Iterator[Count]) -> Rate:
    found = list(counts)
    return Rate(sum(c.count for c in found), sum(c.of for c in found))


def _rules(sums: _Sums) -> list[RuleToday]:
    now, before = _by_rule(sums.verdicts), _by_rule(sums.verdicts_before)
    found = []
    for rule, verdicts in now.items():
        name, severity = next(
            entry.split(MARK)[2:] for entry in sums.verdicts if entry.startswith(f"{rule}{MARK}")
        )
        then = before.get(rule, Counter())
        found.append(
            RuleToday(
                rule,
                name or rule,
                Severity(severity),
                _failed(verdicts),
                verdicts[Verdict.UNCERTAIN],
                _failed(then),
            )
        )
    broken = [rule for rule in found if rule.failed.count]
    return sorted(broken, key=lambda r: (-r.failed.least, -r.failed.of, r.rule))


def _by_rule(verdicts: Counter[str]) -> dict[str, Counter[str]]:
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for entry, count in verdicts.items():
        rule, verdict, *_ = entry.split(MARK)
        found[rule][verdict] += count
    return found


def _failed(verdicts: Counter[str]) -> Rate:
    failed = verdicts[Verdict.FAIL]
    return Rate(failed, failed + verdicts[Verdict.PASS])


def _needs(sums: _Sums, query: Sequence[tuple[str, str]], *, whole: bool) -> Iterator[Waiting]:
    for need in Need:
        first = sorted(sums.first[need], key=lambda n: (n.at, n.call), reverse=True)
        asked = (*query, *FILTERS[need].items())
        yield Waiting(need, sums.needs[need], tuple(first[:_FIRST]), asked, whole)
