"""Terms that are said often, and those said more often than before or than elsewhere.

A term counts once a call, however often it is repeated there: calls are independent,
repetitions are not. Keyness is Dunning's log-likelihood on numbers of calls; all terms
together are held to 5 % false discoveries.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np
from scipy import stats

from huiting.core.types import Role
from huiting.insights._terms import is_term, ordinary, terms
from huiting.insights.case import Case
from huiting.insights.columns.calls import Calls, Rows
from huiting.insights.fields import Filter, values
from huiting.insights.rates import Rate, adjusted, fisher, lift, log_likelihood

FALSE_DISCOVERIES = 0.05
LEAST = 5
"""Calls in which a term must be said, on both sides together, to be tested."""
MOST_TERMS = 200_000
"""Terms kept while counting; beyond, those said in one call only are forgotten."""
KEPT = 20
"""Ids kept of the calls in which a term is said."""
_EXPECTED = 5.0
"""Calls below which the chi² approximation gives way to Fisher's exact test."""
_WORTH_IT = 0.2
"""Approximate p-values above this are not computed exactly: they will not hold anyway."""
_COHESIVE = 0.3
"""Share of the calls with the rarer half of a pair that must have the pair."""
_NEARLY_ALL = 0.9
GROUPS = 50
"""Groups told apart; calls of further ones count for the rest only."""


@dataclass(frozen=True, slots=True)
class Term:
    """A term, in the calls that are asked about and in those they are compared with."""

    text: str
    calls: Rate
    baseline: Rate
    keyness: float
    """G²; negative when it is said less than in the baseline."""
    lift: float | None
    """How many times more often than in the baseline; None when never said there."""
    q: float
    """Share of false discoveries if this one and all surer ones are believed; 1 if untested."""
    examples: tuple[str, ...]
    """Ids of calls, at most `KEPT`."""


@dataclass(frozen=True, slots=True)
class Words:
    """Terms of a set of calls."""

    calls: int
    baseline: int
    """Calls compared with."""
    frequent: tuple[Term, ...]
    """The most often said first."""
    rising: tuple[Term, ...]
    """Said more often than in the baseline, beyond chance; the greatest keyness first."""
    falling: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class GroupWords:
    """Terms of the calls with one value of a field, against those without it."""

    group: str
    words: Words


@dataclass(slots=True)
class _Side:
    calls: int = 0
    terms: Counter[str] = field(default_factory=Counter)


