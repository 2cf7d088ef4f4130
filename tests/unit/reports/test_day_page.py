"""The page of a day: whole, by itself, safe, readable in both languages."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest

from cases import AGENT, ANGRY, CUSTOMER, NEUTRAL, Upset, case, failed, line, scored
from huiting.core.judgement import Evidence, EvidenceKind, Finding, Severity, Verdict
from huiting.core.types import Span
from huiting.insights.case import Case
from huiting.insights.day import Day, day
from huiting.reports.day import Felt, felt, page, shown_singly

NOW = datetime(2025, 3, 13, 8, 30, tzinfo=UTC)
EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
VOID = frozenset("meta link img br hr input circle line rect polyline".split())  # noqa: SIM905


def called(name: str, n: int, **options: object) -> Case:
    angry = n % 3 == 0
    return case(
        name,
        line(AGENT, 0, 2, "您好，请讲"),
        line(CUSTOMER, 5, 8, "手机爆炸了", ANGRY if angry else NEUTRAL),
        after=timedelta(hours=n % 8),
        intent="售后/维修",
        **options,  # type: ignore[arg-type]
    )


def grave(evil: str) -> Finding:
    said = f"随便你{evil}"
    found = failed("banned", said, 31, name=f"禁语{evil}", advice=f"换个说法{evil}")
    return replace(found, severity=Severity.CRITICAL)


def full(size: int = 40, evil: str = "") -> Day:
    unclear = Evidence(EvidenceKind.UNCLEAR, Span(62, 64))
    cases = [
        called(
            f"c{n}{evil}",
            n,
            agent=f"80{n % 5}{evil}",
            findings=[
                grave(evil),
                Finding("hold", 1, Verdict.UNCERTAIN, evidence=(unclear,), name=f"等待{evil}"),
                Finding("closing", 1, Verdict.PASS),
            ],
            scores=[scored(float(n % 100), *(["banned"] if n % 5 == 0 else []))],
        )
        for n in range(size)
    ]
    earlier = [
        case(f"e{n}", line(CUSTOMER, 0, 1, "退货", NEUTRAL), verdicts={"banned": Verdict.PASS})
        for n in range(2 * size)
    ]
    return day(cases, earlier, lambda _: [Upset()])


class Balanced(HTMLParser):
    """Holds every tag against the one that it closes."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.links: list[str] = []
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.links += [
            v or "" for k, v in attrs if k in {"href", "src", "action", "data", "srcset"}
        ]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


def parsed(html: str) -> Balanced:
    found = Balanced()
    found.feed(html)
    return found


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("size", [0, 1, 90])
def test_the_page_is_whole_and_needs_nothing_from_elsewhere(language: str, size: int) -> None:
    html = page(full(size), language, NOW)
    found = parsed(html)
    outside = re.sub(r'xmlns="http://www\.w3\.org/2000/svg"', "", html)

    assert found.wrong == found.open == found.links == []
    assert not re.search(r"https?://|//[a-z]|url\(|@import", outside)
    assert not {"script", "link", "iframe", "img", "object"} & set(found.seen)
    assert "default-src 'none'" in html


def test_what_strangers_say_is_only_shown() -> None:
    html = page(full(40, EVIL), "zh", NOW, EVIL)

    assert "<script" not in html
    assert "<img" not in html
    assert "&lt;script&gt;alert(1)" in html
    assert parsed(html).wrong == []


def test_every_chart_says_what_it_shows() -> None:
    html = page(full(), "en", NOW)
    charts = re.findall(r"<svg[^>]*>", html)

    assert len(charts) >= 4
    assert all('role="img"' in chart and "aria-label=" in chart for chart in charts)


