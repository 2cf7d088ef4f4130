"""Rules put to a call: verdicts, and the evidence for them when it is asked for.

What is true of the call is told by `answers`; here it becomes a verdict. Evidence never
changes a verdict, so that it may be left out, or made later of the same answers.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from weakref import proxy

from huiting.core.dialogue import Dialogue
from huiting.core.errors import HuitingError
from huiting.core.judgement import Evidence, EvidenceKind, Finding, Verdict
from huiting.quality.rules.answers import Case
from huiting.quality.rules.asked import Context
from huiting.quality.rules.doubt import is_clear
from huiting.quality.rules.evidence import FEW, evidence_of
from huiting.quality.rules.rule import Rule, RuleSet
from huiting.quality.rules.scopes import Stage


@dataclass(frozen=True, slots=True)
class Judged:
    """What a set of rules says of one call."""

    findings: tuple[Finding, ...]
    """In the order of the rules."""
    problems: Mapping[str, str]
    """Rule id to why it could not be judged."""


@dataclass(frozen=True, slots=True)
class Ruled:
    """The bare verdicts of a set of rules on one call; findings are made when asked for."""

    verdicts: Mapping[str, Verdict]
    """By id, in the order of the rules."""
    problems: Mapping[str, str]
    """Rule id to why it could not be judged."""
    findings: Mapping[str, Finding]
    """By id, with evidence; each is made when it is first looked at."""


def judge(dialogue: Dialogue, rules: RuleSet, context: Context) -> tuple[Finding, ...]:
    """Return what each rule says of a call, in their order.

    A rule that is switched off, or that could not be judged (see `judged`), has no finding.
    """
    return judged(dialogue, rules, context).findings


def judged(dialogue: Dialogue, rules: RuleSet, context: Context) -> Judged:
    """Return what each rule says of a call, and which could not be judged and why."""
    findings, problems = _judged(dialogue, rules, context, hasty=False)
    return Judged(tuple(findings.values()), problems)


def ruled(dialogue: Dialogue, rules: RuleSet, context: Context) -> Ruled:
    """Return the verdict of each rule on a call, and which could not be judged and why.

    The same as those of `judged`, and so are the findings, in less time when few are looked at.
    """
    findings, problems = _judged(dialogue, rules, context, hasty=True)
    return Ruled(findings.verdicts, problems, findings)


def _judged(
    dialogue: Dialogue, rules: RuleSet, context: Context, *, hasty: bool
) -> "tuple[_Findings, dict[str, str]]":
    """Return the verdicts with what makes findings of them, and the problems.

    Of a rule that asks a language model the finding is made at once: what is shown depends on
    which questions were put by then.
    """
    heard = rules.phrasebook.hear(dialogue)
    findings = _Findings()
    # a proxy, since findings know the case: a circle would wait for the garbage collector
    used = Context(context.sound, context.embedder, context.ask, proxy(findings), heard, known={})
    silent = rules.quiet.of(dialogue, heard)
    case = findings.case = Case(dialogue, used, Stage(dialogue), is_clear(dialogue), silent, hasty)
    problems: dict[str, str] = {}
    for rule in rules.rules:
        if not rule.enabled:
            continue
        try:
            verdict = _verdict(rule, case)
            if verdict is Verdict.FAIL and rule.id in rules.grave and rule.feels:
                verdict = findings.borne_out(rule)
            findings.verdicts[rule.id] = verdict
        except HuitingError as error:
            problems[rule.id] = str(error)
            continue
        findings.rules[rule.id] = rule
        if rule.id in rules.paid:
            findings[rule.id]
    return findings, problems


class _Findings(Mapping[str, Finding]):
    """Findings by rule, made when they are looked at."""

    case: Case

    def __init__(self) -> None:
        self.verdicts: dict[str, Verdict] = {}
        """By id, in the order of the rules."""
        self.rules: dict[str, Rule] = {}
        """Those that have a verdict, by id."""
        self.doubted: dict[str, Case] = {}
        """Where only a voice told what is grave, by rule: the call heard warily."""
        self._wary: Case | None = None
        self._made: dict[str, Finding] = {}

    def borne_out(self, rule: Rule) -> Verdict:
        """Return the verdict of a grave rule that fails, were each voice alone in doubt."""
        if self._wary is None:
            self._wary = self.case.warily()
        verdict = _verdict(rule, self._wary)
        if verdict is not Verdict.FAIL:
            self.doubted[rule.id] = self._wary
        return verdict

    def __getitem__(self, rule: str) -> Finding:
        found = self._made.get(rule)
        if found is None:
            case = self.doubted.get(rule, self.case)
            found = _finding(self.rules[rule], self.verdicts[rule], case)
            self._made[rule] = found
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self.rules)

    def __len__(self) -> int:
        return len(self.rules)


def _verdict(rule: Rule, case: Case) -> Verdict:
    if (rule.languages or rule.since or rule.until) and _outside(rule, case.dialogue) is not None:
        return Verdict.NOT_APPLICABLE
    case.names = rule.names
    applies = True if rule.applies is None else case.truth(rule.applies)
    if applies is False:
        return Verdict.NOT_APPLICABLE
    held = case.truth(rule.demand)
    if applies is None or held is None:
        return Verdict.UNCERTAIN
    return Verdict.FAIL if held is rule.forbids else Verdict.PASS


def _finding(rule: Rule, verdict: Verdict, case: Case) -> Finding:
    """Return what a rule says; all that decides it is known."""
    outside = _outside(rule, case.dialogue)
    if outside is not None:
        return _made(rule, verdict, (Evidence(EvidenceKind.KNOWN, note=outside),))
    before, case.names = case.names, rule.names
    try:
        return _made(rule, verdict, _evidence(rule, verdict, case))
    finally:
        case.names = before


def _evidence(rule: Rule, verdict: Verdict, asked: Case) -> tuple[Evidence, ...]:
    match verdict:
        case Verdict.NOT_APPLICABLE:
            assert rule.applies is not None  # or it would apply
            return evidence_of(asked, rule.applies, brief=True, most=FEW)
        case Verdict.FAIL:
            return evidence_of(asked, rule.demand, rule.applies)
        case Verdict.PASS:
            return evidence_of(asked, rule.demand, rule.applies, brief=True)
        case Verdict.UNCERTAIN:
            if rule.applies is not None and asked.truth(rule.applies) is None:
                return evidence_of(asked, rule.applies, rule.demand)
            return evidence_of(asked, rule.demand)


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
