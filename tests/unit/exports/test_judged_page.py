"""What a reader sees of a judged call: sentences, tables, the picture of the curve."""

import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from fakes import AGENT, CUSTOMER, analysis, call, says
from huiting.core.analysis import Analysis
from huiting.core.judgement import Evidence, EvidenceKind, Finding, Judgement, Score, Verdict
from huiting.core.meaning import Document, Intent, IntentSource, Meaning, Sign
from huiting.core.types import Emotion, EmotionLabel, Role, Segment, Span
from huiting.exports import curve, md
from huiting.exports._shown.marks import link
from huiting.exports._shown.mood import moods

ANGRY, SAD, HAPPY = EmotionLabel.ANGRY, EmotionLabel.SAD, EmotionLabel.HAPPY


def felt(
    role: Role, start: float, label: EmotionLabel | None, valence: float | None = None,
    text: str = "好的", score: float = 0.8,
) -> Segment:  # fmt: skip
    emotion = None if label is None else Emotion(label, score, valence=valence)
    return replace(says(role, start, start + 2, text), emotion=emotion)


def told(*said: Segment, tongue: str = "zh") -> list[str]:
    return list(moods(said, 30.0, tongue))


@pytest.mark.parametrize(
    ("last", "chinese", "english"),
    [
        pytest.param(0.1, "情绪好转", "better", id="better"),
        pytest.param(-0.9, "情绪变差", "worse", id="worse"),
        pytest.param(-0.55, "大体平稳", "about the same", id="the same"),
    ],
)
def test_the_thirds_are_compared_in_a_sentence(last: float, chinese: str, english: str) -> None:
    said = [felt(CUSTOMER, 1, SAD, -0.5, score=0.4), felt(CUSTOMER, 25, HAPPY, last)]

    (line,) = told(*said)
    assert line.startswith(f"- 客户：前三分之一 -0.50，后三分之一 {last:+.2f}，{chinese}")
    assert "2 句中 2 句可判断" in line
    assert english in told(*said, tongue="en")[0]


def test_a_party_of_whom_little_is_known_is_told_so() -> None:
    (middle,) = told(felt(CUSTOMER, 14, HAPPY, 0.5), felt(CUSTOMER, 1, None))

    assert "2 句中 1 句可判断，不足以比较" in middle
    assert told(felt(AGENT, 1, None)) == []
    assert "none telling" in told(felt(AGENT, 14, HAPPY, 0.5), tongue="en")[0]


def test_where_nothing_is_known_the_line_has_a_dot() -> None:
    long = next(iter(moods([felt(CUSTOMER, 1, SAD, -0.5, score=0.4)], 600.0, "zh")))
    bars = re.findall("`(.*)`", long)[0]

    assert bars.startswith("▃")
    assert bars.endswith("·")
    assert len(bars) <= 32


@pytest.mark.parametrize(
    ("after", "chinese", "english"),
    [
        pytest.param(
            [felt(AGENT, 5, None, text="非常抱歉"), felt(CUSTOMER, 9, HAPPY, 0.6)],
            "→ 客服致歉（1.0 秒后），到 0:09 缓和",
            "→ the agent apologized after 1.0 s; softened by 0:09",
            id="softened",
        ),
        pytest.param(
            [felt(AGENT, 5, None), felt(CUSTOMER, 9, ANGRY, -0.8)],
            "→ 客服作了其他回应（1.0 秒后），之后未见缓和",
            "it did not soften",
            id="not softened",
        ),
        pytest.param(
            [], "→ 客服未再回应，之后情绪无从判断", "the agent said nothing more", id="the end"
        ),
    ],
)
def test_what_followed_an_outburst_is_told(
    after: list[Segment], chinese: str, english: str
) -> None:
    said = [felt(CUSTOMER, 2, ANGRY, -0.8, text="太*慢*了"), *after]

    assert chinese in "\n".join(told(*said))
    assert english in "\n".join(told(*said, tongue="en"))
    assert r"0:02 客户生气：“太\*慢\*了”" in "\n".join(told(*said))


def test_many_outbursts_are_counted_beyond_a_dozen() -> None:
    said = []
    for n in range(14):
        said += [felt(CUSTOMER, 4 * n, ANGRY), felt(AGENT, 4 * n + 2, None)]

    assert list(moods(said, 60.0, "zh"))[-1] == "- 另有 2 次"


def page(made: Analysis, judgement: Judgement | None, language: str = "zh") -> str:
    return md.build(language=language).write(made, judgement).decode()


PLAIN = analysis(call(says(AGENT, 1, 2)))


def test_a_call_that_no_rule_concerns_says_so() -> None:
    nothing = Judgement("ab", (Finding("a", 1, Verdict.NOT_APPLICABLE),))
    unscored = replace(nothing, scores=(Score("card", 1, None, 100),))

    assert "没有适用于本通话的规则" in page(PLAIN, nothing)
    assert "No rule applies" in page(PLAIN, nothing, "en")
    assert "**card**：没有适用的评分项" in page(PLAIN, unscored)
    assert "## 质检规则" not in page(PLAIN, None)


