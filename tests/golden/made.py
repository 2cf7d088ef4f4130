"""What the golden files hold, made anew.

The call is made up and shows every kind of thing a result can hold.
"""

import json
from dataclasses import replace
from pathlib import Path

from fakes import AGENT, CUSTOMER, analysis, call, evenly, says
from huiting.core.analysis import Analysis
from huiting.core.codec import schema
from huiting.core.judgement import (
    Evidence,
    EvidenceKind,
    Finding,
    Judgement,
    Match,
    Score,
    ScoredItem,
    Severity,
    Verdict,
)
from huiting.core.meaning import (
    Document,
    Entity,
    EntitySource,
    Intent,
    IntentSource,
    Meaning,
    Outcome,
    OutcomeKind,
    Quote,
    Sign,
    Summary,
)
from huiting.core.plugins import kinds, make
from huiting.core.rewrite import Change, rewrite
from huiting.core.types import (
    Condition,
    ConditionKind,
    Emotion,
    EmotionLabel,
    EmotionSource,
    Event,
    EventLabel,
    EventSource,
    Rejected,
    Span,
)

HERE = Path(__file__).parent
SCHEMA = HERE.parents[1] / "docs" / "reference" / "analysis.schema.json"


def example() -> Analysis:
    """Return a short call with everything that a result can hold."""
    greeting = "您好工号八零零一请讲"
    refund = "我要退三百九十九元"
    spoken = call(
        rewrite(
            rewrite(
                says(AGENT, 1, 4, greeting, words=evenly(greeting, 1, 4), loudness=-21.5),
                [Change(4, 8, "8001", 0.98)],
                "itn",
            ),
            [Change(2, 2, "，"), Change(8, 8, "，"), Change(10, 10, "。")],
            "punctuation",
        ),
        rewrite(
            says(CUSTOMER, 4.5, 8, refund, words=evenly(refund, 4.5, 8), loudness=-26.0),
            [Change(3, 8, "399", 0.99)],
            "itn",
        ),
        says(AGENT, 8.4, 10, "好的，请稍等。", loudness=-21.0),
        says(AGENT, 16, 20, "让您久等了，已经帮您申请了。", loudness=-20.0),
        says(CUSTOMER, 19, 23, "你们能不能快一点！<急>", loudness=-12.5),
        says(AGENT, 23.5, 25, "=好的&再见|", loudness=-22.0),
    )
    angry = Emotion(
        EmotionLabel.ANGRY,
        0.86,
        0.7,
        -0.6,
        {EmotionLabel.ANGRY: 0.86, EmotionLabel.HAPPY: 0.08},
        (EmotionSource.VOICE, EmotionSource.WORDS),
        ("能不能快一点",),
    )
    music = Event(EventLabel.MUSIC, Span(10.5, 15.5), EventSource.MODEL, 0, 0.97)
    segments = tuple(
        replace(s, emotion=angry) if s.span.start == 19 else s for s in spoken.segments
    )
    asked = Quote(1, CUSTOMER, Span(4.5, 8), "我要退399")
    meaning = Meaning(
        entities=(
            Entity(
                "money",
                1,
                3,
                6,
                "399",
                "399.00 CNY",
                Span(5.8, 8),
                EntitySource.PATTERN,
                None,
                CUSTOMER,
            ),
        ),
        intents=(Intent("售后/退货退款", 0.91, IntentSource.WORDS, (asked,)),),
        needs=(asked,),
        outcome=Outcome(OutcomeKind.PROMISED, 0.7),
        churn=Sign(0.3),
        documents=(Document("退货政策", "https://kb.local/7", "客户要退货"),),
        summary=Summary(
            "客户要退 399 元，坐席已申请。", "已申请退款", ("坐席回电确认",), (asked,), "qwen3"
        ),
        advice=("call-back", "route:en"),
    )
    made = analysis(
        replace(
            spoken,
            segments=segments,
            events=(music,),
            rejected=(Rejected(1, Span(26.0, 27.5), "no-speech"),),
            conditions=(Condition(ConditionKind.LEVEL_DIFFERENCE, 1, 14.2),),
        )
    )
    return replace(made, meaning=meaning)


def judgement() -> Judgement:
    """Return verdicts of every kind on the call, and a scorecard filled in."""
    quoted = Evidence(EvidenceKind.SAID, Span(19, 23), 1, CUSTOMER, 4, "能不能快一点", Match.EXACT)
    hasty = Evidence(
        EvidenceKind.SAID, Span(8.4, 10), 0, AGENT, 2, "请稍等", Match.SOUNDS_LIKE, 0.9
    )
    waited = Evidence(
        EvidenceKind.MEASURED, Span(10, 16), value=6.04, limit=5, note="announced silence"
    )
    sought = Evidence(EvidenceKind.SEARCHED, Span(0, 30), role=AGENT, note="抱歉 / 对不起")
    murky = Evidence(EvidenceKind.UNCLEAR, Span(26, 27.5), 1, CUSTOMER, note="not understood")
    failed = Finding(
        "hold",
        2,
        Verdict.FAIL,
        -5,
        (hasty, waited),
        "等待不超过 5 秒",
        Severity.MAJOR,
        "先说明时长。",
    )
    absent = Finding("apology", 1, Verdict.FAIL, 0, (sought,), "抱怨后致歉", Severity.CRITICAL)
    unsure = Finding("thanks", 1, Verdict.UNCERTAIN, 0, (murky,), "客户道谢")
    return Judgement(
        call="ab" * 32,
        findings=(
            failed,
            absent,
            unsure,
            Finding("calm", 1, Verdict.PASS, 0, (quoted,), "客户着急时回应"),
            Finding("returns", 1, Verdict.NOT_APPLICABLE, name="七天无理由"),
        ),
        scores=(
            Score(
                "service",
                1,
                52.380952,
                100,
                items=(
                    ScoredItem(
                        "wait", "等待有告知", "流程", 0, 47.619048, Verdict.FAIL, rules=("hold",),
                        why="等待不超过 5 秒：未通过", advice="先说明时长。", moment=Span(10, 16),
                    ),
                    ScoredItem(
                        "calm", "及时回应", "态度", 52.380952, 52.380952, Verdict.PASS,
                        rules=("calm",), why="客户着急时回应：通过", moment=Span(19, 23),
                    ),
                    ScoredItem("policy", "讲清政策", "业务", 0, 0, Verdict.NOT_APPLICABLE),
                ),
                uncertain=True,
                grade="不合格",
                low=47.6,
                high=52.380952,
            ),
        ),
        rules="cd" * 8,
        problems={"polite": "qwen3: no answer (ConnectError); look at the server"},
    )  # fmt: skip


def texts() -> dict[Path, bytes]:
    """Return each golden file with what belongs in it; XLSX is no text and not among them."""
    body = json.dumps(schema(), ensure_ascii=False, sort_keys=True, indent=1) + "\n"
    exporters = [make("huiting.exports", kind) for kind in kinds("huiting.exports")]
    result = example()
    return {SCHEMA: body.encode()} | {
        HERE / f"call{exporter.suffix}": exporter.write(result, judgement())
        for exporter in exporters
        if exporter.suffix != ".xlsx"
    }
