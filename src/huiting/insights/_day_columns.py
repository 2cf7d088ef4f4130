"""Add calls that come in columns to the sums of a day."""

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from huiting.core.judgement import Severity, Verdict
from huiting.core.types import EmotionLabel
from huiting.insights._day_sums import BINS, HOURS, TO_HEAR, IntentSum, Sums
from huiting.insights.columns.calls import Calls, Rows
from huiting.insights.columns.facts import MARK
from huiting.insights.columns.measured import day_of
from huiting.insights.rates import Count, Interval

_LABELS = tuple(EmotionLabel)


def add(sums: Sums, calls: Calls, rows: Rows) -> None:
    """Add calls of the day, the latest first."""
    if not rows.any():
        return
    sums.calls += int(rows.sum())
    sums.seconds += float(calls.number("duration")[rows].sum())
    sums.judged += int(calls.flag("judged")[rows].sum())
    angry = calls.number("angry")
    sums.listened += int((~np.isnan(angry[rows])).sum())
    _count(sums.angry, angry[rows])
    _languages(sums, calls, rows)
    _intents(sums, calls, rows)
    _hours(sums, calls, rows)
    _rules(sums, calls, rows)
    _scores(sums, calls, rows)
    unsure = rows & (calls.whole("unsure") > 0)
    for row in np.flatnonzero(unsure).tolist():
        if len(sums.uncertain) >= TO_HEAR:
            break
        sums.uncertain += calls.shown(row).unsure[: TO_HEAR - len(sums.uncertain)]


def add_before(sums: Sums, calls: Calls, rows: Rows) -> None:
    """Add calls of the days before."""
    sums.before += int(rows.sum())
    bag = calls.bag("verdicts")
    for entry, count in _counted(bag.table, bag.counts(rows)):
        rule, verdict, _, _ = entry.split(MARK)
        if verdict in {Verdict.PASS, Verdict.FAIL}:
            before = sums.rules[rule].before
            before.of += count
            before.count += count if verdict == Verdict.FAIL else 0
    cards, points = calls.bag("cards"), calls.number("points")
    places = np.flatnonzero(rows[cards.rows] & ~np.isnan(points))
    for card in np.unique(cards.ids[places]).tolist():
        own = places[cards.ids[places] == card]
        highest = float(max(calls.number("most")[own].max(), points[own].max()))
        earlier = sums.scores[cards.table[card]].before
        earlier.add_all(points[own].tolist(), Interval(0.0, highest))


def gravest(calls: Calls, rows: Rows, most: int) -> list[int]:
    """Return the calls that hold the gravest moments, at most as many as moments are wanted."""
    gravity = calls.number("gravity")
    some = np.flatnonzero(rows & ~np.isnan(gravity)).tolist()
    some.sort(key=lambda row: (float(gravity[row]), calls.ids[row]))
    return some[-most:]


def _count(count: Count, values: npt.NDArray[np.float64]) -> None:
    count.count += int(np.nansum(values))
    count.of += int((~np.isnan(values)).sum())


def _counted(table: Sequence[str], counts: npt.NDArray[np.int64]) -> Iterator[tuple[str, int]]:
    for place in np.flatnonzero(counts).tolist():
        yield table[place], int(counts[place])


def _languages(sums: Sums, calls: Calls, rows: Rows) -> None:
    begins = f"language{MARK}"
    bag = calls.bag("fields")
    found = {
        entry.removeprefix(begins): count
        for entry, count in _counted(bag.table, bag.counts(rows))
        if entry.startswith(begins)
    }
    sums.languages.update(found)
    unknown = int(rows.sum()) - sum(found.values())
    if unknown:
        sums.languages["?"] += unknown


def _intents(sums: Sums, calls: Calls, rows: Rows) -> None:
    begins = f"intent{MARK}"
    bag = calls.bag("fields")
    rest = rows
    for entry in bag.table:
        if entry.startswith(begins):
            own = rows & bag.holding([entry])
            rest = rest & ~own
            if own.any():
                _intent(sums.intents[entry.removeprefix(begins)], calls, own)
    if rest.any():
        _intent(sums.intents[""], calls, rest)


def _intent(intent: IntentSum, calls: Calls, rows: Rows) -> None:
    intent.calls += int(rows.sum())
    _count(intent.angry, calls.number("angry")[rows])
    _count(intent.unsolved, calls.number("unsolved")[rows])


def _hours(sums: Sums, calls: Calls, rows: Rows) -> None:
    hours, days = calls.whole("hour"), calls.whole("day")
    timed = rows & (hours >= 0)
    sums.untimed += int((rows & ~timed).sum())
    if not timed.any():
        return
    first, last = day_of(int(days[timed].min())), day_of(int(days[timed].max()))
    sums.since = min(filter(None, (sums.since, first)))
    sums.until = max(filter(None, (sums.until, last)))
    angry, feelings = calls.number("angry"), calls.whole("feelings")
    for number in range(HOURS):
        own = timed & (hours == number)
        if own.any():
            hour = sums.hours[number]
            hour.calls += int(own.sum())
            _count(hour.angry, angry[own])
            told = zip(_LABELS, feelings[own].sum(axis=0).tolist(), strict=True)
            hour.emotions.update(Counter({label: count for label, count in told if count}))


def _rules(sums: Sums, calls: Calls, rows: Rows) -> None:
    bag = calls.bag("verdicts")
    ids, _ = bag.within(rows)
    found, firsts, counts = np.unique(ids, return_index=True, return_counts=True)
    for at in np.argsort(firsts).tolist():  # the latest call first
        rule_id, verdict, name, severity = bag.table[int(found[at])].split(MARK)
        rule = sums.rules[rule_id]
        rule.verdicts[Verdict(verdict)] += int(counts[at])
        if rule.severity is None:
            rule.name, rule.severity = name, Severity(severity)


def _scores(sums: Sums, calls: Calls, rows: Rows) -> None:
    most, bag = calls.number("most"), calls.bag("cards")
    for place in np.flatnonzero(rows[bag.rows]).tolist():
        entry = sums.scores[bag.table[int(bag.ids[place])]]
        entry.most = entry.most or float(most[place])
    for card, place in _scored(calls, rows):
        points = float(calls.number("points")[place])
        entry = sums.scores[card]
        entry.points.add(points, _range(calls, place))
        entry.fatal.add(calls.flag("lost")[place])
        entry.uncertain += int(calls.flag("open")[place])
        entry.bins[min(BINS - 1, int(BINS * points / float(most[place])))] += 1


def _scored(calls: Calls, rows: Rows) -> Iterator[tuple[str, int]]:
    bag = calls.bag("cards")
    inside = rows[bag.rows] & ~np.isnan(calls.number("points"))
    for place in np.flatnonzero(inside).tolist():
        yield bag.table[int(bag.ids[place])], place


def _range(calls: Calls, place: int) -> Interval:
    return Interval(0.0, float(max(calls.number("most")[place], calls.number("points")[place])))
