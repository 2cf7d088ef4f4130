"""Any number of whole calls to fill a store with, from a thousand that are made with care.

Each of the thousand has what a recording that was really analyzed has: entities, reasons,
feelings, the dialogue that rules read, the verdicts of two files of rules and a scorecard.
Call number n has the conversation of n modulo a thousand, its own id, its own start.
"""

import random
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import sentences
from huiting.app.judging import Judge, flat
from huiting.core.analysis import Analysis
from huiting.core.codec import to_json
from huiting.core.meaning import Intent, IntentSource, Meaning
from huiting.core.types import Emotion, EmotionLabel, EmotionSource, Role, Segment
from huiting.store import Store, _dialogue_codec, _judge, _save
from huiting.store._index import index_for
from huiting.text.entities.stage import entities_stage
from huiting.text.pronunciation import sounds_of

RULES = Path(__file__).resolve().parents[1] / "rules"
REASONS = (
    "售后/退货退款", "售后/维修", "物流/查询", "物流/催件", "账单/扣费疑问", "咨询/商品", "投诉/服务",
)  # fmt: skip
AGENTS = 60
LAST = datetime.fromisoformat("2025-04-01T09:00:00+00:00")
"""When the latest call begins; the others before it."""


@dataclass(frozen=True, slots=True)
class _Conversation:
    """What all calls with one conversation have in common."""

    analysis: Analysis
    text: bytes
    """The analysis as JSON; holds `id` and `path` of its recording."""
    entry: _save.Entry
    verdicts: _judge.Entry


class Stock:
    """Makes calls.

    Args:
        conversations: how many differ in what is said.
        segments: of each call.
        daily: calls a day; they are spread evenly over the day.
    """

    def __init__(self, conversations: int, segments: int, daily: int) -> None:
        self._find = entities_stage((), None, sounds_of)
        rules = [RULES / "common.yaml", RULES / "ecommerce.yaml"]
        self._judge = Judge.read(rules, [RULES / "scorecards" / "ecommerce.yaml"])
        self._segments = segments
        self._daily = daily
        self._made = [self._conversation(number) for number in range(conversations)]

    def when(self, number: int) -> datetime:
        """Return when call `number` begins: the first is the latest."""
        return LAST - timedelta(days=number / self._daily)

    def analysis(self, number: int) -> Analysis:
        """Return the analysis of call `number`."""
        base = self._made[number % len(self._made)].analysis
        name, path, agent = _names(number)
        recording = replace(
            base.call.recording, id=name, path=path, started_at=self.when(number),
            metadata={**base.call.recording.metadata, "agent": agent, "team": f"T{number % 6}"},
        )  # fmt: skip
        return replace(base, call=replace(base.call, recording=recording))

    def keep(self, store: Store, number: int) -> None:
        """Save call `number` as a worker does: analysis, dialogue and verdicts at once."""
        analysis = self.analysis(number)
        dialogue = flat(analysis)
        judgement = self._judge.judge(dialogue)
        store.save(
            analysis, at=LAST, dialogue=dialogue,
            also=lambda connection: store.judge_within(connection, judgement, at=LAST),
        )  # fmt: skip

    def fill(self, store: Store, numbers: range, batch: int = 100) -> None:
        """Save calls quickly: what conversations have in common is not made again."""
        index = index_for(store.database.dialect)
        for first in range(numbers.start, numbers.stop, batch):
            prepared = [self._prepared(n) for n in range(first, min(first + batch, numbers.stop))]
            with store.database.writing() as connection:
                for entry, _ in prepared:
                    _save.save(connection, index, entry)
                _judge.write(connection, [verdicts for _, verdicts in prepared], LAST)

    def _prepared(self, number: int) -> tuple[_save.Entry, _judge.Entry]:
        kept = self._made[number % len(self._made)]
        analysis = self.analysis(number)
        recording, base = analysis.call.recording, kept.analysis.call.recording
        text = kept.text.replace(base.id.encode(), recording.id.encode())
        text = text.replace(base.path.encode(), recording.path.encode())
        entry = replace(
            kept.entry, analysis=analysis, paths=(recording.path,), body=zlib.compress(text)
        )  # fmt: skip
        return entry, replace(kept.verdicts, call=recording.id)

    def _conversation(self, number: int) -> _Conversation:
        chance = random.Random(number)
        plain = sentences.call(number, self._segments, chance)
        segments = tuple(_felt(segment, chance) for segment in plain.call.segments)
        call = replace(plain.call, segments=segments)
        reasons = chance.sample(REASONS, 2)
        intents = tuple(Intent(name, 0.9, IntentSource.WORDS) for name in reasons)
        analysis = replace(plain, call=call, meaning=self._find(call, Meaning(intents=intents)))
        dialogue = flat(analysis)
        judgement = self._judge.judge(dialogue)
        entry = replace(
            _save.prepare(analysis, LAST, ()), dialogue=_dialogue_codec.encode(dialogue)
        )  # fmt: skip
        return _Conversation(analysis, to_json(analysis), entry, _judge.prepare(judgement))


def _names(number: int) -> tuple[str, str, str]:
    """Return id, path and agent of a call."""
    agent = str(8000 + number * 7 % AGENTS)
    return sha256(f"call {number}".encode()).hexdigest(), f"/calls/{agent}_{number:08d}.wav", agent


def _felt(segment: Segment, chance: random.Random) -> Segment:
    angry = segment.role is Role.CUSTOMER and chance.random() < 0.05
    label = EmotionLabel.ANGRY if angry else EmotionLabel.NEUTRAL
    return replace(
        segment, emotion=Emotion(label, 0.8, 0.1, 0.1, {label: 0.8}, (EmotionSource.VOICE,))
    )  # fmt: skip


def ids(numbers: range) -> Iterator[str]:
    """Yield the ids of calls."""
    return (_names(number)[0] for number in numbers)
