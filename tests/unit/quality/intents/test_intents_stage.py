"""Why customers call, told from calls of a few lines."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from fakes import AGENT, CUSTOMER, SYSTEM, UNKNOWN, call, says
from huiting.core.meaning import Intent, IntentSource, Meaning
from huiting.core.ports import Embedder
from huiting.core.types import Call, Emotion, EmotionLabel, Role
from huiting.quality.intents.decide import SURE, Judge
from huiting.quality.intents.kinds import OTHER, Keyword, Kind
from huiting.quality.intents.read import default_intents
from huiting.quality.intents.stage import intent_stage
from huiting.text.pronunciation import sounds_of
from steps import steps

KINDS = default_intents()
STAGE = intent_stage(KINDS, sounds_of)


def talk(*lines: tuple[Role, str], language: str = "zh") -> Call:
    segments = [says(r, n, n + 1, t, language=language) for n, (r, t) in enumerate(lines)]
    return call(*segments, language=language)


def asks(text: str, language: str = "zh") -> Call:
    return talk((CUSTOMER, text), language=language)


def told(of: Call) -> tuple[Intent, ...]:
    return STAGE(of, Meaning()).intents


class Pointing:
    """An embedder whose vectors point where a word of the text says."""

    def __init__(self, *words: str) -> None:
        self.words = words
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str], /) -> NDArray[np.float32]:
        self.asked += texts
        rows = [[float(word in text) for word in self.words] for text in texts]
        return np.array(rows, np.float32).reshape(len(texts), len(self.words))


@pytest.mark.parametrize(
    ("text", "language", "name"),
    [
        pytest.param("喂你好，我想退货", "zh", "售后/退货退款", id="return"),
        pytest.param("我要退貨", "zh", "售后/退货退款", id="traditional script"),
        pytest.param("请问这个多少钱", "zh", "价格/价格咨询", id="price"),
        pytest.param("我的快递到哪儿了", "zh", "物流/物流查询", id="parcel"),
        pytest.param("洗衣机坏了，来修一下", "zh", "售后/售后维修", id="repair"),
        pytest.param("我要投诉，你们骗人", "zh", "投诉", id="complaint"),
        pytest.param("我忘记密码了登不上去", "zh", "账户/账户与支付", id="account"),
        pytest.param("想预约明天的号", "zh", "预约/预约办理", id="booking"),
        pytest.param("我想表扬一下小王", "zh", "其他/表扬建议", id="praise"),
        pytest.param("我想要退祸退宽", "zh", "售后/退货退款", id="misheard, the same sound"),
        pytest.param("点收费呀", "yue", "价格/价格咨询", id="Cantonese"),
        pytest.param("Hi, I want to return this lamp", "en", "售后/退货退款", id="English return"),
        pytest.param("Where is my package?", "en", "物流/物流查询", id="English parcel"),
        pytest.param("I was charged twice", "en", "账户/账户与支付", id="English charge"),
        pytest.param("返品したいのですが", "ja", "售后/退货退款", id="Japanese return"),
        pytest.param("予約を変更したいです", "ja", "预约/预约办理", id="Japanese booking"),
        pytest.param("冷蔵庫が壊れました", "ja", "售后/售后维修", id="Japanese repair"),
    ],
)
def test_the_main_intent(text: str, language: str, name: str) -> None:
    main, *_ = told(asks(text, language))

    assert main.name == name
    assert main.source is IntentSource.WORDS
    assert 0.5 < main.score <= SURE
    assert main.quotes
    assert all(q.role is CUSTOMER for q in main.quotes)


def test_scores_differ_with_the_evidence() -> None:
    scores = {told(asks(text))[0].score for text in ("多少钱", "价格", "价格，多少钱", "划算")}

    assert len(scores) == 4


def test_what_is_asked_besides_is_named_too() -> None:
    intents = told(asks("我想退货，还有我的快递到哪了"))

    assert [i.name for i in intents][:2] == ["售后/退货退款", "物流/物流查询"]
    assert intents[0].score > intents[1].score >= 0.1


def test_no_scores_add_up_to_more_than_one() -> None:
    intents = told(asks("退货维修快递投诉密码预约多少钱"))

    assert sum(i.score for i in intents) <= 1


def test_the_first_request_counts_most() -> None:
    first, *_ = told(talk((CUSTOMER, "我想退货"), (AGENT, "好的"), (CUSTOMER, "快递到哪了")))
    other, *_ = told(talk((CUSTOMER, "快递到哪了"), (AGENT, "好的"), (CUSTOMER, "我想退货")))

    assert (first.name, other.name) == ("售后/退货退款", "物流/物流查询")


def test_a_greeting_is_no_request() -> None:
    late, *_ = told(talk((CUSTOMER, "喂"), (AGENT, "您好"), (CUSTOMER, "我想退货")))
    soon, *_ = told(talk((CUSTOMER, "我想退货")))

    assert late.score == soon.score


def test_what_the_agent_says_counts_less() -> None:
    agent, *_ = told(talk((AGENT, "您是想退货吗"), (CUSTOMER, "我家的空调坏了")))

    assert agent.name == "售后/售后维修"


def test_an_offer_is_the_agents() -> None:
    offer = "给您介绍一款新的保险，耽误您一分钟"

    assert told(talk((AGENT, offer), (CUSTOMER, "嗯你说")))[0].name == "营销/营销推销"
    assert told(talk((CUSTOMER, offer)))[0].name != "营销/营销推销"


@pytest.mark.parametrize(
    "text",
    ["我不是投诉啊，我就是想表扬一下小李", "不是要投诉，我要表扬他"],
    ids=["first", "second"],
)
def test_what_is_refused_is_not_why_they_call(text: str) -> None:
    assert [i.name for i in told(asks(text))] == ["其他/表扬建议"]


def test_nothing_told_is_other_without_quotes() -> None:
    [intent] = told(asks("今天天气真是不错"))

    assert (intent.name, intent.quotes) == (OTHER, ())
    assert 0 < intent.score < 0.5


@pytest.mark.parametrize(
    "of",
    [
        pytest.param(call(), id="no speech"),
        pytest.param(talk((CUSTOMER, "好的"), (AGENT, "嗯")), id="listening"),
        pytest.param(talk((CUSTOMER, "喂，你好")), id="a greeting"),
        pytest.param(talk((SYSTEM, "退货请按一")), id="only a machine"),
    ],
)
def test_a_call_without_anything_said_has_no_intent(of: Call) -> None:
    assert told(of) == ()


def test_a_single_word_may_tell() -> None:
    assert told(asks("退货"))[0].name == "售后/退货退款"


def test_without_a_customer_the_agent_is_heard() -> None:
    assert told(talk((AGENT, "您是要退货退款，对吧")))[0].name == "售后/退货退款"


def test_a_voice_of_unknown_role_is_heard() -> None:
    assert told(talk((UNKNOWN, "我想退货")))[0].name == "售后/退货退款"


def test_keywords_are_looked_for_in_their_language_only() -> None:
    assert told(asks("修理一下我的车", language="en"))[0].name == OTHER


def test_an_angry_beginning_speaks_for_a_complaint() -> None:
    calm = says(CUSTOMER, 0, 3, "坐在这里等了半天")
    angry = replace(calm, emotion=Emotion(EmotionLabel.ANGRY, 0.9))

    def complaint(of: Call) -> float:
        return next((i.score for i in told(of) if i.name == "投诉"), 0.0)

    assert complaint(call(angry)) > complaint(call(calm))


def test_a_sentence_without_keywords_is_compared_with_the_examples() -> None:
    kinds = [
        Kind("甲", keywords=(Keyword("退货", 3),), examples=("红的",)),
        Kind("乙", examples=("蓝的",)),
    ]
    embedder: Embedder = Pointing("红", "蓝")
    stage = intent_stage(kinds, sounds_of, embedder=embedder)

    main, *_ = stage(asks("我要蓝色那个东西"), Meaning()).intents

    assert (main.name, main.source) == ("乙", IntentSource.SIMILARITY)
    assert [q.text for q in main.quotes] == ["我要蓝色那个东西"]


def test_where_keywords_decide_no_sentence_is_compared() -> None:
    embedder = Pointing("红")
    stage = intent_stage(
        [Kind("甲", keywords=(Keyword("退货", 3),), examples=("红的",))],
        sounds_of,
        embedder=embedder,
    )

    stage(asks("我要退货"), Meaning())

    assert embedder.asked == []


def test_at_most_two_short_sentences_are_compared() -> None:
    embedder = Pointing("红")
    stage = intent_stage([Kind("甲", examples=("红的",))], sounds_of, embedder=embedder)

    stage(
        talk(*[(r, f"随便说的话{n}" * 50) for n in range(9) for r in (CUSTOMER, AGENT)]), Meaning()
    )

    assert len(embedder.asked) == 3  # the example, and two
    assert max(map(len, embedder.asked)) <= 40


def test_on_an_outbound_call_the_offer_is_compared() -> None:
    embedder = Pointing("红")
    stage = intent_stage([Kind("甲", examples=("红的",))], sounds_of, embedder=embedder)
    of = talk((AGENT, "您好我是红星的"), (CUSTOMER, "什么事情"), (AGENT, "我们的红茶上市了"))
    outbound = replace(of, recording=replace(of.recording, metadata={"direction": "out"}))

    main, *_ = stage(outbound, Meaning()).intents

    assert "我们的红茶上市了" in embedder.asked
    assert main.name == "甲"


def test_on_an_outbound_call_the_agent_says_why() -> None:
    of = talk((AGENT, "您好，给您介绍一款保险"), (CUSTOMER, "多少钱"))
    outbound = replace(of, recording=replace(of.recording, metadata={"direction": "out"}))

    def offer(intents: tuple[Intent, ...]) -> float:
        return next(i.score for i in intents if i.name == "营销/营销推销")

    assert told(outbound)[0].name == "营销/营销推销"
    assert offer(told(outbound)) > offer(told(of))


def test_a_call_with_nothing_to_compare_asks_no_vectors() -> None:
    embedder = Pointing("红")
    intent_stage([Kind("甲", examples=("红的",))], sounds_of, embedder=embedder)(call(), Meaning())

    assert embedder.asked == []


def test_what_key_sentences_mean_is_their_weighted_mean() -> None:
    judge = Judge([Kind("甲", examples=("红的",))], sounds_of, Pointing("红", "蓝"), vectors=True)

    of = judge.look(talk((CUSTOMER, "我要红色的"), (AGENT, "好"), (CUSTOMER, "还要蓝色的")))

    assert of.vector is not None
    assert of.vector.tolist() == pytest.approx([1 / 1.7, 0.7 / 1.7])
    assert judge.look(call()).vector is None


def test_a_long_call_is_not_decided_by_repetition() -> None:
    lines = [
        (CUSTOMER, "我想退货"),
        *[(r, "那个快递呢") for _ in range(50) for r in (AGENT, CUSTOMER)],
    ]

    assert told(talk(*lines))[0].name == "售后/退货退款"


def test_words_inside_longer_ones_count_once() -> None:
    kinds = [Kind("甲", keywords=(Keyword("退货", 1), Keyword("我要退货", 1)))]
    once = intent_stage([Kind("甲", keywords=(Keyword("我要退货", 1),))], sounds_of)

    assert intent_stage(kinds, sounds_of)(asks("我要退货"), Meaning()).intents[0].score == (
        once(asks("我要退货"), Meaning()).intents[0].score
    )


def test_words_against_take_away() -> None:
    kinds = [Kind("甲", keywords=(Keyword("价格", 3), Keyword("退款", -2)))]
    stage = intent_stage(kinds, sounds_of)

    assert (
        stage(asks("价格，退款"), Meaning()).intents[0].score
        < stage(asks("价格，多少"), Meaning()).intents[0].score
    )


def test_a_very_long_line_is_told_in_bounded_time_and_numbers() -> None:
    main, *_ = told(asks("价格，退款，多少钱，退货" * 2_000))

    assert 0 < main.score < 1


def test_keywords_that_nobody_says_are_looked_for_once_and_not_in_every_line() -> None:
    keywords = [Keyword(f"第{chr(0x4E00 + n)}项", 1.0) for n in range(200)]
    stage = intent_stage([Kind("甲", keywords=tuple(keywords))], sounds_of)
    short, long = (talk(*[(CUSTOMER, "今天下雨")] * lines) for lines in (10, 110))

    more = steps(lambda: stage(long, Meaning())) - steps(lambda: stage(short, Meaning()))

    assert more < 100 * len(keywords)
