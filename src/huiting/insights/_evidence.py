"""Which lines of a call a measure or a circumstance is told from.

Two things told from one line come together by their making: a customer who threatens to
complain is heard as angry partly because of the threat. Where they were told by no line, as
the time of day or a silence, nothing is shared.
"""

import re
from collections.abc import Iterable

from huiting.core.judgement import Verdict
from huiting.core.meaning import Quote
from huiting.core.types import EmotionLabel, Role
from huiting.insights.case import Case, felt

_FEELINGS = {
    "angry": EmotionLabel.ANGRY,
    "sad": EmotionLabel.SAD,
    "happy": EmotionLabel.HAPPY,
}
_SAYS = re.compile(r"(?P<role>\w+) says “(?P<words>.*)”")
_RULE = re.compile(r"rule (?P<rule>.*) fails")


def behind_measure(name: str, case: Case) -> frozenset[int]:
    """Return the segments from which a measure is told, where it is told from lines."""
    if name in _FEELINGS:
        return frozenset(line.segment for line in felt(case, _FEELINGS[name]))
    kind, _, rest = name.partition(":")
    meaning = case.dialogue.meaning
    match kind:
        case "rule":
            return _of_rule(case, rest)
        case "said":
            return _saying(case, rest)
        case "intent":
            return behind_field("intent", case)
        case "unsolved":
            return behind_field("outcome", case)
        case "churn" | "urgent":
            sign = meaning.churn if kind == "churn" else meaning.urgency
            return _quoted(sign.quotes) if sign else frozenset()
        case _:
            return frozenset()


def behind_field(name: str, case: Case) -> frozenset[int]:
    """Return the segments from which a circumstance is told, where it is told from lines."""
    meaning = case.dialogue.meaning
    if name in {"intent", "topic"}:
        return _quoted(meaning.intents[0].quotes) if meaning.intents else frozenset()
    if name == "outcome":
        return _quoted(meaning.outcome.quotes) if meaning.outcome else frozenset()
    if name == "product":
        return frozenset(e.segment for e in meaning.entities if e.kind == "product")
    if said := _SAYS.fullmatch(name):
        return _saying(case, said["words"], Role(said["role"]))
    rule = _RULE.fullmatch(name)
    return _of_rule(case, rule["rule"]) if rule else frozenset()


def _quoted(quotes: Iterable[Quote]) -> frozenset[int]:
    return frozenset(quote.segment for quote in quotes)


def _saying(case: Case, words: str, role: Role | None = None) -> frozenset[int]:
    wanted = words.casefold()
    return frozenset(
        line.segment
        for line in case.dialogue.lines
        if role in {None, line.role} and wanted in line.text.casefold()
    )


def _of_rule(case: Case, rule: str) -> frozenset[int]:
    failed = (f for f in case.findings if f.rule == rule and f.verdict is Verdict.FAIL)
    return frozenset(
        piece.segment
        for finding in failed
        for piece in finding.evidence
        if piece.segment is not None
    )