def test_a_fatal_fault_stands_beside_the_score() -> None:
    lost = Judgement("ab", scores=(Score("card", 1, 0.0, 100, fatal=("privacy",)),))

    assert "**card**：**0 / 100**，致命项：privacy" in page(PLAIN, lost)


def test_an_absence_is_shown_once_with_what_came_closest() -> None:
    sought = Evidence(EvidenceKind.SEARCHED, Span(0, 30), note="抱歉")
    near = Evidence(EvidenceKind.NEAREST, Span(3, 4), quote="抱怨")
    findings = (
        Finding("near", 1, Verdict.FAIL, -2.5, (sought, sought, near, near)),
        Finding("none", 1, Verdict.FAIL, 1, (sought,), advice="先致歉"),
    )

    shown = page(PLAIN, Judgement("ab", findings), "en")

    assert (
        "- **near** (minor, -2.5 points): not found in 0:00–0:30: 抱歉; nearest: “抱怨” 0:03\n"
        in shown
    )
    assert "- **none** (minor, +1 points): not found in 0:00–0:30: 抱歉. Advice: 先致歉" in shown


def test_a_broken_rule_stands_beside_the_line_that_broke_it_and_an_absence_does_not() -> None:
    said = Evidence(EvidenceKind.SAID, Span(1, 2), 0, Role.AGENT, 0, "好的")
    sought = Evidence(EvidenceKind.SEARCHED, Span(0, 30))
    findings = (
        Finding("rude", 1, Verdict.FAIL, 0, (said,), "不顶撞"),
        Finding("sorry", 1, Verdict.FAIL, 0, (sought, said), "致歉"),
    )

    shown = page(PLAIN, Judgement("ab", findings))

    assert shown.endswith("**0:01 客服**  您好 ✗ *不顶撞*\n")


def test_an_unsure_feeling_does_not_stand_beside_what_was_said() -> None:
    made = analysis(call(felt(CUSTOMER, 1, ANGRY, score=0.4), felt(CUSTOMER, 5, ANGRY, score=0.6)))

    assert page(made, None).count("😡 生气") == 1


def test_degrees_and_documents() -> None:
    meaning = Meaning(
        intents=(
            Intent("售后", 0.9, IntentSource.WORDS),
            Intent("价格", 0.3, IntentSource.SIMILARITY),
        ),
        churn=Sign(0.05),
        urgency=Sign(0.8),
        documents=(Document("a", "file.pdf", "b"),),
    )
    shown = page(replace(PLAIN, meaning=meaning), None, "en")

    assert "- Intent: 售后 90%\n- Also: 价格 30%\n" in shown
    assert "May leave" not in shown
    assert "- Urgency: 80%" in shown
    assert "- Document: a (file.pdf) (b)" in shown


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://a.b/c", "[t](<https://a.b/c>)"),
        ("javascript:alert(1)", "t (javascript:alert(1))"),
        ("https://a.b/> [x](http://evil", r"t (https://a.b/\> \[x\](http://evil)"),
    ],
)
def test_only_links_to_the_web_can_be_followed(address: str, shown: str) -> None:
    assert link("t", address) == shown


def drawn(*said: Segment, tongue: str = "zh") -> ET.Element:
    of = call(*said, duration=60.0)
    return ET.fromstring(curve.build(language=tongue).write(analysis(of)))


SVG = "{http://www.w3.org/2000/svg}"


def test_the_picture_has_a_line_a_party_and_marks() -> None:
    picture = drawn(
        felt(CUSTOMER, 2, ANGRY, -0.8, text="<太慢>"),
        felt(AGENT, 5, EmotionLabel.NEUTRAL, 0.1, text="抱歉"),
        felt(CUSTOMER, 50, HAPPY, 0.7),
    )
    marks = [title.text for title in picture.iter(f"{SVG}title")]

    assert len(picture.findall(f"{SVG}polyline")) == 3  # the customer's is interrupted
    assert marks[0] == picture.get("aria-label")
    assert marks[1:] == ["0:02 生气", "0:50 缓和"]
    assert {t.text for t in picture.findall(f"{SVG}text")} >= {"客户", "客服", "1:00"}


def test_every_point_lies_inside_the_picture() -> None:
    picture = drawn(felt(CUSTOMER, 1, HAPPY, 1.0), felt(CUSTOMER, 59, SAD, -1.0))

    for line in picture.findall(f"{SVG}polyline"):
        for place in line.get("points", "").split():
            x, y = map(float, place.split(","))
            assert 0 <= x <= 340
            assert 0 <= y <= 96


def test_a_call_without_feelings_says_so_in_its_picture() -> None:
    assert "没有可判断的情绪" in "".join(drawn(felt(CUSTOMER, 1, None)).itertext())
    assert "nothing is known" in "".join(drawn(tongue="en").itertext())


def test_a_single_point_is_seen() -> None:
    long = call(felt(CUSTOMER, 900, HAPPY, 0.5), duration=3600.0)
    picture = ET.fromstring(curve.build().write(analysis(long)))

    (line,) = picture.findall(f"{SVG}polyline")
    assert len(set(line.get("points", "").split())) == 2
