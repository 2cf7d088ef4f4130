"""What is not believed, and by which gate."""

import pytest

from huiting.engines._gates import Gates, Heard, gate_of, repeats


def heard(
    text: str, log_probability: float = -0.3, no_speech: float = 0.1, seconds: float = 3.0
) -> Heard:
    return Heard(text, log_probability, no_speech, seconds)


@pytest.mark.parametrize(
    ("said", "gate"),
    [
        pytest.param(heard("您好，请问有什么可以帮您？"), None, id="an ordinary sentence"),
        pytest.param(heard(""), "empty", id="nothing"),
        pytest.param(heard("嗯", -1.1, 0.7), "no-speech", id="unlikely text where nobody speaks"),
        pytest.param(heard("嗯", -0.9, 0.9), None, id="likely text where nobody seems to speak"),
        pytest.param(heard("嗯", -1.7), "low-confidence", id="very unlikely text"),
        pytest.param(heard("好的" * 20, -0.1, seconds=9), "repetition", id="a loop"),
        pytest.param(heard("字幕由Amara.org社区提供", -0.7), "phantom", id="credits"),
        pytest.param(heard("謝謝觀看", -0.7), "phantom", id="farewell of a video"),
        pytest.param(heard("Thank you for watching!", -0.7), "phantom", id="in English"),
        pytest.param(heard("ご視聴ありがとうございました", -0.7), "phantom", id="in Japanese"),
        pytest.param(heard("谢谢您的收听，再见", -0.2), None, id="said clearly, it was said"),
        pytest.param(heard("感谢您的来电", -0.8), None, id="farewell of a call"),
        pytest.param(
            heard("一" + "我想问一下订单" * 1 + "的事情吧啊", -0.3, seconds=0.5),
            None,
            id="short clips may be fast",
        ),
        pytest.param(
            heard("甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未", -0.3, seconds=1.0),
            "too-fast",
            id="more than anyone says in a second",
        ),
        pytest.param(heard("I am sorry about that.", seconds=1.0), None, id="letters go faster"),
    ],
)
def test_gate(said: Heard, gate: str | None) -> None:
    assert gate_of(said, Gates()) == gate


@pytest.mark.parametrize(
    ("text", "loop"),
    [
        pytest.param("嗯嗯嗯嗯嗯嗯嗯嗯嗯嗯嗯嗯", True, id="one character"),
        pytest.param("对对对对", False, id="as people say it"),
        pytest.param("no no no no no no no no no no ", True, id="one word"),
        pytest.param("00000000000000", False, id="a number"),
        pytest.param("订单号是一二三四五六七八九十", False, id="counting"),
    ],
)
def test_loops(text: str, loop: bool) -> None:  # noqa: FBT001
    assert repeats(text) is loop
