"""Hotwords put right by how they sound, and what is left alone."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huiting.core.ports import Hotword
from huiting.core.rewrite import Change, rewrite, written_words
from huiting.core.types import Edit, Role, Segment, Span, Word
from huiting.text.hotwords import Hotwords, build

SURE, UNSURE = 0.9, 0.3


def says(text: str, confidence: float | None = SURE, language: str | None = "zh") -> Segment:
    return Segment(
        0, None, Role.AGENT, Span(0, 1), text, text, language=language, confidence=confidence
    )


def stage(*hotwords: str | Hotword) -> Hotwords:
    return build(hotwords=[h if isinstance(h, Hotword) else Hotword(h) for h in hotwords])


@pytest.mark.parametrize(
    ("hotword", "heard", "expected"),
    [
        pytest.param("工号", "您好公好八零", "您好工号八零", id="same sound, no word"),
        pytest.param("订单号", "报一下订单好", "报一下订单号", id="a character of it"),
        pytest.param("七天无理由退货", "支持七天无里由退货", "支持七天无理由退货", id="long"),
        pytest.param("七天无理由退货", "七天，无里由退货", "七天无理由退货", id="a comma inside"),
        pytest.param("云帆软件", "这里是云 凡软件", "这里是云帆软件", id="a space inside"),
        pytest.param("千兆宽带", "送千兆款待", "送千兆宽带", id="long, over a common word"),
        pytest.param("满300减50", "有满三百减五十的券", "有满300减50的券", id="number as said"),
        pytest.param(
            "七天无理由退货", "在7天无理由退货期", "在七天无理由退货期", id="digit as word"
        ),
        pytest.param("12315", "我打一二三一五投诉", "我打12315投诉", id="digits one by one"),
        pytest.param("12315", "我打幺二三幺五投诉", "我打12315投诉", id="one as yao"),
        pytest.param("石小净X20", "那个10小晶X20带", "那个石小净X20带", id="letters and digits"),
        pytest.param("AirPods", "我买的airpods", "我买的AirPods", id="case"),
        pytest.param("AirPods", "我买的air pods", "我买的AirPods", id="a space in a name"),
        pytest.param("iPhone充电线", "iphone 充店线", "iPhone充电线", id="mixed writing"),
        pytest.param("冰棍儿", "来一根病棍吧", "来一根冰棍儿吧", id="a final er is not heard"),
        pytest.param("朝阳银行", "是潮阳银航的", "是朝阳银行的", id="polyphones"),
    ],
)
def test_the_same_sound_is_put_right_even_when_sure(
    hotword: str, heard: str, expected: str
) -> None:
    assert stage(hotword)(says(heard)).text == expected


@pytest.mark.parametrize(
    ("hotword", "heard", "expected"),
    [
        pytest.param("扫地机器人", "那个早地机器人", "那个扫地机器人", id="one initial"),
        pytest.param("星河银行", "你好，心合银行", "你好，星河银行", id="in and ing"),
        pytest.param("仁安医院", "林安医院预约", "仁安医院预约", id="r and l"),
        pytest.param("保修期", "还在保修机内", "还在保修期内", id="three syllables"),
        pytest.param("扫地机器人", "买扫地机人的", "买扫地机器人的", id="a syllable swallowed"),
        pytest.param("政务服务热线", "政务服嗯务热线", "政务服务热线", id="a syllable too much"),
        pytest.param("五G畅享", "五季畅想套餐", "五G畅享套餐", id="a letter said in Mandarin"),
        pytest.param("航班", "我的行伴取消了", "我的航班取消了", id="another reading"),
        pytest.param("帐单日", "我的唱单日", "我的帐单日", id="zh and ch"),
    ],
)
def test_a_near_sound_is_put_right_only_when_unsure(
    hotword: str, heard: str, expected: str
) -> None:
    assert stage(hotword)(says(heard, UNSURE)).text == expected
    assert stage(hotword)(says(heard, SURE)).text == heard
    assert stage(hotword)(says(heard, None)).text == heard


@pytest.mark.parametrize(
    ("hotword", "text"),
    [
        pytest.param("保价", "报价是多少", id="a common word of the same sound"),
        pytest.param("积分", "等了几分钟", id="inside a longer word"),
        pytest.param("校区", "我们小区停水了", id="a common word by another reading"),
        pytest.param("活期", "要退货期限呢", id="across two words"),
        pytest.param("国际漫游", "科目过去没有", id="near, but sense of its own"),
        pytest.param("专车", "要撞车吗", id="two syllables, near"),
        pytest.param("电视", "那个店是几点关", id="grammar words"),
        pytest.param("身份证", "十分钟", id="too far"),
        pytest.param("退货单", "退货。单号呢", id="across the end of a sentence"),
        pytest.param("红酒", "一共984元", id="inside a number"),
        pytest.param("舞吧", "共58元", id="a number of two digits"),
        pytest.param("工号", "公，好", id="two syllables with a pause between"),
        pytest.param("号", "好", id="a single syllable is too little"),
        pytest.param("Visa", "in a visage", id="inside a foreign word"),
    ],
)
def test_what_means_something_else_is_left_alone(hotword: str, text: str) -> None:
    assert stage(hotword)(says(text, UNSURE)).text == text


def test_what_the_recognizer_was_certain_of_needs_stranger_characters_to_be_changed() -> None:
    tax_number = stage("税号")

    assert tax_number(says("不知道睡好没", 0.99)).text == "不知道睡好没"
    assert tax_number(says("报一下睡好", 0.7)).text == "报一下税号"


def test_only_the_confidence_of_what_would_change_counts() -> None:
    words = tuple(
        Word(char, Span(i, i + 1), 0.2 if char == "机" else 0.99) for i, char in enumerate("保修机")
    )
    segment = Segment(0, None, Role.AGENT, Span(0, 3), "保修机", "保修机", words=words)
    doubtless = tuple(Word(w.text, w.span, None) for w in words)
    sure = Segment(0, None, Role.AGENT, Span(0, 3), "保修机", "保修机", words=doubtless)

    assert stage("保修期")(segment).text == "保修期"
    assert stage("保修期")(sure).text == "保修机"


def test_a_correction_records_what_was_heard() -> None:
    done = stage("保修期")(says("还在保修机内", UNSURE))

    assert done.spoken == "还在保修机内"
    assert done.edits == (Edit(2, 5, "保修期", ("hotword",), 1 - 0.2 / 3),)


def test_words_keep_their_times() -> None:
    words = tuple(Word(c, Span(i, i + 1), 0.9) for i, c in enumerate("报订单好"))
    segment = Segment(0, None, Role.AGENT, Span(0, 4), "报订单好", "报订单好", words=words)

    assert [
        (w.text, w.span.start, w.span.end) for w in written_words(stage("订单号")(segment))
    ] == [
        ("报", 0, 1),
        ("订单号", 1, 4),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("家宝多少", "价保多少", id="even a word of its own"),
        pytest.param("加保全险", "价保险", id="the longest first"),
        pytest.param("价保家宝", "价保价保", id="beside the word itself"),
        pytest.param("买nick鞋", "买Nike鞋", id="a foreign word, any case"),
        pytest.param("nickname", "nickname", id="not inside a foreign word"),
        pytest.param("保险家宝险", "保险家宝险", id="not inside another hotword"),
    ],
)
def test_fixed_pairs_always_hold(text: str, expected: str) -> None:
    pairs = stage(
        Hotword("价保", heard=("家宝", "加保全")), Hotword("Nike", heard=("Nick",)), "家宝险"
    )

    done = pairs(says(text))

    assert done.text == expected
    assert all(edit.score is None for edit in done.edits)


def test_the_longer_of_two_words_at_one_place_is_written() -> None:
    assert stage("退货", "七天无理由退货")(says("七天无里由退货")).text == "七天无理由退货"


def test_a_hotword_that_stands_is_not_turned_into_another() -> None:
    assert stage("保价", "报价单")(says("我要报价单", UNSURE)).text == "我要报价单"
    assert stage("会员", "会员日期", "会愿日")(says("会员日", UNSURE)).text == "会员日"


def test_weight_makes_the_correction_more_willing_or_more_careful() -> None:
    heard = says("你好，心合也行", 0.5)

    assert stage(Hotword("星河银行", 1.0))(heard).text == "你好，星河银行"
    assert stage(Hotword("星河银行", 0.5))(heard).text == "你好，心合也行"
    assert stage(Hotword("扫地机器人", 2.0))(says("早地机器人", SURE)).text == "扫地机器人"


def test_earlier_stages_keep_their_edits() -> None:
    segment = rewrite(says("嗯報一下訂單好"), [Change(1, 7, "报一下订单好")], "script")

    done = stage("订单号")(segment)

    assert done.text == "嗯报一下订单号"
    assert done.edits[0].stages == ("script", "hotword")


def test_text_inserted_before_has_no_doubt() -> None:
    segment = rewrite(says("保修机", UNSURE), [Change(3, 3, "。")], "punctuation")

    assert stage("保修期")(segment).text == "保修期。"


@pytest.mark.parametrize(
    ("hotword", "heard", "expected"),
    [
        pytest.param(
            "Blue Bay Hotel", "Hello, Blu-Bee Hotel.", "Hello, Blue Bay Hotel.", id="phrase"
        ),
        pytest.param("Dyson", "the Dison dryer", "the Dyson dryer", id="by sound"),
        pytest.param("ThinkPad", "my tink pad", "my ThinkPad", id="two words for one"),
    ],
)
def test_english_is_put_right_only_when_unsure(hotword: str, heard: str, expected: str) -> None:
    assert stage(hotword)(says(heard, UNSURE, "en")).text == expected
    assert stage(hotword)(says(heard, SURE, "en")).text == heard


@pytest.mark.parametrize(
    ("hotword", "text"),
    [
        pytest.param("Weight", "please wait", id="a common word"),
        pytest.param("CRM", "the CRN", id="three letters are no sound"),
        pytest.param("Surface", "several", id="too far"),
        pytest.param("Air", "air. Pods", id="nothing across a full stop"),
    ],
)
def test_english_that_means_itself_is_left_alone(hotword: str, text: str) -> None:
    assert stage(hotword)(says(text, UNSURE, "en")).text == text.replace("air", hotword)


@pytest.mark.parametrize(
    ("hotword", "heard", "expected"),
    [
        pytest.param("サポート", "さぽーとの担当", "サポートの担当", id="same sound, other kana"),
        pytest.param("洗濯機", "戦闘機です", "戦闘機です", id="kanji have no sound here"),
        pytest.param("インターネット", "インダーネットが", "インターネットが", id="one mora near"),
    ],
)
def test_japanese_is_put_right_by_its_kana(hotword: str, heard: str, expected: str) -> None:
    assert stage(hotword)(says(heard, UNSURE, "ja")).text == expected


def test_no_hotwords_change_nothing() -> None:
    assert stage()(says("您好")) == says("您好")


PIECES = [
    "工号",
    "公好",
    "七天",
    "无里由",
    "退货",
    "，",
    "300",
    "满三百",
    "减五十",
    "air",
    " ",
    "pods",
]
LISTS = ["工号", "七天无理由退货", "满300减50", "AirPods", "退货单"]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from(PIECES), max_size=8).map("".join),
    st.sampled_from([0.2, 0.7, 1.0, None]),
)
def test_doing_it_again_changes_nothing(text: str, confidence: float | None) -> None:
    put_right = build(
        hotwords=[
            *map(Hotword, LISTS),
            Hotword("公", heard=("无里",)),
            Hotword("号", heard=("公好七",)),
        ]
    )

    once = put_right(says(text, confidence))

    assert put_right(once) == once


@given(st.text(max_size=30), st.sampled_from(["zh", "en", "ja", None]))
@settings(max_examples=150, deadline=None)
def test_any_text_is_taken(text: str, language: str | None) -> None:
    done = CATCHES(says(text, UNSURE, language))

    assert done.spoken == text


CATCHES = stage(*LISTS, "サポート", "Blue Bay Hotel", Hotword("价保", heard=("家宝",)))
