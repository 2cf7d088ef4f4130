"""Qwen3-ASR by the real package qwen-asr, on tiny models of its own classes, on a processor.

A low tone is `您好谢谢` in Chinese, a middle one `hello there` in English, a high one says that nobody
speaks; a word with X in the context makes `您好X宝` of the first.
"""

import os
import signal
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from huiting.core.errors import ConfigError, EngineError, ModelUnavailable
from huiting.core.ports import Hints, Hotword, Hypothesis, Recognizer
from huiting.core.types import Audio
from huiting.engines import qwen3_asr
from huiting.engines.qwen3_asr import package

LOW, MIDDLE, HIGH = 300.0, 900.0, 2700.0
RATE = 16_000


def tone(pitch: float, seconds: float = 2.0) -> Audio:
    time = np.arange(round(seconds * RATE)) / RATE
    return Audio((0.3 * np.sin(2 * np.pi * pitch * time)).astype(np.float32), RATE)


def heard(
    engine: Recognizer, clips: Sequence[Audio], language: str | None = None, *words: str
) -> list[Hypothesis]:
    return list(engine.transcribe(clips, Hints(language, tuple(map(Hotword, words)))))


def child_of(engine: Recognizer) -> int:
    number = engine.decoder._scribe._apart.number  # type: ignore[attr-defined]
    assert isinstance(number, int)
    return number


def test_clips_of_a_batch_are_answered_in_order(engine: Recognizer) -> None:
    clips = [tone(MIDDLE), tone(LOW, 0.7), tone(HIGH, 3), tone(LOW), tone(MIDDLE, 5)]

    assert [h.text for h in heard(engine, clips)] == [
        "hello there",
        "您好谢谢",
        "",
        "您好谢谢",
        "hello there",
    ]


def test_the_language_comes_with_the_text(engine: Recognizer) -> None:
    found = heard(engine, [tone(LOW), tone(MIDDLE), tone(HIGH)])

    assert [(h.language, h.gate) for h in found] == [
        ("zh", None),
        ("en", None),
        (None, "no-speech"),
    ]


def test_a_language_that_is_given_is_taken(engine: Recognizer) -> None:
    found = heard(engine, [tone(LOW), tone(MIDDLE), tone(HIGH)], "zh")

    assert [(h.text, h.language, h.gate) for h in found] == [
        ("您好谢谢", "zh", None),
        ("hello there", "zh", None),
        ("", "zh", "empty"),
    ]


def test_a_language_it_does_not_know_is_refused(engine: Recognizer) -> None:
    with pytest.raises(EngineError, match="does not know the language 'xx'"):
        heard(engine, [tone(LOW)], "xx")


def test_languages_are_told_apart(engine: Recognizer) -> None:
    clips = [tone(LOW), tone(MIDDLE), tone(HIGH), Audio(np.zeros(RATE, np.float32), RATE)]

    assert list(engine.languages(clips)) == [
        {"zh": 1.0, "en": 0.0},
        {"zh": 0.0, "en": 1.0},
        {"zh": 0.5, "en": 0.5},
        {"zh": 0.5, "en": 0.5},
    ]


@pytest.mark.parametrize("seconds", [0.0, 0.02, 0.3, 0.5])
def test_short_clips_are_taken(engine: Recognizer, seconds: float) -> None:
    (found,) = heard(engine, [tone(LOW, seconds)], "zh")

    assert (found.text == "") == (found.gate is not None)


def test_hotwords_reach_the_model_as_context(engine: Recognizer) -> None:
    with_words, without = (
        heard(engine, [tone(LOW)], "zh", "鑫X宝"),
        heard(engine, [tone(LOW)], "zh"),
    )

    assert (with_words[0].text, without[0].text) == ("您好X宝", "您好谢谢")


def test_hotwords_are_not_told_where_nobody_speaks(options: package.Options) -> None:
    unspoken = package.build(options, device="cpu", fallback="none", speaks=lambda _: False)

    assert heard(unspoken, [tone(LOW)], "zh", "鑫X宝")[0].text == "您好谢谢"


