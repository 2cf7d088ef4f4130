"""Any number of whole calls to fill a store with: made up, and saved as a worker saves them.

Each has what a recording that was really analyzed has: entities, reasons, feelings, the
dialogue that rules read, the verdicts of two files of rules and a scorecard. Call number n
always has the same id, start and fields; what is said in it is drawn with a fixed seed.
"""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import sentences
from huiting.app.judging import Judge, flat
from huiting.core.analysis import Analysis
from huiting.core.meaning import Intent, IntentSource, Meaning, Outcome, OutcomeKind
from huiting.core.metrics import Metrics, PartyMetrics
from huiting.core.types import (
    Call,
    Emotion,
    EmotionLabel,
    EmotionSource,
    Event,
    EventLabel,
    EventSource,
    Recording,
    Role,
    Segment,
    Span,
    Word,
)
from huiting.store import Store
from huiting.text.entities.stage import entities_stage
from huiting.text.pronunciation import sounds_of

RULES = Path(__file__).resolve().parents[1] / "rules"
REASONS = (
    "售后/退货退款", "售后/维修", "物流/查询", "物流/催件", "账单/扣费疑问", "咨询/商品", "投诉/服务",
)  # fmt: skip
AGENTS = 60
_ODDS = (EmotionLabel.ANGRY, EmotionLabel.FEARFUL, EmotionLabel.HAPPY, EmotionLabel.NEUTRAL)
LAST = datetime.fromisoformat("2025-04-01T09:00:00+00:00")
"""When call 0 begins: those of greater numbers before it, those of lesser ones after it."""


class Stock:
    """Makes calls.

    Args:
        segments: of a call, in the mean: calls have from two fifths to eight fifths of it.
        daily: calls a day; they are spread evenly over the day.
    """

    def __init__(self, segments: int, daily: int) -> None:
        self._find = entities_stage((), None, sounds_of)
        rules = [RULES / "common.yaml", RULES / "ecommerce.yaml"]
        self._judge = Judge.read(rules, [RULES / "scorecards" / "ecommerce.yaml"])
        self._sizes = (segments * 2 // 5, segments - segments * 2 // 5 + segments)
        self._daily = daily

    def when(self, number: int) -> datetime:
        """Return when call `number` begins; always as many characters when it is written."""
        return LAST - timedelta(seconds=number * 86_400 // self._daily)

    def recording(self, number: int, of: Recording) -> Recording:
        """Return the recording of call `number`; all but its length, which is that of another."""
        fields = fields_of(number)
        path = f"/calls/{fields['agent']}_{abs(number):08d}{'n' if number < 0 else ''}.wav"
        return replace(
            of, id=identity(number), path=path, started_at=self.when(number), metadata=fields
        )

    def analysis(self, number: int) -> Analysis:
        """Return the analysis of call `number`."""
        chance = random.Random(number)
        plain = sentences.call(abs(number), chance.randint(*self._sizes), chance)
        segments = tuple(_heard(segment, chance) for segment in plain.call.segments)
        recording = self.recording(number, plain.call.recording)
        call = replace(
            plain.call, recording=recording, segments=segments, events=tuple(_events(chance))
        )  # fmt: skip
        reasons = chance.sample(REASONS, 2)
        intents = tuple(Intent(name, 0.9, IntentSource.WORDS) for name in reasons)
        known = Meaning(intents=intents, outcome=Outcome(chance.choice(tuple(OutcomeKind))))
        return Analysis(call, _metrics(call, chance), plain.made_by, self._find(call, known))

    def keep(self, store: Store, analysis: Analysis) -> None:
        """Save a call as a worker does: analysis, dialogue and verdicts at once."""
        dialogue = flat(analysis)
        judgement = self._judge.judge(dialogue)
        store.save(
            analysis, at=LAST, dialogue=dialogue,
            also=lambda connection: store.judge_within(connection, judgement, at=LAST),
        )  # fmt: skip


def fields_of(number: int) -> dict[str, str]:
    """Return the metadata of a call; of each entry all values are equally long."""
    return {
        "agent": str(8000 + number * 7 % AGENTS),
        "direction": "in",
        "order": f"E{number * 7_919 % 10**8:08d}",
        "phone": f"16055{number * 48_271 % 10**6:06d}",
        "site": f"S{number % 4}",
        "team": f"T{number % 6}",
    }


def identity(number: int) -> str:
    """Return the id of a call."""
    return sha256(f"call {number}".encode()).hexdigest()


def ids(numbers: range) -> Iterator[str]:
    """Yield the ids of calls."""
    return map(identity, numbers)


def _heard(segment: Segment, chance: random.Random) -> Segment:
    """Return a segment with all that recognition tells of it: words, loudness, emotion."""
    letters = [char for char in segment.spoken if char.isalnum()]
    places = [
        segment.span.start + segment.span.duration * n / len(letters)
        for n in range(len(letters) + 1)
    ]
    words = tuple(
        Word(char, Span(round(start, 3), round(end, 3)), round(chance.uniform(0.4, 1.0), 4))
        for char, (start, end) in zip(letters, pairwise(places), strict=True)
    )
    angry = segment.role is Role.CUSTOMER and chance.random() < 0.05
    label = EmotionLabel.ANGRY if angry else EmotionLabel.NEUTRAL
    odds = {one: round(chance.random() / 10, 4) for one in _ODDS} | {label: 0.8}
    feeling = Emotion(
        label, 0.8, round(chance.uniform(-1, 1), 4), round(chance.random(), 4), odds,
        (EmotionSource.VOICE,),
    )  # fmt: skip
    return replace(
        segment, words=words, emotion=feeling, confidence=round(chance.uniform(0.6, 0.9), 4),
        loudness=round(chance.uniform(-40, -10), 2),
    )  # fmt: skip


def _events(chance: random.Random) -> Iterator[Event]:
    for label in (EventLabel.LAUGHTER, EventLabel.MUSIC, EventLabel.NOISE):
        if chance.random() < 0.2:
            start = round(chance.uniform(0, 30), 3)
            span = Span(start, start + 2)
            yield Event(label, span, EventSource.MODEL, score=round(chance.random(), 4))


def _metrics(call: Call, chance: random.Random) -> Metrics:
    """Return numbers as calls have them; drawn, since nobody speaks here."""
    duration = call.recording.duration
    speech = round(duration * chance.uniform(0.4, 0.95), 3)
    share = round(chance.uniform(0.2, 0.8), 4)
    parties = tuple(
        PartyMetrics(
            role, channel, None, talk_time=round(speech * part, 3), talk_ratio=part,
            turns=len(call.segments) // 2, segments=len(call.segments) // 2, units=500,
            rate=round(chance.uniform(150, 350), 1), rate_max=400.0,
            response_median=round(chance.uniform(-0.5, 3), 3), response_max=5.0,
            interruptions=chance.randrange(5), overlap=1.0, loudness=-20.0, loudness_jump=3.0,
        )
        for channel, (role, part) in enumerate(((Role.AGENT, share), (Role.CUSTOMER, 1 - share)))
    )  # fmt: skip
    return Metrics(
        duration, speech, duration - speech, silence_ratio=round(1 - speech / duration, 4),
        longest_silence=round(chance.expovariate(0.2), 3), hold=chance.choice((0.0, 0.0, 15.0, 60.0)),
        dead_air=chance.choice((0.0, 0.0, 8.0, 20.0)), overlap=1.0,
        overlap_ratio=round(1 / speech, 4), turns=len(call.segments), parties=parties,
    )  # fmt: skip
