"""What results are called, and evidence as people read it."""

from enum import StrEnum

import pytest

from huiting.core import wording
from huiting.core.calming import Answer
from huiting.core.evidence_words import _MEASURES, _OPERATORS, sought, told
from huiting.core.judgement import Evidence, EvidenceKind, Match, Severity, Verdict
from huiting.core.meaning import OutcomeKind
from huiting.core.plugins import kinds
from huiting.core.types import EmotionLabel, EventLabel, Role, RoleSource, Span
from huiting.quality.operators._measured import Measure

SAID, MEASURED, UNCLEAR = EvidenceKind.SAID, EvidenceKind.MEASURED, EvidenceKind.UNCLEAR
NEAREST, SEARCHED, SOUND = EvidenceKind.NEAREST, EvidenceKind.SEARCHED, EvidenceKind.SOUND
AT = Span(20, 32)
KINDS: list[type[StrEnum]] = [
    Verdict, Severity, Match, EvidenceKind, EmotionLabel, EventLabel, OutcomeKind, Role, RoleSource, Answer,
]  # fmt: skip
PHRASES = {"said", "phrase", "wildcard", "regex", "similar"}
"""Operators of which only the phrases are noted."""


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_everything_has_a_name_in_both_languages(kind: type[StrEnum]) -> None:
    for thing in kind:
        assert wording.named(thing, "en").isascii()
        assert not wording.named(thing, "zh").isascii()
        assert wording.named_in(kind, "zh")[thing.value] == wording.named(thing, "zh")


def test_every_measure_and_operator_has_a_chinese_name() -> None:
    assert {measure.value for measure in Measure} <= set(_MEASURES)
    assert set(kinds("huiting.quality.operators")) - PHRASES <= set(_OPERATORS)


@pytest.mark.parametrize(
    ("code", "english", "chinese"),
    [
        ("route:en", "route to an agent who speaks English", "转给会英语的坐席"),
        ("route:xx", "route to an agent who speaks xx", "转给会xx的坐席"),
        ("also:ja", "part of it is in Japanese", "部分内容为日语"),
        ("priority-ticket", "priority ticket", "优先工单"),
        ("something-new", "something-new", "something-new"),
    ],
)
def test_advice_is_told_in_words(code: str, english: str, chinese: str) -> None:
    assert (wording.advice(code, "en"), wording.advice(code, "zh")) == (english, chinese)


@pytest.mark.parametrize(
    ("number", "shown"),
    [(None, "–"), (100.0, "100"), (9.52381, "9.5"), (-0.04, "0"), (13.25, "13.2"), (9.98, "10")],
)
def test_points_have_at_most_one_decimal(number: float | None, shown: str) -> None:
    assert wording.points(number) == shown


def test_readers_of_cantonese_read_chinese() -> None:
    assert [wording.tongue_of(code) for code in ("zh", "yue", "ja", None)] == [
        "zh",
        "zh",
        "en",
        "en",
    ]


