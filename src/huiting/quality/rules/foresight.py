"""Verdicts on a call that still goes on, as far as nothing that follows can change them.

What was said stays said: a question that looks for words keeps its hits, as long as the place
where it looks only grows. And what was not said in the first fifteen seconds will not be said
in them any more. So a question is foreseen to hold when its hits suffice and stay, and to
fail when its place is closed; what joins questions follows by Kleene's logic, as in `answers`.
All else is open: places counted from the end of the call, measurements, voices, meaning.

Knows no time: the call that it is given is taken to be all that was said up to its
`duration`, and whatever follows to begin later.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

from huiting.core.dialogue import Dialogue
from huiting.core.errors import HuitingError
from huiting.core.judgement import Evidence, Verdict
from huiting.core.types import Role
from huiting.quality.operators.said import Several
from huiting.quality.rules.answers import Case, Truth, every, some
from huiting.quality.rules.asked import Context
from huiting.quality.rules.doubt import is_clear
from huiting.quality.rules.evidence import evidence_of
from huiting.quality.rules.rule import (
    All,
    Anchor,
    AnyOf,
    Ask,
    Edge,
    Expression,
    Named,
    Not,
    Place,
    Rule,
    RuleSet,
    Side,
    Unit,
    Which,
)
from huiting.quality.rules.scopes import Stage, turns_of

SAID = frozenset({"said", "phrase", "regex", "wildcard", "repeated", "ref"})
"""Operators whose hits lie in lines, and depend on nothing that is said later."""
KNOWN = frozenset({"metadata", "began"})
"""Operators that are answered before the call begins."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What is known of one rule while the call goes on."""

    rule: Rule
    verdict: Verdict | None
    """That which the whole call will have; None while it is open."""
    missing: bool = False
    """It wants the agent to say something that was not said yet, and still can be."""
    evidence: tuple[Evidence, ...] = ()
    """Of a rule that fails."""


def foresee(dialogue: Dialogue, rules: RuleSet, context: Context) -> Iterator[Foreseen]:
    """Yield what is known of each rule that may concern the call, in their order.

    Rules that could not be judged are left out.

    Args:
        dialogue: all that was said in lines that begin before its `duration`.
        rules: to be put to it.
        context: what they may use.
    """
    heard = rules.phrasebook.hear(dialogue)
    used = Context(context.sound, context.embedder, None, {}, heard, known={})
    silent = rules.quiet.of(dialogue, heard)
    case = Case(dialogue, used, Stage(dialogue), is_clear(dialogue), silent, hasty=False)
    sight = _Sight(case)
    for rule in rules.rules:
        if not rule.enabled or not _concerns(rule, dialogue):
            continue
        case.names = rule.names
        try:
            yield sight.of(rule)
        except HuitingError:
            continue


def _concerns(rule: Rule, dialogue: Dialogue) -> bool:
    """Tell whether a rule is for such a call: by its language and its day."""
    if rule.languages is not None and dialogue.language not in rule.languages:
        return False
    if rule.since is None and rule.until is None:
        return True
    if dialogue.started_at is None:
        return True
    day = dialogue.started_at.date()
    return not (rule.since and day < rule.since) and not (rule.until and day > rule.until)