class WordTally:
    """Counts terms as calls come: first those asked about, or those compared with."""

    def __init__(self, role: Role | None = None) -> None:
        self._role = role
        self._focus, self._baseline = _Side(), _Side()
        self._examples: defaultdict[str, list[str]] = defaultdict(list)
        self._sources: list[tuple[Calls, Rows]] = []
        """Calls that were taken at once and asked about, to find examples in."""

    def add(self, case: Case, *, focus: bool) -> None:
        """Take one more call: one that is asked about, or one to compare with."""
        side = self._focus if focus else self._baseline
        said = said_in(case, self._role)
        side.calls += 1
        side.terms.update(said)
        if focus:
            for term in said:
                examples = self._examples[term]
                if len(examples) < KEPT:
                    examples.append(case.call)
        if len(side.terms) > MOST_TERMS:
            _forget(side.terms)
            for term in self._examples.keys() - self._focus.terms.keys():
                del self._examples[term]

    def add_all(self, calls: Calls, rows: Rows, *, focus: bool) -> None:
        """Take more calls at once; of a tally of everybody's words."""
        side = self._focus if focus else self._baseline
        bag = calls.bag("terms")
        counts = bag.counts(rows)
        side.calls += int(rows.sum())
        side.terms.update(
            {bag.table[place]: int(counts[place]) for place in np.flatnonzero(counts).tolist()}
        )
        if focus:
            self._sources.append((calls, rows))
        if len(side.terms) > MOST_TERMS:
            _forget(side.terms)

    def result(self, most: int = 50) -> Words:
        """Return what was found so far, at most `most` terms of each kind."""
        found = _words(self._focus, self._baseline, self._examples, most)
        kinds = (found.frequent, found.rising, found.falling)
        examples = self._found({term.text for terms in kinds for term in terms})
        frequent, rising, falling = (
            tuple(replace(t, examples=(*t.examples, *examples[t.text])[:KEPT]) for t in terms)
            for terms in kinds
        )
        return replace(found, frequent=frequent, rising=rising, falling=falling)

    def _found(self, wanted: set[str]) -> defaultdict[str, list[str]]:
        """Return calls in which these terms are said, the latest first; of what came at once."""
        examples: defaultdict[str, list[str]] = defaultdict(list)
        for calls, rows in self._sources:
            bag = calls.bag("terms")
            ids, places = bag.within(rows)
            open_ones = [t for t in wanted if t in bag.places and len(examples[t]) < KEPT]
            chosen = np.isin(ids, [bag.places[term] for term in open_ones])
            for entry, row in zip(ids[chosen].tolist(), places[chosen].tolist(), strict=True):
                own = examples[bag.table[entry]]
                if len(own) < KEPT:
                    own.append(calls.ids[row])
        return examples

    def new_terms(self, most: int = 200) -> tuple[Term, ...]:
        """Return terms of both sides together that no dictionary has, the most frequent first.

        Pairs of Chinese words that mostly occur together: names of products and services.
        """
        both = _Side(
            self._focus.calls + self._baseline.calls, self._focus.terms + self._baseline.terms
        )
        found = [
            term
            for term in _compared(both, _Side(), self._examples)
            if not ordinary(term.text) and _coheres(term.text, both.terms)
        ]
        found.sort(key=lambda t: (-t.calls.count, t.text))
        return _whole(found, most)


def said_in(case: Case, role: Role | None = None) -> set[str]:
    """Return the terms said in a call, by `role` or by anybody."""
    language = case.dialogue.language
    found: set[str] = set()
    for line in case.dialogue.lines:
        if role in {None, line.role} and line.role is not Role.SYSTEM:
            found |= terms(line.text, line.language or language)
    return found


def words(
    cases: Iterable[Case], focus: Filter, baseline: Filter | None = None, role: Role | None = None
) -> Words:
    """Return frequent, rising and falling terms of some calls against others.

    Args:
        cases: read once.
        focus: the calls asked about.
        baseline: those to compare with; None for all others.
        role: whose words count; None for everybody's.
    """
    tally = WordTally(role)
    for case in cases:
        inside = focus.keeps(case)
        if inside or baseline is None or baseline.keeps(case):
            tally.add(case, focus=inside)
    return tally.result()


def words_by(
    cases: Iterable[Case], name: str, role: Role | None = None, most: int = 20
) -> tuple[GroupWords, ...]:
    """Return for each value of a field its terms against all calls without that value."""
    everything = _Side()
    groups: defaultdict[str, _Side] = defaultdict(_Side)
    for case in cases:
        said = said_in(case, role)
        everything.calls += 1
        everything.terms.update(said)
        for value in values(case, name) or ():
            if value in groups or len(groups) < GROUPS:
                groups[value].calls += 1
                groups[value].terms.update(said)
        if len(everything.terms) > MOST_TERMS:
            _forget(everything.terms)
            for side in groups.values():
                side.terms = Counter({t: n for t, n in side.terms.items() if t in everything.terms})
    found = []
    for value, side in sorted(groups.items()):
        rest = Counter({t: n - side.terms[t] for t, n in everything.terms.items()})
        told = _words(side, _Side(everything.calls - side.calls, rest), {}, most)
        found.append(GroupWords(value, told))
    return tuple(found)


def _words(focus: _Side, baseline: _Side, examples: Mapping[str, list[str]], most: int) -> Words:
    found = _compared(focus, baseline, examples)
    held = [t for t in found if t.q <= FALSE_DISCOVERIES]
    rising = sorted((t for t in held if t.keyness > 0), key=lambda t: (-t.keyness, t.text))
    falling = sorted((t for t in held if t.keyness < 0), key=lambda t: (t.keyness, t.text))
    frequent = sorted(
        (t for t in found if t.calls.count), key=lambda t: (-t.calls.count, -len(t.text), t.text)
    )
    sides = (focus.calls, baseline.calls)
    return Words(*sides, *(_whole(terms, most) for terms in (frequent, rising, falling)))


