import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huiting.core.types import Role
from huiting.quality.matching.heard import Phrase, Place
from huiting.quality.matching.phrasebook import Phrasebook
from huiting.text.pronunciation import sounds_of
from rulebook import said


def found(phrase: str, *lines: str, like: float | None = None) -> list[tuple[str, float, bool]]:
    wanted = Phrase(phrase, like)
    dialogue = said(*lines)
    places = Phrasebook({wanted: None}, sounds_of).hear(dialogue).places(wanted)
    return [
        (dialogue.lines[p.line].text[p.start : p.end], round(p.score, 2), p.exact) for p in places
    ]


@pytest.mark.parametrize(
    ("phrase", "line", "quote"),
    [
        pytest.param("您好", "喂您好啊", "您好", id="inside a line"),
        pytest.param("请稍等", "请，稍 等。", "请，稍 等", id="punctuation between"),
        pytest.param("工号8001", "工号八零零幺为您", "工号八零零幺", id="number as said"),
        pytest.param("工号八零零幺", "工号8001", "工号8001", id="number as written"),
        pytest.param("退货", "我要退貨", "退貨", id="traditional"),
        pytest.param(
            "cancel my account", "I will cancel my accounts.", "cancel my accounts", id="inflected"
        ),
        pytest.param("agent number", "Agent, number 8004", "Agent, number", id="English"),
        pytest.param("営業時間", "営業時間は何時ですか", "営業時間", id="Japanese"),
        pytest.param("환불", "환불 해 주세요", "환불", id="Korean"),
        pytest.param("VIP会员", "我是vip会员", "vip会员", id="mixed"),
    ],
)
def test_as_written(phrase: str, line: str, quote: str) -> None:
    assert found(phrase, f"agent: {line}") == [(quote, 1.0, True)]


@pytest.mark.parametrize(
    ("phrase", "line"),
    [
        pytest.param("12315", "打112315", id="a number inside another"),
        pytest.param("12315", "打123156", id="a number that goes on"),
        pytest.param("fund", "I want a refund", id="a word inside another"),
        pytest.param("投诉", "建议", id="something else"),
    ],
)
def test_not_as_written(phrase: str, line: str) -> None:
    assert found(phrase, f"agent: {line}") == []


def test_a_phrase_does_not_reach_over_lines() -> None:
    assert found("您好再见", "agent: 您好", "agent: 再见", like=0.8) == []


@pytest.mark.parametrize(
    ("phrase", "line", "least"),
    [
        pytest.param("工号", "公号八零零一", 1.0, id="homophones"),
        pytest.param("这不归我管", "这不贵我管", 0.85, id="one vowel off"),
        pytest.param("四十八小时", "是四八小时", 0.78, id="zh and z"),
        pytest.param("七天无理由退货", "七天无理由对货", 0.85, id="t and d"),
        pytest.param("给您添麻烦了", "给您贴麻烦了", 0.85, id="no nasal heard"),
        pytest.param("感谢您的来电", "感谢的来电", 0.85, id="one missing"),
        pytest.param("感谢您的来电", "感谢您啊的来电", 0.85, id="one too many"),
        pytest.param("打12315投诉", "打12315头数", 0.95, id="digits and homophones"),
    ],
)
def test_by_sound(phrase: str, line: str, least: float) -> None:
    places = found(phrase, f"agent: {line}", like=0.85)

    assert [exact for _, _, exact in places] == [False]
    assert places[0][1] >= least


@pytest.mark.parametrize(
    ("phrase", "line"),
    [
        pytest.param("可以退货", "不以退货", id="a negation instead of a word"),
        pytest.param("不支持退货的商品", "支持退货的商品", id="a negation lost"),
        pytest.param("支持七天退货的", "支持不七天退货的", id="a negation put in"),
        pytest.param("烦不烦", "很好吃", id="nothing alike"),
        pytest.param("随便你", "随便看看吧", id="half of it"),
    ],
)
def test_not_by_sound(phrase: str, line: str) -> None:
    assert found(phrase, f"agent: {line}", like=0.85) == []


def test_what_is_said_exactly_is_found_once() -> None:
    assert found("感谢您的来电", "agent: 感谢您的来电", like=0.8) == [("感谢您的来电", 1.0, True)]


def test_japanese_is_not_read_as_pinyin() -> None:
    assert found("公号码", "agent: 工号码はこちら", like=0.8) == []


def test_near_misses_are_remembered() -> None:
    wanted = Phrase("请您稍等", 0.95)
    heard = Phrasebook({wanted: None}, sounds_of).hear(said("agent: 请您烧饭"))

    assert not heard.places(wanted)
    place = heard.nearest(wanted)

    assert place is not None
    assert place == Place(0, 0, 4, place.score, exact=False)
    assert 0.5 <= place.score < 0.88


def test_a_role_narrows_where_sound_is_compared() -> None:
    wanted = Phrase("工号码", 0.9)
    book = Phrasebook({wanted: frozenset({Role.AGENT})}, sounds_of)

    assert book.hear(said("agent: 公号码")).places(wanted)
    assert not book.hear(said("customer: 公号码")).places(wanted)


def test_no_phrases_and_no_lines_are_fine() -> None:
    assert not Phrasebook({}, sounds_of).hear(said("agent: 您好")).touched
    assert not Phrasebook({Phrase("您好"): None}, sounds_of).hear(said("agent: ?")).touched


def test_a_line_said_ten_thousand_times_is_bounded() -> None:
    wanted = Phrase("您好请讲", 0.85)
    heard = Phrasebook({wanted: None}, sounds_of).hear(said("agent: " + "您好请讲" * 10_000))

    assert 0 < len(heard.places(wanted)) <= 500


@settings(max_examples=50, deadline=None)
@given(
    phrase=st.text(alphabet="您好工号投诉退货不是七天无理由", min_size=2, max_size=8),
    before=st.text(alphabet="嗯啊，那个的了。", max_size=5),
    after=st.text(alphabet="嗯啊，那个的了。", max_size=5),
)
def test_what_is_said_is_found_wherever_it_stands(phrase: str, before: str, after: str) -> None:
    wanted = Phrase(phrase, 0.85)
    heard = Phrasebook({wanted: None}, sounds_of).hear(said(f"agent: {before}{phrase}{after}"))

    assert any(
        place.exact and place.start <= len(before) <= place.end for place in heard.places(wanted)
    )