def test_words_have_times_from_the_aligner_that_rise_inside_the_clip(engine: Recognizer) -> None:
    low, middle = heard(engine, [tone(LOW), tone(MIDDLE)])

    assert [w.text for w in low.words] == list("您好谢谢")
    assert [w.text for w in middle.words] == ["hello", "there"]
    for words in (low.words, middle.words):
        assert all(a.span.end <= b.span.start for a, b in pairwise(words))
        assert all(0 <= w.span.start < w.span.end <= 2 for w in words)
        assert all(w.confidence is None for w in words)
    assert low.confidence is None


def test_an_aligner_that_places_all_words_at_zero_gives_no_times(
    options: package.Options, tiny: Path
) -> None:
    spoilt = replace(options, aligner=tiny / "spoilt")
    (found,) = heard(
        package.build(spoilt, device="cpu", fallback="none", speaks=lambda _: True), [tone(LOW)]
    )

    assert (found.text, found.words) == ("您好谢谢", ())


def test_without_an_aligner_words_have_no_times_and_bfloat16_writes_the_same(
    options: package.Options,
) -> None:
    plain = replace(options, aligner=None, compute="bfloat16")
    engine = package.build(plain, device="cpu", fallback="none", speaks=lambda _: True)
    found = heard(engine, [tone(LOW), tone(MIDDLE)])

    assert [(h.text, h.words) for h in found] == [("您好谢谢", ()), ("hello there", ())]


def test_threads_may_share_it(engine: Recognizer) -> None:
    clips = [tone(LOW if i % 2 else MIDDLE, 1 + i % 3) for i in range(6)]
    alone = [heard(engine, [clip])[0].text for clip in clips]
    with ThreadPoolExecutor(3) as pool:
        shared = list(pool.map(lambda clip: heard(engine, [clip])[0].text, clips))

    assert shared == alone


def test_a_process_that_is_killed_is_begun_anew(engine: Recognizer) -> None:
    before = child_of(engine)
    os.kill(before, signal.SIGKILL)
    os.waitid(os.P_PID, before, os.WEXITED | os.WNOWAIT)

    assert heard(engine, [tone(LOW)])[0].text == "您好谢谢"
    assert child_of(engine) != before


def test_weights_that_lack_something_are_refused(options: package.Options, tiny: Path) -> None:
    lacking = replace(options, weights=tiny / "lacking", aligner=None)
    with pytest.raises(ModelUnavailable, match=r"OSError: Some weights of .* were not initialized"):
        package.build(lacking, device="cpu", fallback="none")


def test_no_weights_are_looked_for_elsewhere(options: package.Options, tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"no such folder, or it holds no config.json"):
        package.build(replace(options, weights=tmp_path), device="cpu", fallback="none")


def test_a_device_that_is_not_there_is_refused(options: package.Options) -> None:
    with pytest.raises(ConfigError, match=r"Unusable.*; choose auto or another device"):
        package.build(options, device="mps", fallback="none")


def test_vllm_that_is_not_installed_is_named(
    options: package.Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(package, "placed", lambda _wanted, _need: "meta")
    with pytest.raises(
        ModelUnavailable, match=r"ImportError: vLLM is not available.*qwen-asr\[vllm"
    ):
        package.build(replace(options, runtime=package.VLLM), device="cuda", fallback="none")


def test_it_is_chosen_by_name_and_by_what_the_folder_holds(python: Path, tiny: Path) -> None:
    engine = qwen3_asr.build(weights=tiny / "asr", python=python, device="cpu", languages=("zh",))
    (silence,) = heard(engine, [Audio(np.zeros(RATE, np.float32), RATE)])

    assert (silence.text, silence.gate) == ("", "no-speech")
    assert heard(engine, [tone(LOW)])[0].text == "您好谢谢"