class _Sight:
    """Expressions over one call, as far as they are certain."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._now = case.dialogue.duration
        self._turns = turns_of(case.dialogue)

    def of(self, rule: Rule) -> Foreseen:
        """Return what is known of a rule; the case has its names."""
        applies = True if rule.applies is None else self.truth(rule.applies)
        if applies is False:
            return Foreseen(rule, Verdict.NOT_APPLICABLE)
        held = self.truth(rule.demand)
        if applies is None or held is None:
            return Foreseen(rule, None, missing=held is None and self._is_missing(rule))
        if held is not rule.forbids:
            return Foreseen(rule, Verdict.PASS)
        return Foreseen(
            rule, Verdict.FAIL, evidence=evidence_of(self._case, rule.demand, rule.applies)
        )

    def _is_missing(self, rule: Rule) -> bool:
        """Tell whether it fails so far, for want of something that the agent should say."""
        if rule.forbids or not self._asks_agent(rule.demand) or not self._is_plain(rule.demand):
            return False
        if rule.applies is not None and not self._is_plain(rule.applies):
            return False
        applies = rule.applies is None or self._case.truth(rule.applies)
        return applies is True and self._case.truth(rule.demand) is False

    def _is_plain(self, expression: Expression) -> bool:
        """Tell whether all of it asks for words, or for what is known."""
        match expression:
            case Ask(kind=kind, operator=operator):
                if isinstance(operator, Named):
                    return self._is_plain(operator)
                return kind in SAID or kind in KNOWN
            case All(parts) | AnyOf(parts):
                return all(map(self._is_plain, parts))
            case Not(part):
                return self._is_plain(part)
            case Named(name):
                return self._is_plain(self._case.names[name])

    def truth(self, expression: Expression) -> Truth:
        """Return whether an expression will hold; None while that is open."""
        match expression:
            case Ask():
                return self._asked(expression)
            case All(parts):
                return every(map(self.truth, parts))
            case AnyOf(parts):
                return some(map(self.truth, parts))
            case Not(part):
                found = self.truth(part)
                return None if found is None else not found
            case Named(name):
                return self.truth(self._case.names[name])

    def _asked(self, ask: Ask) -> Truth:
        if ask.kind in KNOWN:
            return self._case.truth(ask)
        if ask.kind not in SAID:
            return None
        if self._closed(ask):
            return self._case.truth(ask)
        if not self._keeps(ask):
            return None
        times, answer = ask.times, self._case.answer(ask)
        sure = sum(hit not in answer.doubts for hit in answer.hits)
        if times.at_most is not None:
            return False if sure > times.at_most else None
        return True if sure >= times.at_least else None

    def _keeps(self, expression: Expression) -> bool:
        """Tell whether what it finds stays found, whatever follows.

        Of a question how many it wants does not matter here: its hits do.
        """
        match expression:
            case Ask():
                if expression.kind not in SAID or expression.place.last is not None:
                    return False
                inner = expression.operator
                if isinstance(inner, Named) and not self._stays(inner):
                    return False
                return all(map(self._stays_put, expression.place.anchors))
            case All(parts) | AnyOf(parts):
                return all(map(self._stays, parts))
            case Named(name):
                return self._stays(self._case.names[name])
            case Not():
                return False

    def _stays(self, expression: Expression) -> bool:
        """Tell whether its hits stay those of something that holds."""
        if isinstance(expression, Ask) and expression.times.at_most is not None:
            return False
        return self._keeps(expression)

    def _stays_put(self, anchor: Anchor) -> bool:
        """Tell whether the place that an anchor gives only grows."""
        match anchor.which:
            case Which.FIRST:
                return self._first_is_fixed(self._case.names[anchor.name])
            case Which.ANY:
                return self._stays(self._case.names[anchor.name])
            case Which.LAST | Which.EACH:
                return False

    def _first_is_fixed(self, expression: Expression) -> bool:
        """Tell whether hits that come to be only come after those that it has."""
        match expression:
            case Ask(operator=operator):
                one = expression.times.at_least == 1 and not isinstance(operator, Several)
                inner = not isinstance(operator, Named) or self._first_is_fixed(operator)
                later = all(map(self._finds_later, expression.place.anchors))
                return one and inner and later and self._stays(expression)
            case AnyOf(parts):
                return all(self._first_is_fixed(p) and not self._joins(p) for p in parts)
            case All(parts):
                holds = self._case.truth(expression) is True
                return holds and all(map(self._first_is_fixed, parts))
            case Named(name):
                return self._first_is_fixed(self._case.names[name])
            case Not():
                return False

    def _finds_later(self, anchor: Anchor) -> bool:
        """Tell whether an anchor that comes to be lets nothing be found before it."""
        if anchor.side is Side.AFTER:
            return True
        return anchor.which is Which.FIRST and bool(self._case.hits(self._case.names[anchor.name]))

    def _joins(self, expression: Expression) -> bool:
        """Tell whether its hits come to be only when the last of several parts holds."""
        match expression:
            case Ask(operator=Named() as inner):
                return self._joins(inner)
            case Named(name):
                return self._joins(self._case.names[name])
            case All():
                return True
            case AnyOf(parts):
                return any(map(self._joins, parts))
            case Ask() | Not():
                return False

    def _closed(self, ask: Ask) -> bool:
        """Tell whether nothing that follows can lie where it looks, nor move where that is."""
        inner, place = ask.operator, ask.place
        if place.last is not None:
            return False
        if isinstance(inner, Named) and not self._first_is_fixed(inner):
            return False
        ends: list[float | None] = [self._end_by(anchor, place) for anchor in place.anchors]
        if place.first is not None:
            ends.append(self._end_of(place.first, place))
        if place.between is not None:
            ends.append(place.between[1])
        known = [end for end in ends if end is not None]
        return len(known) == len(ends) > 0 and min(known) <= self._now

    def _end_of(self, edge: Edge, place: Place) -> float | None:
        """Return where the beginning of the call ends; None while that may move."""
        match edge.unit:
            case Unit.SECONDS:
                return edge.amount
            case Unit.TURNS:
                return self._end_of_turns(place, 0.0, int(edge.amount))
            case Unit.PERCENT:
                return None

    def _end_by(self, anchor: Anchor, place: Place) -> float | None:
        """Return where the place ends that an anchor gives; None while it may move."""
        named = self._case.names[anchor.name]
        if anchor.which is not Which.FIRST or not self._first_is_fixed(named):
            return None
        hits = self._case.hits(named)
        if not hits:
            return None
        span = hits[0].span
        if anchor.side is Side.BEFORE:
            return span.start
        end = inf if anchor.within is None else span.end + anchor.within
        if anchor.turns is None:
            return end
        return min(end, self._end_of_turns(place, span.end, anchor.turns))

    def _end_of_turns(self, place: Place, start: float, count: int) -> float:
        """Return where so many turns from `start` on are over; without end while they are not."""
        mine = [
            number
            for number, turn in enumerate(self._turns)
            if (place.roles is None or turn.role in place.roles) and turn.span.start >= start
        ]
        if len(mine) < count or mine[count - 1] == len(self._turns) - 1:
            return inf
        return self._turns[mine[count - 1]].span.end

    def _asks_agent(self, expression: Expression) -> bool:
        """Tell whether it wants something said that the agent can say, and nobody else for them."""
        match expression:
            case Ask(kind=kind, place=place):
                by_agent = place.roles is None or Role.AGENT in place.roles
                return kind in SAID and by_agent
            case All(parts):
                return any(map(self._asks_agent, parts))
            case AnyOf(parts):
                return all(map(self._asks_agent, parts))
            case Named(name):
                return self._asks_agent(self._case.names[name])
            case Not():
                return False
