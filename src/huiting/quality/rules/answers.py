"""Questions put to one call, and what is true of what joins them.

An answer is yes, no, or not known (None), and joins as Kleene's logic has it: what is not
known makes the whole unknown only where it could decide. A question is answered once a
call, however many rules point at it; one of which nothing is in the call is not put at all.

Source:
    S. C. Kleene, "Introduction to Metamathematics" (1952), section 64: the strong tables.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from math import inf

from huiting.core.dialogue import Dialogue
from huiting.quality.rules.asked import NOTHING, Context, Found, Hit, Scope
from huiting.quality.rules.doubt import hidden
from huiting.quality.rules.evidence import Answered
from huiting.quality.rules.quiet import Silent
from huiting.quality.rules.rule import (
    PAID,
    All,
    AnyOf,
    Ask,
    Expression,
    Named,
    Not,
    Times,
    Which,
)
from huiting.quality.rules.scopes import Stage, Windows, around, scope_of

Truth = bool | None
_OPEN = object()
"""Stands for what was not asked yet: None is a truth."""


@dataclass(slots=True)
class Case:
    """What is known of a call while rules are put to it."""

    dialogue: Dialogue
    context: Context
    stage: Stage
    clear: bool
    """Nothing in the call can hide an answer."""
    silent: Silent
    """Of which nothing is in the call."""
    hasty: bool
    """Verdicts are wanted, and hardly any evidence: see `Quick`."""
    names: Mapping[str, Expression] = field(default_factory=dict)
    """Of the rule that is being judged."""
    answers: dict[int, Answered] = field(default_factory=dict)
    """By identity of the question."""
    truths: dict[int, Truth] = field(default_factory=dict)
    """By identity of a question, or of what joins several."""
    scopes: dict[int, Scope] = field(default_factory=dict)
    """By identity of the place."""
    doubts: dict[int, tuple[Scope, tuple[Hit, ...]]] = field(default_factory=dict)
    """By identity of the scope, which is kept with them: another may not take its address."""

    def __post_init__(self) -> None:
        """Take what is silent for known, where nothing can hide it."""
        if self.clear:
            self.truths = self.silent.truths

    def warily(self) -> "Case":
        """Return the same call with what a voice alone tells in doubt, nothing answered yet."""
        context = replace(self.context, wary=True)
        truths = {ask: truth for ask, truth in self.silent.truths.items() if self._silent(ask)}
        silent = replace(self.silent, truths=truths)
        return Case(self.dialogue, context, self.stage, self.clear, silent, hasty=False)

    def _silent(self, ask: int) -> bool:
        return ask in self.silent.able and ask not in self.silent.there

    def truth(self, expression: Expression) -> Truth:
        """Return whether an expression holds."""
        known = self.truths.get(id(expression), _OPEN)
        if known is not _OPEN:
            return known  # type: ignore[return-value]  # not `_OPEN`
        if isinstance(expression, Ask):  # by kind and not by `match`, which takes twice as long
            found = self._quickly(expression)
            if found is None:
                found = self.answer(expression).truth
        elif isinstance(expression, Named):
            return self.truth(self.names[expression.name])
        elif isinstance(expression, Not):
            found = self.truth(expression.part)
            found = None if found is None else not found
        else:
            joined = every if isinstance(expression, All) else some
            found = joined(map(self.truth, expression.parts))
        self.truths[id(expression)] = found
        return found

    def _quickly(self, ask: Ask) -> Truth:
        """Return the truth of a question for one hit or more where that is had without all hits."""
        operator = self.silent.quick.get(id(ask)) if self.hasty else None
        if operator is None or id(ask) in self.answers:
            return None
        scope = self._scope(ask)
        if not scope.windows:
            return None
        found = operator.holds(self.dialogue, scope, self.context)
        return found if found or not operator.hears or self.clear else None

    def free(self, expression: Expression) -> bool:
        """Tell whether its truth can be had without putting a question to a language model."""
        match expression:
            case Ask():
                return expression.kind != PAID or id(expression) in self.answers
            case Not(part):
                return self.free(part)
            case All(parts) | AnyOf(parts):
                return all(map(self.free, parts))
            case Named(name):
                return self.free(self.names[name])

    def answer(self, ask: Ask) -> Answered:
        """Return the answer to a question."""
        known = self.answers.get(id(ask))
        if known is None:
            known = self._anchored(ask) if ask.place.anchors else self._put(ask, self._scope(ask))
            self.answers[id(ask)] = known
        return known

    def _scope(self, ask: Ask) -> Scope:
        scope = self.scopes.get(id(ask.place))
        if scope is None:
            scope = self.scopes[id(ask.place)] = scope_of(ask.place, self.stage)
        return scope

    def _anchored(self, ask: Ask) -> Answered:
        """Put a question to where its anchors point; with `each`, once for every hit."""
        choices: list[tuple[Windows, ...]] = []
        each: list[tuple[Hit, ...]] = []
        open_: list[Hit] = []
        for anchor in ask.place.anchors:
            hits, doubts = self._hits(self.names[anchor.name])
            open_ += doubts
            choices.append(around(anchor, ask.place, hits, self.stage))
            each.append(hits if anchor.which is Which.EACH else ())
        asked = [
            self._put(ask, scope_of(ask.place, self.stage, windows))
            for windows in product(*choices)
        ]
        found = asked[0] if len(asked) == 1 else _together(asked, next(h for h in each if h))
        if open_ and (found.truth is not True or ask.times.at_most is not None):
            return replace(found, truth=None, doubts=(*found.doubts, *open_))
        return found

    def hits(self, expression: Expression) -> tuple[Hit, ...]:
        """Return the hits of what holds, by start."""
        return self._hits(expression)[0]

    def _hits(self, expression: Expression) -> tuple[tuple[Hit, ...], tuple[Hit, ...]]:
        """Return the hits of what holds, by start, and the doubts of what is not known."""
        truth = self.truth(expression)
        if truth is None:
            return (), tuple(self._gathered(expression, doubts=True))
        if not truth:
            return (), ()
        found = sorted(self._gathered(expression, doubts=False), key=lambda hit: hit.span)
        return tuple(found), ()

    def _gathered(self, expression: Expression, *, doubts: bool) -> Iterable[Hit]:
        match expression:
            case Ask():
                answered = self.answer(expression)
                return answered.doubts if doubts else answered.hits
            case All(parts) | AnyOf(parts):
                wanted = None if doubts else True
                held = [part for part in parts if self.truth(part) is wanted]
                return [hit for part in held for hit in self._gathered(part, doubts=doubts)]
            case Named(name):
                return self._gathered(self.names[name], doubts=doubts)
            case Not(part):
                return self._gathered(part, doubts=True) if doubts else ()

    def _put(self, ask: Ask, scope: Scope) -> Answered:
        """Put a question to a part of the call."""
        found = self._found(ask, scope)
        times, hits, doubts = ask.times, found.hits, found.doubts
        if scope.whole and hits:
            hits = tuple([h for h in hits if any(h.span.end <= w.end for w in scope.windows)])
        sure = len(hits) if not doubts else sum(hit not in doubts for hit in hits)
        truth = _held(times, sure, sure + len(doubts))
        open_ = truth is not True or times.at_most is not None
        if open_ and not self.clear and type(ask.operator) is not Named and ask.operator.hears:
            behind = self._hidden(scope)
            if behind:
                truth = _held(times, sure, inf)
                doubts = (*doubts, *behind)
        return Answered(truth, hits, scope, found.nearest, doubts)

    def _found(self, ask: Ask, scope: Scope) -> Found:
        if not scope.windows:
            return NOTHING
        if self._silent(id(ask)):
            return NOTHING
        if type(ask.operator) is Named:
            return self._among(ask.operator, scope)
        return ask.operator.find(self.dialogue, scope, self.context)

    def _among(self, named: Named, scope: Scope) -> Found:
        """Return which hits of what is named lie in a scope."""
        hits, doubts = self._hits(self.names[named.name])
        inside = tuple(hit for hit in hits if scope.covers(hit.span) and scope.asks(hit.role))
        nearest = hits[0] if hits and not inside else None
        return Found(inside, nearest, tuple(hit for hit in doubts if _may_lie(hit, scope)))

    def _hidden(self, scope: Scope) -> tuple[Hit, ...]:
        known = self.doubts.get(id(scope))
        if known is None:
            known = self.doubts[id(scope)] = (scope, hidden(self.dialogue, scope))
        return known[1]


def _may_lie(hit: Hit, scope: Scope) -> bool:
    """Tell whether what is doubted may be what a scope asks for."""
    near = any(hit.span.start < w.end and w.start <= hit.span.end for w in scope.windows)
    return near and (hit.role is None or scope.asks(hit.role))


def _held(times: Times, least: int, most: float) -> Truth:
    """Return whether the right number of hits is there, which lies in [least, most]."""
    if times.at_most is None:
        if least >= times.at_least:
            return True
        return None if most >= times.at_least else False
    can_hold = max(least, times.at_least) <= min(most, times.at_most)
    can_fail = least < times.at_least or most > times.at_most
    return None if can_hold and can_fail else can_hold


def every(truths: Iterable[Truth]) -> Truth:
    """Join by `and`: false if any is, and no more are asked for; else unknown if any is."""
    joined: Truth = True
    for truth in truths:
        if truth is False:
            return False
        if truth is None:
            joined = None
    return joined


def some(truths: Iterable[Truth]) -> Truth:
    """Join by `or`: true if any is, and no more are asked for; else unknown if any is."""
    joined: Truth = False
    for truth in truths:
        if truth is True:
            return True
        if truth is None:
            joined = None
    return joined


def _together(asked: list[Answered], anchors: tuple[Hit, ...]) -> Answered:
    """Return the answer to a question that is put once for every hit of an anchor."""
    truth = every(one.truth for one in asked)
    missing = tuple(
        anchor for anchor, one in zip(anchors, asked, strict=True) if one.truth is not True
    )
    worst = next((one for one in asked if one.truth is truth), asked[0])
    return Answered(
        truth,
        tuple(sorted({hit for one in asked for hit in one.hits}, key=lambda hit: hit.span)),
        worst.scope,
        worst.nearest,
        tuple(hit for one in asked if one.truth is None for hit in one.doubts),
        missing,
    )
