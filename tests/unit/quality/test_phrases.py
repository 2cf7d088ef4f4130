import time

import pytest

from huiting.quality._phrases import asks_to_wait, only_listens


@pytest.mark.parametrize(
    "text",
    [
        "请稍等",
        "好的，请您稍候，我帮您查",
        "請稍後",
        "稍等一下啊",
        "请烧等",
        "请收等",
        "轻烧登一下",
        "好的捎等",
        "请您小候，马上来",
        "您等一下",
        "麻烦等一会儿",
        "先别挂电话",
        "唔该等陣，唔好收線",
        "Please hold on a moment.",
        "Let me put you on hold",
        "Bear with me",
        "One moment, please",
        "Just a second",
        "少々お待ちください",
        "そのままお待ちいただけますか",
        "ちょっと待ってください",
        "잠시만 기다려 주세요",
    ],
)
def test_asking_to_wait_is_heard(text: str) -> None:
    assert asks_to_wait(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "让您久等了",
        "稍后给您回电",
        "您拨打的用户正忙，请稍后再拨",
        "等于没有解决",
        "至少等三天",
        "多少等级",
        "轻松的",
        "请少买点",
        "请少后再拨",
        "I called one minute ago",
        "I hold an account with you",
        "Fine. What are the last four digits of your phone number?",
        "お待たせいたしました",
        "不用等",
    ],
)
def test_other_words_about_waiting_are_not(text: str) -> None:
    assert not asks_to_wait(text)


@pytest.mark.parametrize(
    "text", ["嗯", "嗯嗯。", "好的，好的", "对对对", "Uh-huh.", "Okay, right", "はい、はい", "네"]
)
def test_listening(text: str) -> None:
    assert only_listens(text)


@pytest.mark.parametrize(
    "text", ["", "。", "嗯我知道你说什么", "不是", "okay but", "好" * 30, "そう思う"]
)
def test_talking(text: str) -> None:
    assert not only_listens(text)


def test_no_text_makes_it_slow() -> None:
    began = time.process_time()
    only_listens("好的" * 11 + "了x")
    only_listens("啊" * 10_000)
    asks_to_wait("请您麻烦" * 10_000)

    assert time.process_time() - began < 30
