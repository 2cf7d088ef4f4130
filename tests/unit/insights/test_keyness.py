"""Frequent, rising and new terms."""

import random
from datetime import date, timedelta

import pytest

from cases import AGENT, CUSTOMER, case, line
from huiting.core.types import Role
from huiting.insights import words as counting
from huiting.insights._terms import ordinary, terms
from huiting.insights.case import Case
from huiting.insights.fields import Filter
from huiting.insights.rates import Rate
from huiting.insights.words import WordTally, suggest_hotwords, words, words_by


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        pytest.param("我想退货", "zh", {"退货"}, id="chinese"),
        pytest.param("运费，理赔", "zh", {"运费", "理赔"}, id="a comma parts a pair"),
        pytest.param("运费险", "zh", {"运费", "险", "运费险"}, id="a character may end a name"),
        pytest.param(
            "价格保护", "zh", {"价格", "保护", "价格保护"}, id="a pair that touches is a term"
        ),
        pytest.param("二零二五年您好", "zh", set(), id="numbers and greetings are none"),
        pytest.param("I want a refund, please", "en", {"refund"}, id="english"),
        pytest.param("delivery fee", "en", {"delivery", "fee", "delivery fee"}, id="a pair"),
        pytest.param("配送料はいくらですか", "ja", {"配送料"}, id="japanese"),
        pytest.param("キャンセルしたい", "ja", {"キャンセル"}, id="katakana"),
        pytest.param("배송이 늦어요", "ko", {"배송", "늦어"}, id="korean without particles"),
        pytest.param("", "zh", set(), id="nothing"),
        pytest.param("手机坏了", None, {"手机", "坏", "手机坏"}, id="language unknown"),
    ],
)
def test_terms_of_a_line(text: str, language: str | None, found: set[str]) -> None:
    assert terms(text, language) == found


def week(number: int, text: str, call: str, **options: str) -> Case:
    return case(call, line(CUSTOMER, 0, 1, text), after=timedelta(days=7 * number), **options)  # type: ignore[arg-type]


THIS_WEEK = Filter(since=date(2025, 3, 17))


def test_a_term_that_rises_is_found_with_its_calls() -> None:
    cases = [week(0, "我要退货", f"a{n}") for n in range(60)]
    cases += [week(1, "我要退货" if n % 3 else "手机爆炸", f"b{n}") for n in range(30)]
    found = words(cases, THIS_WEEK)
    rising = {t.text: t for t in found.rising}

    assert (found.calls, found.baseline) == (30, 60)
    assert rising["手机爆炸"].calls == Rate(10, 30)
    assert rising["手机爆炸"].baseline == Rate(0, 60)
    assert rising["手机爆炸"].lift is None
    assert rising["手机爆炸"].examples[0] == "b0"
    assert "爆炸" not in rising  # a part of the longer one
    assert [t.text for t in found.falling] == ["退货"]
    assert found.frequent[0].text == "退货"


def test_a_term_repeated_in_one_call_is_one_call() -> None:
    loud = [week(1, "爆炸 " * 50, "b0"), *(week(1, "退货", f"b{n}") for n in range(1, 20))]
    calm = [week(0, "退货", f"a{n}") for n in range(20)]

    assert words([*calm, *loud], THIS_WEEK).rising == ()


def test_where_nothing_rises_nothing_is_claimed() -> None:
    vocabulary = [
        "退货",
        "物流",
        "价格",
        "发票",
        "保修",
        "投诉",
        "账户",
        "密码",
        "会员",
        "优惠",
        "手机",
        "电脑",
        "冰箱",
        "空调",
        "洗衣机",
    ]
    claims = 0
    for seed in range(30):
        chance = random.Random(seed)
        cases = [week(n % 2, "，".join(chance.sample(vocabulary, 3)), f"c{n}") for n in range(120)]
        found = words(cases, THIS_WEEK)
        claims += bool(found.rising or found.falling)

    assert claims <= 5


def test_a_baseline_may_be_chosen() -> None:
    cases = [week(n, "退货", f"c{n}") for n in range(4)]
    found = words(cases, THIS_WEEK, Filter(until=date(2025, 3, 15)))

    assert (found.calls, found.baseline) == (3, 1)


def test_words_of_one_role_only_and_none_of_the_system() -> None:
    cases = [
        case(
            f"c{n}",
            line(AGENT, 0, 1, "运费"),
            line(CUSTOMER, 1, 2, "退货"),
            line(Role.SYSTEM, 2, 3, "满意度"),
        )
        for n in range(6)
    ]

    assert [t.text for t in words(cases, Filter(), role=AGENT).frequent] == ["运费"]
    assert {t.text for t in words(cases, Filter()).frequent} == {"运费", "退货"}


def test_terms_of_each_group_against_the_others() -> None:
    cases = [week(0, "退货", f"a{n}", site="北京") for n in range(20)]
    cases += [week(0, "保修", f"b{n}", site="成都") for n in range(20)]
    found = words_by(cases, "site")

    assert {g.group: [t.text for t in g.words.rising] for g in found} == {
        "北京": ["退货"],
        "成都": ["保修"],
    }


def test_memory_is_bounded_and_what_is_frequent_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "MOST_TERMS", 50)
    cases = [week(0, f"退货 x{chr(97 + n % 26)}{chr(97 + n // 26)}y", f"c{n}") for n in range(300)]
    tally = WordTally()
    for one in cases:
        tally.add(one, focus=True)

    assert tally.result().frequent[0].calls == Rate(300, 300)
    assert len(tally._focus.terms) <= 52
    assert words_by(cases, "language")[0].words.frequent[0].calls == Rate(300, 300)


def test_new_terms_are_those_no_dictionary_has() -> None:
    texts = ["运费险怎么赔", "我买了运费险", "手机坏了"]
    cases = [week(n % 2, texts[n % 3], f"c{n}") for n in range(30)]
    tally = WordTally()
    for n, one in enumerate(cases):
        tally.add(one, focus=n % 2 == 0)
    found = [t.text for t in tally.new_terms()]

    assert "运费险" in found
    assert not any(ordinary(text) for text in found)


def test_suggested_hotwords_say_how_many_transcripts_they_would_change() -> None:
    tally = WordTally()
    for n in range(12):
        tally.add(week(0, "运费险，价格保护" if n % 2 else "运费险", f"c{n}"), focus=True)
    changes = {"价格保护": 7, "运费险": 0}
    found = suggest_hotwords(tally.new_terms(), {"会员日"}, changes.__getitem__)

    assert [(s.text, s.would_change) for s in found] == [("价格保护", 7), ("运费险", 0)]
    assert suggest_hotwords(tally.new_terms(), changes.keys(), changes.__getitem__) == ()


def test_words_of_no_calls() -> None:
    found = words([], Filter())

    assert (found.calls, found.frequent, found.rising) == (0, (), ())
