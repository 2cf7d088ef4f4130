"""Calls drawn by chance, of every kind that a report tells apart; a number gives always the same."""

import random
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest

from fakes import AGENT, CUSTOMER, analysis, call, says
from huiting.core.analysis import Analysis
from huiting.core.judgement import (
    Evidence,
    EvidenceKind,
    Finding,
    Judgement,
    Score,
    Severity,
    Verdict,
)
from huiting.core.meaning import (
    Intent,
    IntentSource,
    Meaning,
    Outcome,
    OutcomeKind,
    Quote,
    Sign,
)
from huiting.core.types import Emotion, EmotionLabel, EmotionSource, Segment

MONDAY = datetime(2025, 3, 10, tzinfo=UTC)
SENTENCES = (
    "您好，请问有什么可以帮您", "我要退货，上次买的奶粉过期了", "不好意思，给您添麻烦了", "价保怎么申请",
    "这个不归我管，系统规定不能退", "我等了三天还没发货", "我要投诉你们", "运费险为什么不赔", "好的，再见",
    "我的电话是16055501234", "空气净化器坏了", "稍等，我帮您查一下",
)  # fmt: skip
RULES = tuple(f"rule-{n}" for n in range(6))
INTENTS = ("售后/退货", "售后/维修", "物流/催件")
LABELS = (EmotionLabel.ANGRY, EmotionLabel.NEUTRAL, EmotionLabel.SAD, EmotionLabel.HAPPY)


def drawn(number: int, days: int = 6, seed: int = 0) -> Analysis:
    """Return the analysis of call `number`, of one of so many days; `seed` draws another one."""
    chance = random.Random(f"{number} {seed}")
    segments, at = [], 0.0
    for place in range(chance.randint(1, 8)):
        length = chance.uniform(0.5, 4)
        role = AGENT if place % 2 == 0 else CUSTOMER
        segment = says(role, at, at + length, chance.choice(SENTENCES))
        segments.append(_felt(segment, chance))
        at += length + chance.choice((0.2, 0.9, 2.0, 6.0, 12.0))
    made = analysis(call(*segments, duration=at + 1, language=chance.choice(("zh", "en", None))))
    when = MONDAY + timedelta(days=random.Random(number).randrange(days), seconds=number * 61)
    recording = replace(
        made.call.recording,
        id=sha256(str(number).encode()).hexdigest(),
        path=f"/calls/{number}.wav",
        started_at=when if chance.random() < 0.95 else None,
        metadata=_metadata(number, chance),
    )
    return replace(
        made, call=replace(made.call, recording=recording), meaning=_meaning(made, chance)
    )


def judged(of: Analysis, seed: int = 0) -> Judgement:
    """Return verdicts and scores of a call."""
    chance = random.Random(f"{of.call.recording.id} {seed}")
    rules = [rule for rule in RULES if chance.random() < 0.9]
    scores = [_score(card, chance) for card in ("shop", "manners") if chance.random() < 0.8]
    findings = tuple(_finding(rule, of.call.segments, chance) for rule in rules)
    return Judgement(of.call.recording.id, findings, tuple(scores), f"rules-{seed}")


def _felt(segment: Segment, chance: random.Random) -> Segment:
    if chance.random() < 0.3:
        return segment
    label, source = chance.choice(LABELS), chance.choice(tuple(EmotionSource))
    return replace(
        segment, emotion=Emotion(label, chance.choice((0.4, 0.7, 0.9)), sources=(source,))
    )


def _metadata(number: int, chance: random.Random) -> dict[str, str]:
    name = chance.choice(("agent", "工号"))
    found = {name: f"80{chance.randrange(4):02}", "order": f"E{number}"}
    found |= {"team": chance.choice("AB"), "site": chance.choice(("S1", "S2", "S3"))}
    return found if chance.random() < 0.95 else {}


def _meaning(of: Analysis, chance: random.Random) -> Meaning:
    segments = of.call.segments

    def quotes() -> tuple[Quote, ...]:
        at = chance.randrange(len(segments))
        said = segments[at]
        return (Quote(at, said.role, said.span, said.text),)

    intents = chance.sample(INTENTS, chance.randrange(3))
    kind = chance.choice((None, *OutcomeKind))
    return Meaning(
        intents=tuple(Intent(name, 0.8, IntentSource.WORDS, quotes()) for name in intents),
        outcome=Outcome(kind, 0.7, quotes()) if kind else None,
        churn=Sign(chance.random(), quotes()) if chance.random() < 0.3 else None,
        urgency=Sign(chance.random(), quotes()) if chance.random() < 0.3 else None,
    )


def _finding(rule: str, segments: tuple[Segment, ...], chance: random.Random) -> Finding:
    at = chance.randrange(len(segments))
    said = segments[at]
    kind = chance.choice((EvidenceKind.SAID, EvidenceKind.SOUND, EvidenceKind.UNCLEAR))
    proof = Evidence(kind, said.span, said.channel, said.role, at, said.text[:6])
    severity = tuple(Severity)[RULES.index(rule) % len(Severity)]
    evidence = (proof,) if chance.random() < 0.8 else ()
    return Finding(rule, 1, chance.choice(tuple(Verdict)), 0.0, evidence, f"Rule {rule}", severity)


def _score(card: str, chance: random.Random) -> Score:
    points = chance.choice((None, 40.0, 77.5, 90.0, 100.0, 105.0))
    fatal = ("rule-1",) if chance.random() < 0.2 else ()
    return Score(card, 1, points, 100.0, fatal=fatal, uncertain=chance.random() < 0.2)


def same(found: Any, wanted: Any, place: str = "") -> None:  # noqa: ANN401  (whatever a report holds)
    """Assert that two answers say the same; numbers may differ where sums are rounded."""
    if is_dataclass(wanted) and not isinstance(wanted, type):
        assert type(found) is type(wanted), place
        for entry in fields(wanted):
            same(getattr(found, entry.name), getattr(wanted, entry.name), f"{place}.{entry.name}")
    elif isinstance(wanted, tuple | list):
        assert len(found) == len(wanted), f"{place}: {found} is not {wanted}"
        for n, (one, other) in enumerate(zip(found, wanted, strict=True)):
            same(one, other, f"{place}[{n}]")
    elif isinstance(wanted, float):
        assert found == pytest.approx(wanted, rel=1e-9, abs=1e-9), place
    else:
        assert found == wanted, f"{place}: {found!r} is not {wanted!r}"