def _forget(counted: Counter[str]) -> None:
    for term in [term for term, count in counted.items() if count == 1]:
        del counted[term]


def _compared(focus: _Side, baseline: _Side, examples: Mapping[str, list[str]]) -> list[Term]:
    """Return every term said often enough on both sides together, tested where it can be."""
    counted = focus.terms.keys() | baseline.terms.keys()
    often = sorted(t for t in counted if is_term(t) and focus.terms[t] + baseline.terms[t] >= LEAST)
    pairs = [
        (Rate(focus.terms[t], focus.calls), Rate(baseline.terms[t], baseline.calls)) for t in often
    ]
    testable = bool(focus.calls and baseline.calls)
    likelihood = cache(log_likelihood)  # most terms are said as rarely as many others
    keyness = [likelihood(a, b) if testable else 0.0 for a, b in pairs]
    qs = adjusted(_p_values(pairs, keyness)) if testable else [1.0] * len(often)
    return [
        Term(
            text,
            a,
            b,
            g if not testable or (a.share or 0) >= (b.share or 0) else -g,
            lift(a, b),
            q,
            tuple(examples.get(text, ())),
        )
        for text, (a, b), g, q in zip(often, pairs, keyness, qs, strict=True)
    ]


def _p_values(pairs: list[tuple[Rate, Rate]], keyness: list[float]) -> list[float]:
    approximate = stats.chi2.sf(np.asarray(keyness), 1)
    exact = cache(fisher)
    return [
        exact(a, b) if p < _WORTH_IT and _expected(a, b) < _EXPECTED else float(p)
        for (a, b), p in zip(pairs, approximate, strict=True)
    ]


def _expected(first: Rate, second: Rate) -> float:
    """Return the smallest expected number of calls in the table of two by two."""
    said = first.count + second.count
    total = first.of + second.of
    return min(first.of, second.of) * min(said, total - said) / total


def _coheres(pair: str, counted: Mapping[str, int]) -> bool:
    """Tell whether the halves of a pair mostly occur together; false for a single word."""
    cuts = ((pair[:n].rstrip(), pair[n:].lstrip()) for n in range(1, len(pair)))
    halves = [(counted[a], counted[b]) for a, b in cuts if a in counted and b in counted]
    return any(counted[pair] >= _COHESIVE * min(a, b) for a, b in halves)


def _whole(found: list[Term], most: int) -> tuple[Term, ...]:
    """Return the first terms, without those that are mostly a part of a longer one."""
    kept: list[Term] = []
    for term in found[: 4 * most]:
        longer = (t for t in found[: 4 * most] if term.text in t.text and t is not term)
        if not any(t.calls.count >= _NEARLY_ALL * term.calls.count for t in longer):
            kept.append(term)
    return tuple(kept[:most])


@dataclass(frozen=True, slots=True)
class SuggestedHotword:
    """A term that the recognizer might be told of."""

    text: str
    calls: Rate
    would_change: int
    """Past transcripts in which it would have replaced something."""
    examples: tuple[str, ...]


def suggest_hotwords(
    terms: Iterable[Term], known: Container[str], changes: Callable[[str], int], most: int = 20
) -> tuple[SuggestedHotword, ...]:
    """Return new terms as hotwords, those that would change the most transcripts first.

    Args:
        terms: see `WordTally.new_terms`.
        known: hotwords that the team has.
        changes: counts the past transcripts that a hotword would change.
        most: how many terms are tried, in the order given.
    """
    fresh = [term for term in terms if term.text not in known][:most]
    found = [SuggestedHotword(t.text, t.calls, changes(t.text), t.examples) for t in fresh]
    return tuple(sorted(found, key=lambda s: (-s.would_change, -s.calls.count, s.text)))
