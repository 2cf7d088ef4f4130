"""Qwen3-ASR by the real sherpa-onnx, on a made-up network that tells pitches apart."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("sherpa_onnx")

import tiny_prompted
from huiting.core.errors import ConfigError, EngineError, ModelUnavailable
from huiting.core.plugins import make
from huiting.core.ports import Hints, Hotword, Recognizer
from huiting.core.types import Audio
from huiting.engines import qwen3_asr
from huiting.engines.qwen3_asr import onnx
from tiny_prompted import PITCHES, tone

RATE = 16_000
WORDS = tuple(Hotword(text) for text in ("Xin", "Xia", "Xue"))
CHINESE, CANTONESE, ENGLISH, NOBODY = range(4)
"""Pitches by the language that the network names; the last is text without end if it is told one."""
LISTED = ENGLISH


def at(pitch: int, seconds: float = 2.0) -> Audio:
    return Audio(tone(PITCHES[pitch], seconds), RATE)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_prompted.write_qwen(tmp_path_factory.mktemp("qwen"))


@pytest.fixture(scope="module")
def engine(weights: Path) -> Recognizer:
    """Return the engine, to which everything is speech: tones are none to a voice detector."""
    options = onnx.Options(weights, 1, 512, ())
    return onnx.build(options, device="cpu", fallback="none", speaks=lambda _: True)


def said(engine: Recognizer, clip: Audio, hints: Hints) -> str:
    (heard,) = engine.transcribe([clip], hints)
    return heard.text


def test_each_clip_is_answered_with_its_text_in_order(engine: Recognizer) -> None:
    clips = [at(2), at(0), at(1), at(0, 0.6)]

    assert [h.text for h in engine.transcribe(clips, Hints("zh"))] == [
        "我想查账单",
        "您好请讲",
        "再见谢谢",
        "您好请讲",
    ]


def test_hotwords_reach_the_model_and_do_not_stay_there(engine: Recognizer) -> None:
    told = said(engine, at(CHINESE), Hints("zh", WORDS))
    after = said(engine, at(CHINESE), Hints("zh"))

    assert (told, after) == ("您好Xin宝请讲", "您好请讲")


def test_hotwords_are_not_told_where_silero_hears_nobody(weights: Path) -> None:
    guarded = qwen3_asr.build(weights=weights, device="cpu", threads=1)

    assert said(guarded, at(CHINESE), Hints("zh", WORDS)) == "您好请讲"


def test_a_list_of_hotwords_in_the_text_is_not_believed(engine: Recognizer) -> None:
    assert said(engine, at(LISTED), Hints("zh", WORDS)) == "我想查账单"


def test_the_language_reaches_the_model(engine: Recognizer) -> None:
    assert said(engine, at(CHINESE), Hints("en")) == "Hello there"


@pytest.mark.parametrize("code", ["yue", "wuu", "nan", "fil", "tl"])
def test_dialects_and_second_codes_are_taken(engine: Recognizer, code: str) -> None:
    (heard,) = engine.transcribe([at(CHINESE)], Hints(code))

    assert (heard.text, heard.language) == ("您好请讲", code)


@pytest.mark.parametrize(
    ("pitch", "language", "text"),
    [
        pytest.param(CHINESE, "zh", "您好请讲", id="Chinese"),
        pytest.param(CANTONESE, "yue", "再见谢谢", id="Cantonese, a name of two tokens"),
        pytest.param(ENGLISH, "en", "我想查账单", id="English"),
    ],
)
def test_without_a_language_the_one_that_the_model_names_is_taken(
    engine: Recognizer, pitch: int, language: str, text: str
) -> None:
    (heard,) = engine.transcribe([at(pitch)], Hints())

    assert (heard.language, heard.text) == (language, text)


def test_where_the_model_says_that_nobody_speaks_there_is_no_text(engine: Recognizer) -> None:
    (heard,) = engine.transcribe([at(NOBODY)], Hints(hotwords=WORDS))

    assert (heard.text, heard.gate) == ("", "no-speech")


@pytest.mark.parametrize("seconds", [2.0, 9.0])
def test_an_answer_without_end_is_refused(engine: Recognizer, seconds: float) -> None:
    (heard,) = engine.transcribe([at(NOBODY, seconds)], Hints("zh"))

    assert (heard.text, heard.gate) == ("", "repetition")


def test_words_have_no_times_and_texts_no_confidence(engine: Recognizer) -> None:
    (heard,) = engine.transcribe([at(CHINESE)], Hints("zh"))

    assert (heard.words, heard.confidence) == ((), None)


def test_a_clip_longer_than_its_memory_is_heard_in_parts(engine: Recognizer) -> None:
    assert said(engine, at(CHINESE, 20.0), Hints("zh")) == "您好请讲 您好请讲"


def test_the_model_names_one_language_and_tells_no_odds(engine: Recognizer) -> None:
    odds = list(engine.languages([at(CHINESE), at(CANTONESE), at(NOBODY)]))

    assert odds[0]["zh"] == odds[1]["yue"] == 1.0
    assert set(odds[2].values()) == {1 / 30}
    assert all(sum(one.values()) == pytest.approx(1) for one in odds)


def test_cantonese_is_chinese_where_only_chinese_is_expected(weights: Path) -> None:
    engine = qwen3_asr.build(weights=weights, device="cpu", languages=("zh", "en"))

    assert list(engine.languages([at(CANTONESE)])) == [{"zh": 1.0, "en": 0.0}]


def test_a_language_that_nobody_expects_tells_nothing(weights: Path) -> None:
    engine = qwen3_asr.build(weights=weights, device="cpu", languages=("zh", "ja"))

    assert list(engine.languages([at(ENGLISH)])) == [{"zh": 0.5, "ja": 0.5}]


def test_a_language_it_does_not_know_is_refused(engine: Recognizer) -> None:
    with pytest.raises(EngineError, match="does not know the language 'xx'"):
        list(engine.transcribe([at(CHINESE)], Hints("xx")))


def test_it_is_found_by_its_name_with_a_hyphen(weights: Path) -> None:
    engine = make("huiting.engines", "qwen3-asr", weights=str(weights), device="cpu")

    assert said(engine, at(CHINESE), Hints("zh")) == "您好请讲"


def test_a_network_that_fails_is_an_error_and_no_silence(tmp_path: Path) -> None:
    engine = qwen3_asr.build(weights=tiny_prompted.write_qwen(tmp_path, width=99), device="cpu")

    with pytest.raises(EngineError, match="1 clips failed"):
        list(engine.transcribe([at(0)], Hints("zh")))


def without(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def without_tokens(folder: Path) -> None:
    (folder / "tokenizer/tokenizer_config.json").write_text(json.dumps({}))


def one_for_another(folder: Path) -> None:
    shutil.copy(folder / "encoder.int8.onnx", folder / "decoder.int8.onnx")


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        pytest.param(without("conv_frontend.onnx"), "no such file", id="no front end"),
        pytest.param(without("tokenizer/merges.txt"), "no such file", id="no merges"),
        pytest.param(without_tokens, "no <asr_text>, <|audio_pad|>", id="another tokenizer"),
        pytest.param(one_for_another, "2 inputs and 1 outputs", id="another network"),
    ],
)
def test_files_over_which_the_runtime_would_end_the_process_are_refused(
    weights: Path, tmp_path: Path, spoil: Callable[[Path], None], reason: str
) -> None:
    copy = shutil.copytree(weights, tmp_path / "copy")
    spoil(copy)

    with pytest.raises(ModelUnavailable) as refused:
        qwen3_asr.build(weights=copy, device="cpu")
    assert reason in str(refused.value)


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="no such folder"):
        qwen3_asr.build(weights=tmp_path / "none", device="cpu")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        pytest.param({"runtime": "torch"}, "no such runtime here; .*engine remote", id="runtime"),
        pytest.param({"memory": 150}, "no room for a clip", id="memory"),
        pytest.param({"fallback": "cuda"}, "fallback", id="fallback"),
    ],
)
def test_options_that_do_not_exist_are_answered_with_those_that_do(
    weights: Path, options: dict[str, Any], reason: str
) -> None:
    usual: dict[str, Any] = {"weights": weights, "device": "cpu"}

    with pytest.raises(ConfigError, match=reason):
        qwen3_asr.build(**usual | options)
