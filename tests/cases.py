"""Cases made up in a line each: calls as they are counted, not as they are heard."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from huiting.core.dialogue import Dialogue, Line
from huiting.core.judgement import Evidence, EvidenceKind, Finding, Judgement, Score, Verdict
from huiting.core.meaning import Intent, IntentSource, Meaning, Outcome, OutcomeKind
from huiting.core.metrics import Metrics, Overlap, PartyMetrics, Silence
from huiting.core.types import Emotion, EmotionLabel, Role, Span
from huiting.insights.case import Case

AGENT, CUSTOMER = Role.AGENT, Role.CUSTOMER
BEGAN = datetime(2025, 3, 12, 10, 15, tzinfo=UTC)
ANGRY, NEUTRAL, SAD = EmotionLabel.ANGRY, EmotionLabel.NEUTRAL, EmotionLabel.SAD
QUIET: tuple[Silence, ...] = ()


class Answer(StrEnum):
    """How an agent answered."""

    APOLOGY = "apology"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Upset:
    """What followed a time that the customer was upset."""

    softened: bool | None = True
    delay: float | None = 1.0
    answer: Answer = Answer.APOLOGY


def line(
    role: Role,
    start: float,
    end: float,
    text: str = "您好",
    emotion: EmotionLabel | None = None,
    score: float | None = 0.9,
) -> Line:
    """Return something said; `case` numbers it."""
    feeling = None if emotion is None else Emotion(emotion, score)
    channel = 0 if role is AGENT else 1
    return Line(0, channel, None, role, Span(start, end), text, text, emotion=feeling)


def waits(start: float, end: float, before: Role = CUSTOMER, *, announced: bool = False) -> Silence:
    """Return a silence that the agent ends or should have ended."""
    return Silence(Span(start, end), before, AGENT, announced)


def party(role: Role = AGENT, talk: float = 30.0, **numbers: float) -> PartyMetrics:
    """Return the numbers of a party; `rate`, `response` and `interruptions` may be given."""
    return PartyMetrics(
        role=role,
        channel=0 if role is AGENT else 1,
        speaker=None,
        talk_time=talk,
        talk_ratio=numbers.get("ratio"),
        turns=3,
        segments=3,
        units=90,
        rate=numbers.get("rate"),
        rate_max=None,
        response_median=numbers.get("response"),
        response_max=None,
        interruptions=int(numbers.get("interruptions", 0)),
        overlap=0.0,
        loudness=None,
        loudness_jump=None,
    )


def failed(
    rule: str,
    quote: str | None = None,
    start: float = 0.0,
    *,
    name: str = "",
    advice: str = "",
    segment: int = 0,
) -> Finding:
    """Return a finding that a rule failed, with what was said as evidence."""
    said = Evidence(EvidenceKind.SAID, Span(start, start + 2), 0, AGENT, segment, quote)
    return Finding(
        rule, 1, Verdict.FAIL, evidence=(said,) if quote else (), name=name, advice=advice
    )


def scored(points: float | None, *fatal: str, card: str = "card", uncertain: bool = False) -> Score:
    """Return a score out of 100."""
    return Score(card, 1, points, 100, fatal=fatal, uncertain=uncertain)


def case(
    call: str = "c1",
    *lines: Line,
    agent: str | None = "8001",
    began: datetime | None = BEGAN,
    after: timedelta = timedelta(),
    duration: float = 60.0,
    silences: Sequence[Silence] = (),
    overlaps: Sequence[Overlap] = (),
    parties: Sequence[PartyMetrics] = (),
    findings: Sequence[Finding] | None = None,
    verdicts: Mapping[str, Verdict] | None = None,
    scores: Sequence[Score] = (),
    intent: str | None = None,
    outcome: OutcomeKind | None = None,
    language: str | None = "zh",
    **metadata: str,
) -> Case:
    """Return a call, judged when findings, verdicts or scores are given."""
    told = Meaning(
        intents=(Intent(intent, 0.9, IntentSource.WORDS),) if intent else (),
        outcome=Outcome(outcome) if outcome else None,
    )
    quiet = sum(s.span.duration for s in silences)
    dialogue = Dialogue(
        call=call,
        name=f"{call}.wav",
        duration=duration,
        metrics=Metrics(
            duration=duration,
            speech=duration - quiet,
            silence=quiet,
            silence_ratio=quiet / duration,
            longest_silence=max((s.span.duration for s in silences), default=0.0),
            dead_air=quiet,
            hold=0.0,
            overlap=0.0,
            overlap_ratio=0.0,
            turns=len(lines),
            parties=tuple(parties),
            silences=tuple(silences),
            overlaps=tuple(overlaps),
        ),
        lines=tuple(replace(said, segment=n) for n, said in enumerate(lines)),
        meaning=told,
        language=language,
        started_at=began + after if began else None,
        metadata=({"agent": agent} if agent else {}) | metadata,
    )
    found = tuple(findings or ()) + tuple(
        Finding(rule, 1, verdict) for rule, verdict in (verdicts or {}).items()
    )
    judged = findings is not None or verdicts is not None or scores
    return Case(dialogue, Judgement(call, found, tuple(scores)) if judged else None)
