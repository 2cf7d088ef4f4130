"""Rules put to the tests that are written beside them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from huiting.core.judgement import Evidence, Verdict
from huiting.core.types import clock
from huiting.quality.rules.asked import Context
from huiting.quality.rules.examples import dialogue_of_example
from huiting.quality.rules.judge import judged
from huiting.quality.rules.rule import Example, Rule, RuleSet


@dataclass(frozen=True, slots=True)
class Tested:
    """What came of one test."""

    rule: str
    """Its id."""
    name: str
    """Of the test."""
    where: str
    """`file:line`."""
    expected: Verdict
    got: Verdict | None
    """None when the rule could not be judged."""
    evidence: tuple[Evidence, ...] = ()
    problem: str = ""
    """Why the rule could not be judged."""

    @property
    def passed(self) -> bool:
        """Whether the rule says what is expected."""
        return self.got is self.expected

    def explained(self) -> str:
        """Return in lines what was expected, what came out, and why."""
        got = self.got or f"not judged: {self.problem}"
        lines = [f"{self.where}: {self.rule}, {self.name}: expected {self.expected}, got {got}"]
        return "\n".join([*lines, *(f"  {piece}" for piece in map(in_words, self.evidence))])


def run_tests(rules: RuleSet, context: Context) -> tuple[Tested, ...]:
    """Return what came of every test, in order; rules pointed at are judged as well."""
    return tuple(
        _tested(rule, example, rules, context) for rule in rules.rules for example in rule.examples
    )


def untested(rules: RuleSet) -> tuple[str, ...]:
    """Return the ids of the rules that have no test."""
    return tuple(rule.id for rule in rules.rules if not rule.examples)


def _tested(rule: Rule, example: Example, rules: RuleSet, context: Context) -> Tested:
    place = rules.rules.index(rule)
    needed = rules.rules[: place + 1] if _points_back(rule) else (rule,)
    awake = tuple(replace(one, enabled=True) if one is rule else one for one in needed)
    dialogue = dialogue_of_example(example, context.sound)
    found = judged(dialogue, replace(rules, rules=awake), context)
    expected = Verdict(example.expect)
    for finding in found.findings:
        if finding.rule == rule.id:
            return Tested(
                rule.id, example.name, example.where, expected, finding.verdict, finding.evidence
            )
    problem = found.problems.get(rule.id, "it was not judged")
    return Tested(rule.id, example.name, example.where, expected, None, problem=problem)


def _points_back(rule: Rule) -> bool:
    return any(ask.kind == "rule" for ask in rule.asks())


def in_words(piece: Evidence) -> str:
    """Return a piece of evidence in a line: `said 0:01-0:02 agent "您好" (exact)`."""
    return " ".join(_words(piece))


def _words(piece: Evidence) -> Iterator[str]:
    yield piece.kind
    if piece.span is not None:
        yield f"{clock(piece.span.start)}-{clock(piece.span.end)}"
    if piece.role is not None:
        yield piece.role
    if piece.quote is not None:
        yield f"“{piece.quote}”"
    details: Sequence[str] = [
        *([piece.match] if piece.match is not None else []),
        *([f"score {piece.score:.2f}"] if piece.score is not None else []),
        *([f"value {piece.value:g}"] if piece.value is not None else []),
        *([f"limit {piece.limit:g}"] if piece.limit is not None else []),
        *([piece.note] if piece.note else []),
    ]
    if details:
        yield f"({', '.join(details)})"
