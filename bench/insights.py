"""Whether what is planted in a history is found, how often nothing is found as something, speed.

Usage: python bench/insights.py [--histories 40] [--calls 2000]

Histories are made up: calls with agents, intents, times and talk, in which some
circumstances raise the chance of an angry customer and all others do not. Everything that
raises it should be found, and of all that is claimed at most 5 % may be false. Writes
results/insights.md. Reads nothing else.
"""

import argparse
import random
import resource
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from huiting.core.dialogue import Dialogue, Line
from huiting.core.judgement import Evidence, EvidenceKind, Finding, Judgement, Score, Verdict
from huiting.core.meaning import Intent, IntentSource, Meaning, Outcome, OutcomeKind
from huiting.core.metrics import Metrics, PartyMetrics, Silence
from huiting.core.types import Emotion, EmotionLabel, Role, Span
from huiting.insights.agents import agents
from huiting.insights.case import Case
from huiting.insights.causes import causes
from huiting.insights.day import day
from huiting.insights.fields import parse
from huiting.insights.measures import measure
from huiting.insights.moments import outbursts_after
from huiting.insights.trends import Step, compare, trend
from huiting.insights.words import words

RESULTS = Path(__file__).parent / "results" / "insights.md"
BEGAN = datetime(2025, 3, 3, 8, tzinfo=UTC)
BASE = 0.10
OUTBURSTS_AFTER_SILENCE = 0.73
OTHERS_AFTER_SILENCE = 0.15
SITES = ("北京", "成都", "上海", "西安")
INTENTS = (
    "售后/退货",
    "售后/维修",
    "物流/查询",
    "物流/催单",
    "价格/咨询",
    "账户/登录",
    "投诉/服务",
)
SENTENCES = (
    *("我的订单还没有发货", "请问这个可以退货吗", "快递显示签收了可是我没收到", "会员怎么开通"),
    *("发票什么时候能开", "这个商品有优惠券吗", "屏幕坏了怎么维修", "密码忘记了登录不上"),
    *("运费险怎么理赔", "我要修改收货地址", "你们什么时候能处理好", "上次也是这样说的"),
)
ANSWERS = ("好的请稍等我帮您查询", "您的订单正在处理", "退款会在三个工作日到账", "还有什么可以帮您")


@dataclass(frozen=True, slots=True)
class Planted:
    """A circumstance that adds to the chance of anger."""

    field: str
    value: str
    adds: float


EFFECTS = (
    Planted("agent silence > 5 s", "yes", 0.25),
    Planted("site", "成都", 0.20),
    Planted("intent", "物流/催单", 0.25),
    Planted("agent says “不清楚”", "yes", 0.30),
)


def history(size: int, seed: int, effects: tuple[Planted, ...] = EFFECTS) -> Iterator[Case]:
    """Yield made-up calls; without effects, outbursts follow silences as often as all else."""
    chance = random.Random(seed)
    for n in range(size):
        yield one(chance, n, effects)


def one(chance: random.Random, n: int, effects: tuple[Planted, ...]) -> Case:
    site, intent = chance.choice(SITES), chance.choice(INTENTS)
    slow, vague = chance.random() < 0.2, chance.random() < 0.15
    has = {("site", site), ("intent", intent)}
    has |= {("agent silence > 5 s", "yes")} if slow else set()
    has |= {("agent says “不清楚”", "yes")} if vague else set()
    risk = BASE + sum(e.adds for e in effects if (e.field, e.value) in has)
    angry = chance.random() < risk
    share = OUTBURSTS_AFTER_SILENCE if effects else OTHERS_AFTER_SILENCE
    outburst = chance.randrange(3, 9) if angry else None
    lines, silences = talk(chance, outburst, share, slow=slow, vague=vague)
    agent = f"8{chance.randrange(40):03}"
    greeting = Verdict.FAIL if chance.random() < 0.2 else Verdict.PASS
    proof = Evidence(EvidenceKind.SAID, Span(0, 2), 0, Role.AGENT, 0, "您好")
    finding = Finding("greeting", 1, greeting, -5, (proof,), "问候")
    closing = Finding("closing", 1, chance.choice([Verdict.PASS, Verdict.NOT_APPLICABLE]))
    points = 100 - 20 * (greeting is Verdict.FAIL) - 10 * chance.random()
    dialogue = Dialogue(
        call=f"{n:08x}",
        name=f"{n}.wav",
        duration=lines[-1].span.end + 3,
        metrics=metrics(chance, lines, silences),
        lines=tuple(lines),
        meaning=Meaning(
            intents=(Intent(intent, 0.8, IntentSource.WORDS),),
            outcome=Outcome(chance.choice([OutcomeKind.SOLVED, OutcomeKind.UNSOLVED])),
        ),
        language="zh",
        started_at=BEGAN + timedelta(days=n % 28, minutes=chance.randrange(720)),
        metadata={
            "agent": agent,
            "site": site,
            "queue": f"q{chance.randrange(6)}",
            "order": f"E{n}",
        },
    )
    return Case(
        dialogue,
        Judgement(dialogue.call, (finding, closing), (Score("card", 1, points, 100),)),
    )


