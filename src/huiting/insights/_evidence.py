"""Which lines of a call a measure or a circumstance is told from, and from what in them.

Two things told from the words of one line come together by their making: a customer who
threatens to complain is heard as angry partly because of the threat. Not so a line that is
angry by its voice alone, and nothing is shared by what is told from no line, as the time of
day or a silence.
"""

import re
from collections.abc import Iterable, Iterator
from enum import Enum

from huiting.core.dialogue import Line
from huiting.core.judgement import EvidenceKind, Verdict
from huiting.core.meaning import Quote
from huiting.core.types import EmotionLabel, EmotionSource, Role
from huiting.insights.case import Case, felt


class Of(Enum):
    """What of a line."""

    WORDS = "words"
    VOICE = "voice"
    """How it sounds, whatever that was told from."""


Told = frozenset[tuple[int, Of]]
"""Segments, and what of them."""
_FEELINGS = {
    "angry": EmotionLabel.ANGRY,
    "sad": EmotionLabel.SAD,
    "happy": EmotionLabel.HAPPY,
}
_SAYS = re.compile(r"(?P<role>\w+) says “(?P<words>.*)”")
_RULE = re.compile(r"rule (?P<rule>.*) fails")


def behind_measure(name: str, case: Case) -> Told:
    """Return what a measure is told from, where it is told from lines."""
    if name in _FEELINGS:
        return frozenset(of for line in felt(case, _FEELINGS[name]) for of in _by_ear(line))
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


def behind_field(name: str, case: Case) -> Told:
    """Return what a circumstance is told from, where it is told from lines."""
    meaning = case.dialogue.meaning
    if name in {"intent", "topic"}:
        return _quoted(meaning.intents[0].quotes) if meaning.intents else frozenset()
    if name == "outcome":
        return _quoted(meaning.outcome.quotes) if meaning.outcome else frozenset()
    if name == "product":
        return frozenset((e.segment, Of.WORDS) for e in meaning.entities if e.kind == "product")
    if said := _SAYS.fullmatch(name):
        return _saying(case, said["words"], Role(said["role"]))
    rule = _RULE.fullmatch(name)
    return _of_rule(case, rule["rule"]) if rule else frozenset()


def _quoted(quotes: Iterable[Quote]) -> Told:
    return frozenset((quote.segment, Of.WORDS) for quote in quotes)


def _saying(case: Case, words: str, role: Role | None = None) -> Told:
    wanted = words.casefold()
    return frozenset(
        (line.segment, Of.WORDS)
        for line in case.dialogue.lines
        if role in {None, line.role} and wanted in line.text.casefold()
    )


def _of_rule(case: Case, rule: str) -> Told:
    failed = (f for f in case.findings if f.rule == rule and f.verdict is Verdict.FAIL)
    return frozenset(
        (piece.segment, Of.VOICE if piece.kind is EvidenceKind.SOUND else Of.WORDS)
        for finding in failed
        for piece in finding.evidence
        if piece.segment is not None
    )


def _by_ear(line: Line) -> Iterator[tuple[int, Of]]:
    """Yield what an emotion is told from; where nobody says, its words may have counted."""
    yield line.segment, Of.VOICE
    sources = line.emotion.sources if line.emotion else ()
    if not sources or EmotionSource.WORDS in sources:
        yield line.segment, Of.WORDS
