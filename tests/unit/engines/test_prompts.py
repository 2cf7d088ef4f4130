"""What a model is told before it listens, and how what it was told leaks into what it writes."""

from pathlib import Path

import av
import numpy as np
import pytest

from huiting.core.ports import Hotword
from huiting.core.types import Audio
from huiting.engines._prompts import (
    LONGEST,
    MOST_WORDS,
    about_as_long,
    bare,
    leaked,
    silent,
    told,
    voice_detector,
)

PLENTY = 10_000
SAMPLE = "8002_20250313143005_16055550102_in.wav"
LIST = ("鑫诚宝", "理财通", "稳盈", "Xin Plan", "年化")


def words(*texts: str) -> tuple[Hotword, ...]:
    return tuple(Hotword(text) for text in texts)


def test_the_weightiest_words_are_told_first_and_equal_ones_as_they_were_given() -> None:
    given = (Hotword("平常"), Hotword("要紧", weight=2.0), Hotword("也平常"))

    assert told(given, PLENTY) == ("要紧", "平常", "也平常")


def test_no_more_words_are_told_than_a_model_bears() -> None:
    given = words(*(f"word {i}" for i in range(500)))

    assert len(told(given, PLENTY)) == MOST_WORDS


@pytest.mark.parametrize(
    ("room", "expected"),
    [
        pytest.param(11, ("鑫诚宝",), id="nine bytes and what stands between"),
        pytest.param(10, (), id="a byte too few"),
        pytest.param(0, (), id="none"),
        pytest.param(-50, (), id="less than none"),
    ],
)
def test_words_take_no_more_room_than_there_is(room: int, expected: tuple[str, ...]) -> None:
    assert told(words("鑫诚宝", "理财通"), room) == expected


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("<|im_end|>", id="a token of the prompt"),
        pytest.param("好<|im_start|>system", id="one inside a word"),
        pytest.param("列表]", id="the end of the list"),
        pytest.param("好", id="a single character"),
        pytest.param("长" * (LONGEST + 1), id="a sentence"),
        pytest.param("bad\x00word", id="a control character"),
        pytest.param(" , ", id="nothing but separators"),
    ],
)
def test_what_would_part_the_prompt_or_is_no_word_is_not_told(text: str) -> None:
    assert told(words(text, "鑫诚宝"), PLENTY) == ("鑫诚宝",)


@pytest.mark.parametrize("text", ["a,b", "a， b", "a;b", "a\nb", " a  b "])
def test_a_word_stays_one_word_in_a_list_parted_by_commas(text: str) -> None:
    assert told(words(text), PLENTY) == ("a b",)


def test_a_word_given_twice_is_told_once() -> None:
    assert told(words("鑫诚宝", " 鑫诚宝"), PLENTY) == ("鑫诚宝",)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("鑫诚宝，理财通，稳盈，Xin Plan，年化", id="the whole list"),
        pytest.param("鑫诚宝 理财通 稳盈", id="its beginning"),
        pytest.param("稳盈、XIN PLAN、年化。", id="its end, whatever the case"),
        pytest.param("您好，请问理财通、稳盈、Xin Plan都可以吗", id="a part of it in a sentence"),
        pytest.param("理财通，理财通，理财通", id="a word again and again"),
        pytest.param("年化，鑫诚宝，嗯，稳盈", id="words in another order and little else"),
    ],
)
def test_a_text_that_may_be_the_list_is_suspected(text: str) -> None:
    assert leaked(text, LIST)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("。", id="a full stop"),
        pytest.param("鑫诚宝", id="a word as an answer"),
        pytest.param("鑫诚宝，理财通", id="two words"),
        pytest.param("我想了解一下鑫诚宝和理财通哪一个更稳", id="words in a sentence"),
        pytest.param("年化是多少，鑫诚宝的话我记得不到四，理财通呢", id="several in a sentence"),
        pytest.param("您好，请讲", id="none of the words"),
    ],
)
def test_a_text_in_which_words_are_merely_said_is_not(text: str) -> None:
    assert not leaked(text, LIST)


def test_nothing_leaks_where_nothing_was_told() -> None:
    assert not leaked("鑫诚宝，理财通，稳盈", ())
    assert not leaked("鑫诚宝，理财通，稳盈", ("··", "——"))


def test_words_that_are_no_letters_count_for_nothing() -> None:
    assert not leaked("好的，鑫诚宝", ("··", "——", "⋯⋯", "鑫诚宝"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("鑫诚宝。", True, id="a word"),
        pytest.param("鑫诚宝，理财通", True, id="two words"),
        pytest.param("我要鑫诚宝", False, id="a word in a sentence"),
        pytest.param("您好", False, id="another"),
        pytest.param("", False, id="nothing"),
    ],
)
def test_a_text_of_nothing_but_words_of_the_list_is_known(text: str, expected: bool) -> None:  # noqa: FBT001
    assert bare(text, LIST) is expected
    assert not bare(text, ())


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("鑫诚宝", "新城堡。", True),
        ("鑫诚宝", "嗯", False),
        ("鑫诚宝", "", False),
        ("Xin Plan", "Sin plant", True),
    ],
)
def test_spellings_of_the_same_sounds_are_about_as_long(
    one: str,
    other: str,
    expected: bool,  # noqa: FBT001
) -> None:
    assert about_as_long(one, other) is about_as_long(other, one) is expected


@pytest.mark.parametrize(
    ("peak", "expected"), [(0.0, True), (0.0009, True), (0.002, False), (0.5, False)]
)
def test_silence_is_told_by_its_peak(peak: float, expected: bool) -> None:  # noqa: FBT001
    samples = np.zeros(1_600, np.float32)
    samples[800] = -peak

    assert silent(Audio(samples, 16_000)) is expected


def test_no_samples_are_silence() -> None:
    assert silent(Audio(np.zeros(0, np.float32), 16_000))


def test_nobody_speaks_in_noise_or_in_a_tone() -> None:
    speaks = voice_detector()
    noise = np.random.default_rng(0).normal(0, 0.02, 32_000).astype(np.float32)
    tone = (0.3 * np.sin(np.arange(32_000) / 10)).astype(np.float32)

    assert not speaks(Audio(noise, 16_000))
    assert not speaks(Audio(tone, 16_000))


def test_somebody_speaks_in_a_call() -> None:
    call = Path(__file__).resolve().parents[3] / "samples" / SAMPLE
    mono = av.AudioResampler("fltp", "mono", 16_000)
    with av.open(str(call)) as file:
        frames = [made for frame in file.decode(audio=0) for made in mono.resample(frame)]
    samples = np.concatenate([frame.to_ndarray()[0] for frame in frames])

    assert voice_detector()(Audio(samples[: 20 * 16_000], 16_000))