@pytest.mark.parametrize(
    ("evidence", "english", "chinese"),
    [
        pytest.param(
            Evidence(SAID, AT, quote="您好", match=Match.EXACT, note="您好"),
            "“您好” 0:20",
            "“您好” 0:20",
            id="words",
        ),
        pytest.param(
            Evidence(SAID, AT, quote="公号", match=Match.SOUNDS_LIKE, note="工号"),
            "“公号” (sounds alike) 0:20",
            "“公号”（音近） 0:20",
            id="words that sound alike",
        ),
        pytest.param(
            Evidence(MEASURED, AT, value=12.34, limit=5, note="silence"),
            "silence 12.3 s, limit 5 s 0:20",
            "静默 12.3 秒，界限 5 秒 0:20",
            id="a silence",
        ),
        pytest.param(
            Evidence(MEASURED, value=0.6235, limit=0.7, note="share of talk time"),
            "share of talk time 62%, limit 70%",
            "说话时间占比 62%，界限 70%",
            id="a share of the whole call",
        ),
        pytest.param(
            Evidence(MEASURED, value=263.875, note="average speaking rate"),
            "average speaking rate 264 a minute",
            "平均语速 264 字/分",
            id="a rate without a limit",
        ),
        pytest.param(
            Evidence(MEASURED, value=1, limit=2, note="您好 / 你好"),
            "您好 / 你好 1, limit 2",
            "您好 / 你好 1，界限 2",
            id="how often",
        ),
        pytest.param(Evidence(SOUND, AT, note="music"), "music 0:20", "音乐 0:20", id="a sound"),
        pytest.param(
            Evidence(SOUND, AT, quote="太过分了", value=0.91, limit=0.75, note="ANGRY"),
            "“太过分了” (angry 0.91, limit 0.75) 0:20",
            "“太过分了”（生气 0.91，界限 0.75） 0:20",
            id="a feeling",
        ),
        pytest.param(
            Evidence(SEARCHED, AT, role=Role.AGENT, note="请对我的服务"),
            "not found in 0:20–0:32 (agent): 请对我的服务",
            "0:20–0:32 内客服没有：请对我的服务",
            id="an absence",
        ),
        pytest.param(
            Evidence(SEARCHED, AT),
            "not found in 0:20–0:32",
            "0:20–0:32 内没有",
            id="a bare absence",
        ),
        pytest.param(
            Evidence(SEARCHED, note="您好: nowhere to look"),
            "there was nowhere to look for it: 您好",
            "没有可查找的范围：您好",
            id="nowhere to look",
        ),
        pytest.param(
            Evidence(NEAREST, AT, quote="你好吗", match=Match.SOUNDS_LIKE, note="您好"),
            "nearest: “你好吗” (sounds alike) 0:20",
            "最接近的是“你好吗”（音近） 0:20",
            id="a near miss",
        ),
        pytest.param(Evidence(NEAREST, AT), "0:20", "0:20", id="a near miss without words"),
        pytest.param(
            Evidence(UNCLEAR, AT, quote="嗯哪", value=0.314, limit=0.5, note="low confidence"),
            "“嗯哪” (low confidence 0.31) 0:20",
            "“嗯哪”（识别把握不足 0.31） 0:20",
            id="unclear words",
        ),
        pytest.param(
            Evidence(UNCLEAR, AT, note="not understood"),
            "not understood 0:20",
            "没有听清 0:20",
            id="no words at all",
        ),
        pytest.param(
            Evidence(EvidenceKind.ANSWERED, AT, quote="马上办", note="客服承诺了"),
            "“马上办” (客服承诺了) 0:20",
            "“马上办”（客服承诺了） 0:20",
            id="an answer with its reason",
        ),
        pytest.param(Evidence(EvidenceKind.KNOWN), "", "", id="nothing to show"),
    ],
)
def test_evidence_in_words(evidence: Evidence, english: str, chinese: str) -> None:
    assert (told(evidence, "en"), told(evidence, "zh")) == (english, chinese)


@pytest.mark.parametrize(
    ("note", "chinese"),
    [
        ("silence: longer_than 10, announced no", "静默（长于10，已告知：否）"),
        ("interruption: by agent, longer_than 0.5", "抢话（由客服，长于0.5）"),
        ("emotion: ANGRY / SAD, at_least 0.75", "情绪（生气 / 难过，至少0.75）"),
        ("emotion: trend falling, of anger", "情绪（走势下降，按怒气）"),
        ("sound: music", "声音（音乐）"),
        ("brand: new", "brand: new"),
        (None, ""),
        (r"\b(hello|hi)\b", ""),
        ("(报|告诉|说).{0,10}(密码|验证码)", ""),
        ("字" * 99, "字" * 59 + "…"),
    ],
)
def test_what_was_sought_is_told_in_chinese(note: str | None, chinese: str) -> None:
    assert sought(note, "zh") == chinese


def test_what_was_sought_stays_as_it_is_in_english() -> None:
    assert sought("silence: longer_than 10", "en") == "silence: longer_than 10"