def talk(
    chance: random.Random, outburst: int | None, after_silence: float, *, slow: bool, vague: bool
) -> tuple[list[Line], list[Silence]]:
    """Return thirty lines; the customer becomes angry in turn `outburst`."""
    lines: list[Line] = []
    silences: list[Silence] = []
    at = 1.0
    for turn in range(10):
        share = after_silence if turn == outburst else OTHERS_AFTER_SILENCE
        gap = 6.0 if turn == 9 and slow else 1.8 if chance.random() < share else 0.4
        if turn:
            silences.append(Silence(Span(at, at + gap), Role.CUSTOMER, Role.CUSTOMER))
        at += gap
        label = EmotionLabel.ANGRY if turn == outburst else EmotionLabel.NEUTRAL
        said = chance.choice(SENTENCES)
        lines.append(line(len(lines), Role.CUSTOMER, at, said, Emotion(label, 0.8)))
        answer = "这个我也不清楚" if vague and turn == 4 else chance.choice(ANSWERS)
        lines.append(line(len(lines), Role.AGENT, at + 4, answer))
        lines.append(
            line(len(lines), Role.CUSTOMER, at + 8, "嗯", Emotion(EmotionLabel.NEUTRAL, 0.8))
        )
        at += 20.0
    return lines, silences


def line(n: int, role: Role, at: float, text: str, emotion: Emotion | None = None) -> Line:
    channel = 0 if role is Role.AGENT else 1
    return Line(n, channel, None, role, Span(at, at + 3), text, text, emotion=emotion)


def metrics(chance: random.Random, lines: list[Line], silences: list[Silence]) -> Metrics:
    quiet = sum(s.span.duration for s in silences)
    parties = tuple(
        PartyMetrics(
            role=role,
            channel=n,
            speaker=None,
            talk_time=chance.uniform(20, 60),
            talk_ratio=chance.uniform(0.3, 0.7),
            turns=10,
            segments=10,
            units=200,
            rate=chance.gauss(250, 40),
            rate_max=None,
            response_median=chance.expovariate(1),
            response_max=None,
            interruptions=int(chance.random() < 0.2),
            overlap=0.0,
            loudness=None,
            loudness_jump=None,
        )
        for n, role in enumerate((Role.AGENT, Role.CUSTOMER))
    )
    duration = lines[-1].span.end + 3
    return Metrics(
        duration=duration,
        speech=duration - quiet,
        silence=quiet,
        silence_ratio=quiet / duration,
        longest_silence=max(s.span.duration for s in silences),
        dead_air=0.0,
        hold=0.0,
        overlap=0.0,
        overlap_ratio=0.0,
        turns=20,
        parties=parties,
        silences=tuple(silences),
    )


TRUE = {
    "site",  # the others are angry less often than 成都
    "intent",
    "topic",
    "agent silence > 1.2 s",  # before outbursts
    "agent silence > 3 s",
    "agent silence > 5 s",
    "agent says “不清楚”",
}
"""Fields that do come together with anger in these histories; any other is a false discovery."""


