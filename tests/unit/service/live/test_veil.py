"""What happens in a live call, for who may not see personal data."""

from dataclasses import replace

import pytest

from fakes import CUSTOMER, says
from huiting.core.types import Emotion, EmotionLabel, Recording, Span
from huiting.live.updates import Cue, CueKind, Evidence, Final, Partial, Pulse
from huiting.service.live.happening import Event
from huiting.service.live.veil import Veil
from huiting.text import itn
from huiting.text.entities.stage import entities_stage
from huiting.text.pronunciation import sounds_of
from huiting.text.redaction.policy import Policy

FIND = entities_stage((), None, sounds_of)


def veil(**metadata: str) -> Veil:
    recording = Recording("live", "", 0, 0.0, 0, "", (), metadata=metadata)
    return Veil(recording, Policy(), FIND)


def final(number: int, text: str, at: float = 1.0) -> Event:
    return Event(number, Final(number, (says(CUSTOMER, at, at + 1, text),)))


def text_of(event: Event) -> str:
    assert isinstance(event.what, Final)
    [segment] = event.what.segments
    assert segment.spoken == segment.text
    assert segment.words == ()
    assert segment.edits == ()
    return segment.text


def test_what_is_private_in_what_was_said_is_covered() -> None:
    shown = text_of(veil().shown(final(1, "我的手机号是13800138000。")))

    assert "138" not in shown
    assert shown.startswith("我的手机号是")


def test_a_number_said_in_pieces_shows_no_piece() -> None:
    covering = veil()
    said = ["我的号码是138", "0013", "8000，记一下"]
    shown = [text_of(covering.shown(final(n, text, n))) for n, text in enumerate(said, 1)]

    assert not any(char.isdigit() for text in shown for char in text)


def test_a_number_in_words_shows_no_piece() -> None:
    shown = text_of(veil().shown(final(1, "一三八零零一三八零零零")))

    assert not set(shown) & set("一三八零")


def partial(number: int, text: str, stable: str = "") -> Event:
    return Event(number, Partial(0, number, Span(0, 1), stable=stable, text=text))


def seen(event: Event) -> str:
    assert isinstance(event.what, Partial)
    assert event.what.text.startswith(event.what.stable)
    return event.what.text


@pytest.mark.parametrize(
    "text",
    ["我的手机号是1，", "我的手机号是138，就是", "一三八", "好的，8，嗯", "it is 5, and 6, or"],
)
def test_nothing_of_a_number_is_shown_while_it_is_said(text: str) -> None:
    shown = seen(veil().shown(partial(1, text, text[:-1])))

    assert not any(char.isdigit() or char in "一三八" for char in shown)


@pytest.mark.parametrize(
    ("before", "said", "private"),
    [
        pytest.param(
            "您贵姓？",
            "我叫王小明，住在上海市浦东新区世纪大道100号东方大厦。",
            "上海",
            id="who",
        ),
        pytest.param("地址呢？", "光明路128号，3号楼二单元，麻烦快点。", "光明路", id="where"),
        pytest.param("邮箱呢？", "zhang.san@example.com，谢谢。", "zhang", id="mail"),
        pytest.param("哪位？", "周三上午10:15，王主任，下午也行。", "王主", id="by title"),
    ],
)
def test_what_the_final_covers_no_partial_has_shown(before: str, said: str, private: str) -> None:
    covering = veil()
    covering.shown(final(1, before))
    shown = [seen(covering.shown(partial(n, said[:n], said[: n - 1]))) for n in range(2, len(said))]
    whole = text_of(covering.shown(final(len(said) + 1, said, 2.0)))
    pairs = {private[at : at + 2] for at in range(0, len(private) - 1, 2)}

    assert not any(pair in text for pair in pairs for text in (whole, *shown))
    assert shown[-1].removesuffix("…").rstrip("。")[-3:] in whole  # what is over is shown


def test_of_what_is_being_said_clauses_that_are_over_are_shown() -> None:
    shown = veil().shown(partial(2, "我想退货，麻烦您看", "我想退货，麻烦")).what

    assert isinstance(shown, Partial)
    assert (shown.stable, shown.text) == ("我想退货，", "我想退货，…")


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        pytest.param(["13", "80", "01"], ["**", "**", "**"], id="in pairs"),
        pytest.param(["幺", "对，三", "嗯，八"], ["*", "对，*", "嗯，*"], id="a digit at a time"),
        pytest.param(["一，三，八"], ["*****"], id="apart by commas"),
        pytest.param(["我的是一三嗯八零"], ["我的是*****"], id="with a hesitation"),
        pytest.param(["it is one three eight"], ["it is " + "*" * 15], id="in English words"),
        pytest.param(["공일공입니다"], ["***입니다"], id="in Korean words"),
        pytest.param(["十三号楼"], ["**号楼"], id="two digits"),
        pytest.param(["我要两个"], ["我要两个"], id="a count stays"),
        pytest.param(["万一坏了，千万别扔"], ["万一坏了，千万别扔"], id="words of numerals stay"),
        pytest.param(["一千万", "万一三"], ["***", "***"], id="but for numbers"),
    ],
)
def test_numbers_said_apart_are_covered(said: list[str], shown: list[str]) -> None:
    covering = veil()

    assert [text_of(covering.shown(final(n, t, n))) for n, t in enumerate(said, 1)] == shown


