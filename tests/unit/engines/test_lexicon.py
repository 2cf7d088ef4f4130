from pathlib import Path

import pytest

from huiting.core.types import EmotionLabel, Role
from huiting.engines._lexicon import LIST, evidence, lexicon, read

ANGRY, HAPPY, SAD = EmotionLabel.ANGRY, EmotionLabel.HAPPY, EmotionLabel.SAD
FEARFUL, SURPRISED, DISGUSTED = (
    EmotionLabel.FEARFUL,
    EmotionLabel.SURPRISED,
    EmotionLabel.DISGUSTED,
)


def strongest(text: str, role: Role = Role.CUSTOMER) -> EmotionLabel | None:
    said = evidence(lexicon().found(text, role))
    return max(said, key=lambda label: said[label], default=None)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        pytest.param("我要投诉你们,太过分了!", ANGRY, id="complaint"),
        pytest.param("你們這是什麼態度", ANGRY, id="traditional script"),
        pytest.param("打１２３１５投诉", ANGRY, id="full width digits"),
        pytest.param("不投诉不行了", ANGRY, id="double negation"),
        pytest.param("我能不生气吗", ANGRY, id="rhetorical question"),
        pytest.param("我对你们很不满意", ANGRY, id="negation that is part of the cue"),
        pytest.param("有冇搞錯呀", ANGRY, id="Cantonese"),
        pytest.param("急死我了，药还没到", FEARFUL, id="anxiety"),
        pytest.param("我的卡被盗刷了怎么办", FEARFUL, id="fraud"),
        pytest.param("唉，真让人失望", SAD, id="sadness"),
        pytest.param("我很不开心", SAD, id="joy denied is sadness"),
        pytest.param("太好了，谢谢你啊", HAPPY, id="thanks"),
        pytest.param("天哪，怎么可能", SURPRISED, id="surprise"),
        pytest.param("菜里有虫子，真恶心", DISGUSTED, id="disgust"),
        pytest.param("This is RIDICULOUS, I want a manager", ANGRY, id="English anger"),
        pytest.param("I’m really worried about it", FEARFUL, id="English worry"),
        pytest.param("Thank you so much!", HAPPY, id="English thanks"),
        pytest.param("もういい加減にしてください", ANGRY, id="Japanese anger"),
        pytest.param("わかりました。助かります。", HAPPY, id="Japanese thanks"),
        pytest.param("정말 짜증나네요", ANGRY, id="Korean anger"),
        pytest.param("네 감사합니다", HAPPY, id="Korean thanks"),
    ],
)
def test_words_tell_the_emotion(text: str, label: EmotionLabel) -> None:
    assert strongest(text) is label


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("我不是投诉，就是问一下", id="not a complaint"),
        pytest.param("没有要投诉的意思", id="no intention"),
        pytest.param("我不想投诉", id="no wish"),
        pytest.param("请问投诉电话是多少", id="asks for the number"),
        pytest.param("我不着急", id="not in a hurry"),
        pytest.param("您先别担心", id="do not worry"),
        pytest.param("没有不满意", id="not dissatisfied"),
        pytest.param("我的手机卡死机了", id="a word inside another"),
        pytest.param("洗衣机滚筒不转", id="a drum that rolls"),
        pytest.param("麻烦您帮我查一下", id="a courtesy"),
        pytest.param("I am not angry", id="English negation"),
        pytest.param("I don't want to complain", id="English negation some words away"),
        pytest.param("thanksgiving", id="part of an English word"),
        pytest.param("怖くないです", id="Japanese negation"),
        pytest.param("걱정하지 마세요", id="Korean negation"),
        pytest.param("帮我查一下订单", id="nothing"),
        pytest.param("", id="no words"),
    ],
)
def test_what_is_denied_or_only_looks_alike_does_not_count(text: str) -> None:
    assert lexicon().found(text, Role.CUSTOMER) == ()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("很高兴为您服务", id="glad to help"),
        pytest.param("感谢您的来电，祝您生活愉快", id="closing"),
        pytest.param("您是要投诉吗", id="asks whether it is a complaint"),
        pytest.param("Thank you for calling", id="English"),
        pytest.param("お電話ありがとうございます", id="Japanese"),
    ],
)
def test_an_agents_formulas_are_no_feeling(text: str) -> None:
    assert lexicon().found(text, Role.AGENT) == ()


def test_negation_does_not_reach_beyond_its_clause() -> None:
    assert strongest("我不知道，我要投诉") is ANGRY


def test_intensifiers_and_exclamations_make_a_cue_stronger() -> None:
    plain, intense, loud = (
        lexicon().found(text)[0].strength for text in ("我着急", "我真的着急", "我着急!")
    )

    assert plain < loud < intense < 1


def test_cues_of_one_emotion_add_up_and_never_reach_certainty() -> None:
    one = evidence(lexicon().found("气死我了"))[ANGRY]
    both = evidence(lexicon().found("气死我了，岂有此理"))[ANGRY]

    assert one < both < 1


def test_a_cue_is_quoted_as_it_stands_in_the_text() -> None:
    assert [cue.text for cue in lexicon().found("你們什麼態度")] == ["什麼態度"]


def test_every_word_of_the_list_is_found_by_itself() -> None:
    missing = []
    for cue in read(LIST):
        found = lexicon().found(cue.word, cue.who or Role.CUSTOMER)
        if (cue.emotion is not None) != bool(found):
            missing.append(cue.word)

    assert missing == []


def test_a_list_with_an_unknown_emotion_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "words.toml"
    path.write_text('[[group]]\nemotion = "GRUMPY"\nwords = ["hm"]\n', "utf-8")

    with pytest.raises(ValueError, match="GRUMPY"):
        read(path)