def recovery(histories: int, calls: int) -> list[str]:
    target = measure("angry")
    found = dict.fromkeys(EFFECTS, 0)
    claims = false = covered = 0
    for seed in range(histories):
        result = causes(history(calls, seed), target)
        held = {(t.trait.field, t.trait.value): t for t in result.significant}
        for effect in EFFECTS:
            entry = held.get((effect.field, effect.value))
            found[effect] += entry is not None
            if entry is not None and entry.difference.interval is not None:
                ends = entry.difference.interval
                covered += ends.low <= effect.adds <= ends.high
        claims += len(held)
        false += sum(field not in TRUE for field, _ in held)
    nothing = (causes(history(calls, 10_000 + n, ()), target) for n in range(histories))
    claimed = sum(bool(result.significant) for result in nothing)
    lines = ["| planted | adds | found |", "|---|---|---|"]
    for effect, times in found.items():
        shown = effect.field if effect.value == "yes" else f"{effect.field} = {effect.value}"
        lines.append(f"| {shown} | {effect.adds:+.0%} | {times} of {histories} |")
    tested = sum(found.values())
    return [
        *lines,
        "",
        f"Intervals of differences that hold the planted one: {covered} of {tested} found.",
        "",
        f"False among claimed: {false} of {claims} ({false / max(1, claims):.1%}).",
        "",
        (
            "Histories with nothing planted in which anything was claimed: "
            f"{claimed} of {histories}."
        ),
    ]


def moments(histories: int, calls: int) -> list[str]:
    covered = 0
    last = None
    for seed in range(histories):
        last = outbursts_after(history(calls, 20_000 + seed, EFFECTS))
        ends = last.interval
        covered += ends is not None and ends.low <= OUTBURSTS_AFTER_SILENCE <= ends.high
    assert last is not None
    assert last.interval is not None
    after, ends = last.after, last.interval
    return [
        f"Planted: {OUTBURSTS_AFTER_SILENCE:.0%} of outbursts follow more than 1.2 s of silence.",
        "",
        f"The interval holds that in {covered} of {histories} histories. One of them:",
        f"{after.count} of {after.of} = {after.share:.1%} ({ends.low:.1%} to {ends.high:.1%}),",
        f"other lines {last.elsewhere.share:.1%}.",
    ]


def speed(calls: int) -> list[str]:
    cases = list(history(calls, 1, EFFECTS))
    week = parse("since=2025-03-24")
    jobs: dict[str, Callable[[], object]] = {
        "causes of anger, all circumstances": lambda: causes(cases, measure("angry")),
        "silence before outbursts": lambda: outbursts_after(cases),
        "agents": lambda: agents(cases),
        "words of a week against the rest": lambda: words(cases, week),
        "trend by day and agent": lambda: trend(cases, measure("score"), Step.DAY, "agent"),
        "two cohorts": lambda: compare(cases, measure("angry"), week, parse("until=2025-03-24")),
        "the whole report": lambda: day(cases[: calls // 28], cases[calls // 28 :]),
    }
    lines = ["| over cases in memory | seconds | calls a second |", "|---|---|---|"]
    for name, job in jobs.items():
        start = time.perf_counter()
        job()
        taken = time.perf_counter() - start
        lines.append(f"| {name} | {taken:.1f} | {calls / taken:,.0f} |")
    return lines


def memory(calls: int) -> str:
    """Return the peak of a report over cases that are made one at a time."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    day(history(calls // 28, 2, EFFECTS), history(calls, 3, EFFECTS))
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return f"A report over {calls:,} calls that stream by adds {(after - before) / 1024:.0f} MiB."


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--histories", type=int, default=40)
    options.add_argument("--calls", type=int, default=2_000)
    chosen = options.parse_args()
    streaming = memory(10_000)  # first: peaks do not come down again
    parts = [
        "# Across calls",
        "",
        "Written by `python bench/insights.py`.",
        "",
        f"## Planted circumstances, {chosen.histories} histories of {chosen.calls:,} calls",
        "",
        *recovery(chosen.histories, chosen.calls),
        "",
        "## Before outbursts",
        "",
        *moments(chosen.histories, chosen.calls),
        "",
        "## Speed, 10,000 calls of 30 lines",
        "",
        *speed(10_000),
        "",
        streaming,
    ]
    RESULTS.write_text("\n".join(parts) + "\n", "utf-8")
    print("\n".join(parts))


if __name__ == "__main__":
    main()