def test_the_page_says_in_chinese_what_it_says_in_english() -> None:
    mandarin, english = page(full(), "zh", NOW, "甲"), page(full(), "en", NOW, "A")

    assert '<html lang="zh-CN">' in mandarin
    assert '<html lang="en">' in english
    assert mandarin.count("<h2>") == english.count("<h2>") >= 8
    assert "质检日报 2025-03-12" in mandarin
    assert "Quality report 2025-03-12" in english
    assert not re.search(
        "[\u4e00-\u9fff]",
        re.sub(
            "禁语|随便你|换个说法|等待|手机|爆炸|售后|维修|了|请讲|退货",
            "",
            english.split("<main>")[1],
        ),
    )


def test_rates_stand_with_their_interval_and_what_they_rest_on() -> None:
    html = page(full(), "zh", NOW)

    assert "100% (91%–100%; 40/40)" in html
    assert "35% (22%–50%; 14/40)" in html


def test_quotes_stand_with_their_time_and_advice() -> None:
    html = page(full(), "zh", NOW)

    assert "“随便你”" in html
    assert "0:31" in html
    assert "建议：换个说法" in html
    assert "1:02" in html


def test_rules_that_were_kept_are_told_in_a_line() -> None:
    html = page(full(), "zh", NOW)

    assert "从未违反：closing (40)" in html
    assert html.count('<th scope="row">closing') == 0


def test_few_calls_are_said_to_be_few() -> None:
    assert "通话较少" in page(full(5), "zh", NOW)
    assert "通话较少" not in page(full(40), "zh", NOW)


def test_an_empty_day_says_so() -> None:
    assert "这段时间没有通话" in page(day([]), "zh", NOW)
    assert "no dated calls" in page(day([]), "en", NOW)


def test_several_days_are_named_by_both_ends() -> None:
    cases = [called("a", 1), case("b", after=timedelta(days=3))]

    assert "2025-03-12 至 2025-03-15" in page(day(cases), "zh", NOW)


def test_what_nobody_listened_for_is_said() -> None:
    html = page(day([case("a", began=None)], [case("b")]), "zh", NOW)

    assert "未做情绪识别" in html
    assert "无开始时间：1" in html


def test_what_occurs_together_is_never_called_a_cause() -> None:
    cases = [
        case(
            f"c{n}",
            line(CUSTOMER, 0, 1, "喂", ANGRY if n % 2 else NEUTRAL),
            site="A" if n % 2 else "B",
        )
        for n in range(60)
    ]
    mandarin, english = page(day(cases), "zh", NOW), page(day(cases), "en", NOW)

    assert "同时出现不等于因果" in mandarin
    assert "site：A" in mandarin
    assert "导致" not in mandarin
    assert not re.search(r"\bcause", english)


def moods(of: Day, language: str = "zh") -> dict[str, Felt]:
    said = [line(CUSTOMER, 2, 6, EVIL, ANGRY), line(CUSTOMER, 50, 55, "好", NEUTRAL)]
    mood = felt(said, 60.0, language)
    assert mood is not None
    return dict.fromkeys(shown_singly(of), mood)


def test_calls_that_are_shown_singly_have_their_curve() -> None:
    shown = full(5)
    html = page(shown, "zh", NOW, moods=moods(shown))
    english = page(shown, "en", NOW, moods=moods(shown, "en"))

    assert html.count('<figure class="mood">') == len({m.call for m in shown.moments})
    assert html.count('<td class="mood"><svg') == len(shown.hear) > 0
    assert "前三分之一" in html
    assert "first third" in english
    assert "<script" not in html
    assert parsed(html).wrong == parsed(html).open == []


def test_without_curves_the_page_is_as_before() -> None:
    html = page(full(5), "zh", NOW)

    assert 'class="mood"' not in html
    assert "曲线：" not in html


def test_a_call_in_which_nothing_was_felt_has_no_curve() -> None:
    shown = full(3)
    some = dict(list(moods(shown).items())[:1])

    assert felt([line(CUSTOMER, 2, 6, "好")], 60.0, "zh") is None
    assert '<td class="mood">–</td>' in page(shown, "zh", NOW, moods=some)
