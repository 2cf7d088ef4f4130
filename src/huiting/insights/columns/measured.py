"""A measure of many calls at once, from their columns; and which calls a filter means."""

from collections.abc import Callable, Sequence
from datetime import date

import numpy as np

from huiting.core.judgement import Verdict
from huiting.insights.columns.calls import Calls, Numbers, Rows
from huiting.insights.columns.facts import MARK, PLAIN
from huiting.insights.fields import Filter
from huiting.insights.measures import LOW_SCORE, Measure
from huiting.insights.rates import Interval


def counted(measure: Measure) -> bool:
    """Tell whether a measure is told from columns; what is said is not."""
    return not measure.name.startswith("said:")


def values(measure: Measure, calls: Calls) -> Numbers:
    """Return a measure of each call; not a number where it says nothing."""
    name = measure.name
    if name in PLAIN:
        return calls.number(name)
    kind, _, rest = name.partition(":")
    if below := LOW_SCORE.fullmatch(name):
        points = _points(calls, below["card"])
        return np.where(np.isnan(points), np.nan, points < float(below["least"]))
    match kind:
        case "score":
            return _points(calls, rest)
        case "rule":
            return _failed(calls, rest)
        case _:
            return _intent(calls, rest)


def highest(measure: Measure, calls: Calls) -> Callable[[int], Interval]:
    """Return what says between what the value of a call must lie."""
    kind, _, card = measure.name.partition(":")
    if kind == "score":
        most = _scored(calls, card or None, calls.number("most"))
        points = _points(calls, card or None)
        return lambda row: Interval(0.0, float(max(most[row], points[row])))
    within = measure.usual
    return lambda _row: within


def kept_by(wanted: Filter, calls: Calls) -> Rows:
    """Return the calls that a filter keeps."""
    found = calls.everything
    days = calls.whole("day")
    if wanted.since or wanted.until:
        found &= days >= 0
    if wanted.since:
        found &= days >= wanted.since.toordinal()
    if wanted.until:
        found &= days < wanted.until.toordinal()
    for name, listed in wanted.fields.items():
        found &= _having(calls, name, listed)
    return found


def day_of(number: int) -> date | None:
    """Return the day that a column `day` means."""
    return date.fromordinal(number) if number >= 0 else None


def _having(calls: Calls, name: str, listed: Sequence[str]) -> Rows:
    bag = calls.bag("fields")
    entries = [f"{name}{MARK}{value}" for value in listed]
    if name != "intent":
        return bag.holding(entries)
    return bag.holding(entries) | bag.beginning(*(f"{entry}/" for entry in entries))


def _scored(calls: Calls, card: str | None, column: Numbers) -> Numbers:
    """Return of each call what a column of scores says of one scorecard, by default the first."""
    bag = calls.bag("cards")
    found = np.full(len(calls), np.nan)
    if card is None:
        some = np.diff(bag.starts) > 0
        found[some] = column[bag.starts[:-1][some]]
    elif card in bag.places:
        own = bag.ids == bag.places[card]
        found[bag.rows[own]] = column[own]
    return found


def _points(calls: Calls, card: str | None) -> Numbers:
    return _scored(calls, card, calls.number("points"))


def _failed(calls: Calls, rule: str) -> Numbers:
    bag = calls.bag("verdicts")
    found = np.full(len(calls), np.nan)
    for verdict, value in ((Verdict.PASS, 0.0), (Verdict.FAIL, 1.0)):
        found[bag.beginning(f"{rule}{MARK}{verdict}{MARK}")] = value
    return found


def _intent(calls: Calls, name: str) -> Numbers:
    bag = calls.bag("fields")
    known = bag.beginning(f"intent{MARK}")
    return np.where(known, _having(calls, "intent", [name]).astype(float), np.nan)
