"""Which circumstances come together with something going wrong, more often than by chance.

Each circumstance is a hypothesis: calls with it are set against calls without it (Fisher's
exact test), and all of them together are held to 5 % false discoveries (Benjamini and
Hochberg). What is found occurs together; why, the numbers do not say: an agent who takes
the complaints line has angry callers without making them angry. Times within a call are
not compared here, see `moments`.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from huiting.insights._evidence import behind_field, behind_measure
from huiting.insights.case import Case
from huiting.insights.columns import measured
from huiting.insights.columns.calls import Bag, Calls, Rows
from huiting.insights.columns.facts import MARK
from huiting.insights.measures import Measure
from huiting.insights.rates import Count, Difference, Rate, adjusted, between_rates, lift
from huiting.insights.traits import USUAL, Asked, Trait, traits

FALSE_DISCOVERIES = 0.05
LEAST = 5
"""Calls that must have a circumstance, and that must lack it, for it to be tested."""
MANY = 200
"""A field with more values names calls rather than sorting them, such as an order number."""
KEPT = 1_000
"""Ids kept behind each number."""


@dataclass(frozen=True, slots=True)
class Together:
    """A circumstance, and how often the target is met with and without it."""

    trait: Trait
    with_it: Rate
    without: Rate
    lift: float | None
    """How many times more often than in all calls in which the circumstance is known."""
    difference: Difference
    q: float
    """Share of false discoveries if this one and all surer ones are believed."""
    calls: tuple[str, ...]
    """Ids of calls with both; at most `KEPT`, `with_it.count` says how many there are."""
    same_lines: int = 0
    """Calls with both in which both are told from one and the same line, and so are not two."""

    @property
    def shares_evidence(self) -> bool:
        """Whether the target is partly told from what this circumstance is told from."""
        return self.same_lines > 0

    @property
    def significant(self) -> bool:
        """Whether it holds among all that was tested."""
        return self.q <= FALSE_DISCOVERIES


@dataclass(frozen=True, slots=True)
class Causes:
    """All circumstances tested against one target; the surest first."""

    target: str
    overall: Rate
    """Of the calls of which the target says something."""
    found: tuple[Together, ...]
    """By p-value; those that do not hold are listed too, so that one sees what was tested."""
    left_out: tuple[str, ...]
    """Fields with too many values to sort calls."""

    @property
    def significant(self) -> tuple[Together, ...]:
        """Those that hold, with the greatest difference first."""
        held = [found for found in self.found if found.significant]
        return tuple(sorted(held, key=lambda found: -abs(found.difference.value)))

    @property
    def telling(self) -> tuple[Together, ...]:
        """The significant ones without those that say the same again.

        Of one number with several limits (silence above 3 s, above 5 s) the surest stays, of
        two that hold for the same calls (a topic with one intent) the first.
        """
        kept: dict[object, Together] = {}
        for found in sorted(self.significant, key=lambda t: t.q):
            number, limit, _ = found.trait.field.partition(" > ")
            same = (number,) if limit else (found.with_it, found.without)
            kept.setdefault(same, found)
        chosen = set(map(id, kept.values()))
        return tuple(found for found in self.significant if id(found) in chosen)


@dataclass(frozen=True, slots=True)
class _Hit:
    """A call that has the target."""

    call: str
    same_line: bool


@dataclass(slots=True)
class _Value:
    count: Count = field(default_factory=Count)
    same_lines: int = 0
    calls: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Field:
    known: Count = field(default_factory=Count)
    values: dict[str, _Value] = field(default_factory=dict)
    left_out: bool = False

    def shorten(self) -> None:
        """Leave a field out that has too many values."""
        if len(self.values) > MANY:
            self.left_out = True
            self.values.clear()


class CauseTally:
    """Counts circumstances as calls come."""

    def __init__(self, target: Measure, asked: Asked = USUAL) -> None:
        self._target = target
        self._asked = asked
        self._overall = Count()
        self._fields: defaultdict[str, _Field] = defaultdict(_Field)

    def add(self, case: Case) -> None:
        """Take one more call."""
        value = self._target.value(case)
        if value is None:
            return
        self._overall.add(value)
        lines = behind_measure(self._target.name, case) if value > 0 else frozenset()
        for name, values in traits(case, self._asked):
            if not is_part_of(name, self._target.name):
                told = lines and values and not lines.isdisjoint(behind_field(name, case))
                hit = _Hit(case.call, same_line=bool(told)) if value > 0 else None
                self._count(self._fields[name], values, hit)

    def add_all(self, calls: Calls, rows: Rows) -> None:
        """Take more calls at once; of a tally that looks at the usual circumstances."""
        value = measured.values(self._target, calls)
        known = rows & ~np.isnan(value)
        hits = known & (np.nan_to_num(value) > 0)
        self._overall.count += int(hits.sum())
        self._overall.of += int(known.sum())
        bag = calls.bag("traits")
        same = _same_lines(calls, hits, self._target.name)
        counts = zip(bag.table, bag.counts(hits).tolist(), bag.counts(known).tolist(), strict=True)
        room = np.array([self._room(entry) for entry in bag.table], dtype=bool)
        with_hits = _calls_of(bag, calls, hits, room)
        for entry, count, of in counts:
            name, _, trait = entry.partition(MARK)
            if not of or is_part_of(name, self._target.name):
                continue
            found = self._fields[name]
            if entry == name:
                found.known.count += count
                found.known.of += of
            elif not found.left_out:
                known_value = found.values.setdefault(trait, _Value())
                known_value.count.count += count
                known_value.count.of += of
                known_value.same_lines += same.get(entry, 0)
                known_value.calls += with_hits.get(entry, [])[: KEPT - len(known_value.calls)]
                found.shorten()

    def _room(self, entry: str) -> bool:
        """Tell whether more calls are kept of a circumstance."""
        name, mark, trait = entry.partition(MARK)
        field = self._fields.get(name)
        if not mark or field is None:
            return bool(mark)
        known = field.values.get(trait)
        return not field.left_out and (known is None or len(known.calls) < KEPT)

    def _count(self, found: _Field, values: tuple[str, ...], hit: _Hit | None) -> None:
        found.known.add(hit)
        if found.left_out:
            return
        for value in values:
            entry = found.values.setdefault(value, _Value())
            entry.count.add(hit)
            if hit:
                entry.same_lines += hit.same_line
                if len(entry.calls) < KEPT:
                    entry.calls.append(hit.call)
        found.shorten()

    def result(self) -> Causes:
        """Return what was found so far."""
        tested = list(self._tested())
        qs = adjusted([difference.p for *_, difference in tested if difference.p is not None])
        found = [
            Together(
                Trait(name, value),
                with_it := entry.count.rate(),
                without,
                lift(with_it, self._fields[name].known.rate()),
                difference,
                q,
                tuple(entry.calls),
                entry.same_lines,
            )
            for (name, value, entry, without, difference), q in zip(tested, qs, strict=True)
        ]
        found.sort(key=lambda t: (t.q, t.difference.p or 0.0, str(t.trait)))
        left_out = sorted(name for name, entry in self._fields.items() if entry.left_out)
        return Causes(self._target.name, self._overall.rate(), tuple(found), tuple(left_out))

    def _tested(self) -> Iterator[tuple[str, str, _Value, Rate, Difference]]:
        """Yield what has enough calls on both sides; that choice looks at no outcome."""
        for name, found in self._fields.items():
            known = found.known
            for value, entry in found.values.items():
                with_it = entry.count
                without = Rate(known.count - with_it.count, known.of - with_it.of)
                if with_it.of < LEAST or without.of < LEAST:
                    continue
                difference = between_rates(with_it.rate(), without)
                if difference is not None and difference.p is not None:
                    yield name, value, entry, without, difference


def _same_lines(calls: Calls, hits: Rows, target: str) -> dict[str, int]:
    """Return of circumstances in how many hits they are told from a line of the target."""
    bag = calls.bag("shared")
    begins = f"{target}{MARK}"
    counts = zip(bag.table, bag.counts(hits).tolist(), strict=True)
    return {entry.removeprefix(begins): n for entry, n in counts if entry.startswith(begins)}


def _calls_of(bag: Bag, calls: Calls, hits: Rows, wanted: Rows) -> dict[str, list[str]]:
    """Return of each circumstance that is wanted the calls that have it, the latest first.

    Args:
        bag: of circumstances.
        calls: in columns.
        hits: which of them.
        wanted: one entry a circumstance.
    """
    ids, rows = bag.within(hits)
    kept = wanted[ids]
    ids, rows = ids[kept], rows[kept]
    order = np.argsort(ids, kind="stable")
    ids, rows = ids[order], rows[order]
    if not len(ids):
        return {}
    ends = np.flatnonzero(np.diff(ids)) + 1
    firsts = ids[np.concatenate(([0], ends))].tolist()
    names = np.array(calls.ids, dtype=object)
    return {
        bag.table[place]: names[own[:KEPT]].tolist()
        for place, own in zip(firsts, np.split(rows, ends), strict=True)
    }


def is_part_of(field_name: str, target: str) -> bool:
    """Tell whether a field is what the target is made of, and so comes with it by definition."""
    kind, _, name = target.partition(":")
    if kind == "rule":
        return field_name == f"rule {name} fails"
    if target.startswith(("score", "fatal")):
        return field_name.startswith("rule ")
    parts = {"intent": {"intent", "topic"}, "unsolved": {"outcome"}}
    if kind == "said":
        return field_name.endswith(f"says “{name.casefold()}”")
    return field_name in parts.get(kind, ())


def causes(cases: Iterable[Case], target: Measure, asked: Asked = USUAL) -> Causes:
    """Return which circumstances come together with `target` more often than by chance.

    Args:
        cases: read once.
        target: a share, such as `measure("angry")`.
        asked: which circumstances are looked at.
    """
    tally = CauseTally(target, asked)
    for case in cases:
        tally.add(case)
    return tally.result()


def calls_behind(
    cases: Iterable[Case], target: Measure, trait: Trait, asked: Asked = USUAL
) -> Iterator[str]:
    """Yield the id of every call that has both the trait and the target."""
    for case in cases:
        if not target.value(case):
            continue
        if any(n == trait.field and trait.value in found for n, found in traits(case, asked)):
            yield case.call
