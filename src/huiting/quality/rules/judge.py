"""Rules put to a call: questions answered, verdicts with their evidence.

An answer is yes, no, or not known (None), and joins as Kleene's logic has it: what is not
known makes the whole unknown only where it could decide. A question is answered once a
call, however many rules point at it.

Source:
    S. C. Kleene, "Introduction to Metamathematics" (1952), section 64: the strong tables.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from math import inf

from huiting.core.dialogue import Dialogue
from huiting.core.errors import HuitingError
from huiting.core.judgement import Evidence, EvidenceKind, Finding, Verdict
from huiting.quality.rules.asked import NOTHING, Context, Found, Hit, Scope
from huiting.quality.rules.doubt import hidden, is_clear
from huiting.quality.rules.evidence import FEW, Answered, evidence_of
from huiting.quality.rules.rule import (
    All,
    AnyOf,
    Ask,
    Expression,
    Named,
    Not,
    Rule,
    RuleSet,
    Times,
    Which,
)
from huiting.quality.rules.scopes import Stage, Windows, around, scope_of

Truth = bool | None
PAID = "ask"
"""The operator whose answers cost time and money: what a verdict does not need is not asked."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What a set of rules says of one call."""

    findings: tuple[Finding, ...]
    """In the order of the rules."""
    problems: Mapping[str, str]
    """Rule id to why it could not be judged."""


def judge(dialogue: Dialogue, rules: RuleSet, context: Context) -> tuple[Finding, ...]:
    """Return what each rule says of a call, in their order.

    A rule that is switched off, or that could not be judged (see `judged`), has no finding.
    """
    return judged(dialogue, rules, context).findings


def judged(dialogue: Dialogue, rules: RuleSet, context: Context) -> Judged:
    """Return what each rule says of a call, and which could not be judged and why."""
    findings: dict[str, Finding] = {}
    problems: dict[str, str] = {}
    heard = rules.phrasebook.hear(dialogue)
    used = Context(context.sound, context.embedder, context.ask, findings, heard)
    case = _Case(dialogue, used, Stage(dialogue), is_clear(dialogue))
    for rule in rules.rules:
        if not rule.enabled:
            continue
        try:
            findings[rule.id] = _finding(rule, case)
        except HuitingError as error:
            problems[rule.id] = str(error)
    return Judged(tuple(findings.values()), problems)


@dataclass(slots=True)
class _Case:
    """What is known of a call while rules are put to it."""

    dialogue: Dialogue
    context: Context
    stage: Stage
    clear: bool
    """Nothing in the call can hide an answer."""
    names: Mapping[str, Expression] = field(default_factory=dict)
    """Of the rule that is being judged."""
    answers: dict[int, Answered] = field(default_factory=dict)
    """By identity of the question."""
    truths: dict[int, Truth] = field(default_factory=dict)
    """By identity of what joins several."""
    scopes: dict[int, Scope] = field(default_factory=dict)
    """By identity of the place."""
    doubts: dict[int, tuple[Scope, tuple[Hit, ...]]] = field(default_factory=dict)
    """By identity of the scope, which is kept with them: another may not take its address."""

    def truth(self, expression: Expression) -> Truth:
        """Return whether an expression holds."""
        if type(expression) is Ask:
            return self.answer(expression).truth
        if type(expression) is Named:
            return self.truth(self.names[expression.name])
        if id(expression) in self.truths:
            return self.truths[id(expression)]
        found = self.truths[id(expression)] = self._joined(expression)
        return found

    def _joined(self, expression: Expression) -> Truth:
        match expression:
            case All(parts):
                return every(map(self.truth, parts))
            case AnyOf(parts):
                return some(map(self.truth, parts))
            case Not(part):
                found = self.truth(part)
                return None if found is None else not found
            case Ask() | Named():
                return self.truth(expression)

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


def _finding(rule: Rule, case: _Case) -> Finding:
    outside = _outside(rule, case.dialogue)
    if outside is not None:
        return _made(rule, Verdict.NOT_APPLICABLE, (Evidence(EvidenceKind.KNOWN, note=outside),))
    case.names = rule.names
    applies = True if rule.applies is None else case.truth(rule.applies)
    if applies is False and rule.applies is not None:
        shown = evidence_of(case, rule.applies, brief=True, most=FEW)
        return _made(rule, Verdict.NOT_APPLICABLE, shown)
    held = case.truth(rule.demand)
    if applies is None and rule.applies is not None:
        return _made(rule, Verdict.UNCERTAIN, evidence_of(case, rule.applies, rule.demand))
    if held is None:
        return _made(rule, Verdict.UNCERTAIN, evidence_of(case, rule.demand))
    if held is rule.forbids:
        return _made(rule, Verdict.FAIL, evidence_of(case, rule.demand, rule.applies))
    return _made(rule, Verdict.PASS, evidence_of(case, rule.demand, rule.applies, brief=True))


def _outside(rule: Rule, dialogue: Dialogue) -> str | None:
    """Return why a rule does not concern a call at all; None when it does."""
    language = dialogue.language
    if rule.languages is not None and language is not None and language not in rule.languages:
        return f"language {language}"
    dated = rule.since is not None or rule.until is not None
    if dated and dialogue.started_at is not None:
        day = dialogue.started_at.date()
        if rule.since is not None and day < rule.since:
            return f"{day} is before {rule.since}"
        if rule.until is not None and day > rule.until:
            return f"{day} is after {rule.until}"
    return None


def _made(rule: Rule, verdict: Verdict, evidence: tuple[Evidence, ...]) -> Finding:
    failed = verdict is Verdict.FAIL
    effect = rule.failed if failed else rule.passed if verdict is Verdict.PASS else 0.0
    return Finding(
        rule.id,
        rule.version,
        verdict,
        effect,
        evidence,
        rule.name,
        rule.severity,
        rule.advice if failed else "",
    )
