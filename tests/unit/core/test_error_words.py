"""Reasons and remedies in Chinese."""

import pytest

from huiting.core.error_words import because, mandarin, read
from huiting.core.errors import EngineError, UndecodableAudio


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("the file is empty", "文件是空的"),
        ("3 of 20 packets do not decode", "20 个数据包中有 3 个无法解码"),
        ("its codec g729 is not read", "不支持其编码 g729"),
        ("something nobody foresaw", "something nobody foresaw"),
        (
            "qwen3: no answer (ConnectError); look at the server",
            "qwen3：没有应答（ConnectError）；请检查语言模型服务",
        ),
        (
            "qwen3:8b: the budget of 5 questions is spent; raise llm_budget",
            "qwen3:8b：本次运行的 5 次提问额度已用完；请调高 llm_budget",
        ),
        (
            "http://a:1; b: HTTP 401; check the key",
            "http://a:1; b：返回 HTTP 401；请检查密钥",
        ),
        ("x: new trouble; check the key", "x: new trouble；请检查密钥"),
    ],
)
def test_messages_in_chinese(english: str, chinese: str) -> None:
    assert mandarin(english) == chinese


def test_why_something_failed_in_either_language() -> None:
    error = UndecodableAudio("a.wav", "the file is empty", "copy it again from the recorder")

    assert because(error, "zh") == "文件是空的；请从录音设备重新拷贝"
    assert because(error, "en") == "the file is empty; copy it again from the recorder"
    assert mandarin(str(EngineError("m", "it cannot tell", "listen to the call"))) == (
        "m：模型无法判断；请听录音"
    )


def test_the_template_with_most_words_of_its_own_fits() -> None:
    known = read({"{0} is {1}": "甲{0}{1}", "{0} is no {1}": "乙{1}{0}", "x": "叉"})

    assert known.translate("a is no x") == "乙叉a"
    assert known.translate("two\nlines is x") == "甲two\nlines叉"


def test_sentences_in_sentences_end_somewhere() -> None:
    known = read({"({0})": "（{0}）"})

    assert known.translate("((((x))))") == "（（（(x)）））"