def test_a_price_is_shown_and_the_number_beside_it_is_not() -> None:
    covering = veil()
    told = text_of(covering.shown(final(1, "一共59块，回电话号码1380")))
    said = seen(covering.shown(partial(2, "五十九块，我的号码是138", "五十九块")))

    assert told == "一共59块，回电话号码****"
    assert said == "五十九块，…"


def test_a_number_read_digit_by_digit_is_no_price_and_a_cue_before_hides_what_follows() -> None:
    covering = veil()
    written = itn.build()
    lines = ["一三八块", "扣了一百三十八块", "您把卡号报一下", "二零一二分期可以吗", "十三点五十八"]
    told = [
        Event(n, Final(n, (written(says(CUSTOMER, n, n + 1, line)),)))
        for n, line in enumerate(lines, 1)
    ]
    shown = [text_of(covering.shown(event)) for event in told]

    assert shown[:3] == ["***块", "扣了138块", "您把卡号报一下"]
    assert not any(character.isdigit() for text in shown[3:] for character in text)
    assert [text_of(event) for event in veil().over(told)] == shown


def test_while_a_number_is_read_partials_and_evidence_show_no_clock() -> None:
    covering = veil()
    covering.shown(final(1, "您的尾号是？"))
    cue = Cue("rule:x", CueKind.RULE, 0.5, {}, evidence=(Evidence(1, Span(1, 2), "138块"),))
    told = covering.shown(Event(3, cue)).what

    assert seen(covering.shown(partial(2, "13:58，嗯", ""))) == "**:**，…"
    assert isinstance(told, Cue)
    assert told.evidence[0].text == "***块"


def test_who_comes_late_is_shown_what_is_said_by_what_was_said_before() -> None:
    told = [final(1, "请问您贵姓？"), final(3, "王小明。", 3.0)]

    def between(after: int, before: int) -> list[Event]:
        return [event for event in told if after < event.number < before]

    late = Veil(Recording("live", "", 0, 0.0, 0, "", ()), Policy(), FIND, between)
    early = veil()
    first = [text_of(early.shown(event)) for event in told]
    partly = seen(late.shown(partial(4, "我是王小明，", "")))

    assert [text_of(late.shown(event)) for event in told] == first
    assert "王小" not in partly


def test_of_a_call_that_is_over_no_piece_of_a_number_is_shown() -> None:
    said = ["我叫小王，手机号是13", "80", "01", "38", "00", "0", "我要退货"]
    told = [final(n, text, n) for n, text in enumerate(said, 1)]
    shown = [text_of(event) for event in veil().over([*told[4:], *told[:4]])]

    assert not any(char.isdigit() for text in shown for char in text)
    assert "我要退货" in shown


def test_of_a_call_that_is_over_cues_say_nothing_private() -> None:
    said = "我的手机号是13800138000。"
    cue = Cue(
        "rule:x", CueKind.RULE, 0.5, {"zh": "对方说了13800138000"},
        evidence=(Evidence(1, Span(1, 2), said),),
    )  # fmt: skip
    first, _, last = veil().over([Event(1, cue), final(2, said), Event(3, Pulse(1.0))])

    assert isinstance(first.what, Cue)
    assert "138" not in first.what.text["zh"] + first.what.evidence[0].text
    assert last.what == Pulse(1.0)


def test_words_that_are_no_numbers_stay() -> None:
    event = final(1, "我想退货，麻烦您看一下。")

    assert text_of(veil().shown(event)) == "我想退货，麻烦您看一下。"


def test_what_was_private_once_stays_so_in_cues_and_in_what_counted_for_an_emotion() -> None:
    covering = veil()
    covering.shown(final(1, "我的手机号是13800138000。"))
    angry = Emotion(EmotionLabel.ANGRY, 0.9, words=("13800138000",))
    felt = Final(2, (replace(says(CUSTOMER, 3, 4, "烦死了"), emotion=angry),))
    shown = covering.shown(Event(2, felt)).what
    cue = Cue(
        "rule:x",
        CueKind.RULE,
        5.0,
        {"zh": "对方说了13800138000"},
        evidence=(Evidence(1, Span(1, 2), "我的手机号是13800138000。"),),
    )
    told = covering.shown(Event(3, cue)).what

    assert isinstance(shown, Final)
    assert shown.segments[0].emotion is not None
    assert "138" not in shown.segments[0].emotion.words[0]
    assert isinstance(told, Cue)
    assert "138" not in told.text["zh"]
    assert "138" not in told.evidence[0].text


def test_an_event_is_covered_once_and_what_says_nothing_is_left_as_it_is() -> None:
    covering, pulse = veil(), Event(2, Pulse(1.0))
    event = final(1, "我的手机号是13800138000。")

    assert covering.shown(event) is covering.shown(event)
    assert covering.shown(pulse) is pulse


def test_fields_that_name_a_person_are_covered() -> None:
    assert veil(phone="13800138000", team="A").metadata["team"] == "A"
    assert "138" not in veil(phone="13800138000").metadata["phone"]
