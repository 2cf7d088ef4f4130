"""SenseVoice by the real sherpa-onnx, on a tiny network that hears a language of tones."""

import gc
import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("sherpa_onnx", reason="needs sherpa-onnx: pip install 'huiting[onnx]'")

import tiny_sensevoice_onnx
from engines.tones import RATE, clip, starts
from huiting.core.errors import ConfigError, EngineError, ModelUnavailable
from huiting.core.ports import Hints, Hypothesis
from huiting.core.types import Audio, EmotionSource, EventLabel, Span
from huiting.engines import _sherpa, sensevoice
from huiting.engines._decoding import Decoding
from huiting.engines._memory import OutOfMemory
from huiting.engines.device import OutOfRoom
from huiting.engines.sensevoice.onnx import SenseVoice

SENTENCES = ("你好", "再见谢谢你", "hi请讲", "讲", "好好请讲再见谢")


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_sensevoice_onnx.write(tmp_path_factory.mktemp("sensevoice"))


@pytest.fixture(scope="module")
def engine(weights: Path) -> Decoding[SenseVoice]:
    return built(weights)


def built(weights: Path, **options: Any) -> Decoding[SenseVoice]:  # noqa: ANN401
    made = sensevoice.build(weights=weights, **{"device": "cpu", "threads": 1, **options})
    assert isinstance(made, Decoding)
    assert isinstance(made.decoder, SenseVoice)
    return made


def heard_in(engine: Decoding[SenseVoice], one: Audio, hints: Hints | None = None) -> Hypothesis:
    (heard,) = engine.transcribe([one], hints or Hints())
    return heard


@pytest.mark.parametrize("batch", [1.0, 5.0, 1000.0])
def test_what_is_said_is_written_in_the_order_of_the_clips(weights: Path, batch: float) -> None:
    clips = [clip(sentence, seed=9) for sentence in SENTENCES]
    heard = built(weights, batch=batch).transcribe(clips, Hints())

    assert [h.text for h in heard] == list(SENTENCES)


def test_words_begin_when_they_sound(engine: Decoding[SenseVoice]) -> None:
    heard = heard_in(engine, clip("请讲再见", seed=9))

    assert [w.text for w in heard.words] == list("请讲再见")
    assert [w.span.start for w in heard.words] == pytest.approx(starts("请讲再见"), abs=0.06)
    assert all(0 < w.span.duration < 0.3 for w in heard.words)


def test_letters_of_a_word_are_one_word(engine: Decoding[SenseVoice]) -> None:
    heard = heard_in(engine, clip("你hi好", seed=9))

    assert heard.text == "你 hi好"
    assert [w.text for w in heard.words] == ["你", "hi", "好"]


@pytest.mark.parametrize(("hum", "label"), [("ANGRY", "ANGRY"), ("SAD", "SAD"), ("", "NEUTRAL")])
def test_emotion_is_the_tag_without_a_score(
    engine: Decoding[SenseVoice], hum: str, label: str
) -> None:
    emotion = heard_in(engine, clip("你好请讲", hum=hum, seed=9)).emotion

    assert emotion is not None
    assert (emotion.label, emotion.score, dict(emotion.odds)) == (label, None, {})
    assert emotion.sources == (EmotionSource.ENGINE,)


def test_a_sound_is_an_event_of_the_whole_clip_without_a_score(
    engine: Decoding[SenseVoice],
) -> None:
    one = clip("你好", hum="BGM", seed=9)
    (event,) = heard_in(engine, one).events

    assert (event.label, event.span) == (EventLabel.MUSIC_UNDER_SPEECH, Span(0, one.duration))
    assert event.score is None


def test_a_confidence_that_the_runtime_does_not_show_is_none(
    engine: Decoding[SenseVoice],
) -> None:
    heard = heard_in(engine, clip("你好", seed=9))

    assert heard.confidence is None
    assert all(word.confidence is None for word in heard.words)


@pytest.mark.parametrize("seconds", [0.0, 0.01, 0.1, 30.0])
def test_silence_is_told(engine: Decoding[SenseVoice], seconds: float) -> None:
    heard = heard_in(engine, Audio(np.zeros(round(seconds * RATE), np.float32), RATE))

    assert (heard.text, heard.gate, heard.emotion) == ("", "no-speech", None)


@pytest.mark.parametrize("language", ["zh", "yue", "en", "ja", "ko"])
def test_the_language_given_is_asked_for(engine: Decoding[SenseVoice], language: str) -> None:
    heard = heard_in(engine, clip("你好", seed=9), Hints(language))

    assert (heard.text, heard.language) == ("你好", language)


def test_a_language_is_loaded_once(weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = built(weights)
    before = len(engine.decoder._recognizers._loaded)
    for _ in range(3):
        heard_in(engine, clip("你好", seed=9), Hints("ko"))

    assert (before, set(engine.decoder._recognizers._loaded)) == (1, {"auto", "ko"})


def test_a_language_without_room_is_detected_instead(
    weights: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    engine = built(weights)
    monkeypatch.setattr(_sherpa, "free_on", lambda _kind, _index: 1)
    heard = heard_in(engine, clip("你好", seed=9), Hints("ja"))

    assert (heard.text, heard.language) == ("你好", "zh")
    assert "no room for the model of a language" in caplog.text


def test_a_language_nobody_taught_it_is_an_error(engine: Decoding[SenseVoice]) -> None:
    with pytest.raises(EngineError, match="does not know the language 'fr'"):
        heard_in(engine, clip("你"), Hints("fr"))


def test_the_language_that_was_decided_for_is_the_only_one(engine: Decoding[SenseVoice]) -> None:
    odds = engine.languages([clip("你好", seed=9), clip("hi", seed=9)])

    assert list(odds) == [{"zh": 1.0}, {"en": 1.0}]


@pytest.mark.parametrize("letters", ["", "hi"])
def test_all_languages_are_as_likely_where_none_of_those_allowed_is_heard(
    weights: Path, letters: str
) -> None:
    engine = built(weights, languages=("zh", "yue", "fr"))

    assert list(engine.languages([clip(letters, seed=9)])) == [{"zh": 0.5, "yue": 0.5}]


@pytest.mark.parametrize("itn", [True, False])
def test_digits_are_asked_for_as_set(weights: Path, *, itn: bool) -> None:
    config = built(weights, itn=itn).decoder._recognizers.of(None).recognizer.config

    assert config.model_config.sense_voice.use_itn is itn


def test_a_clip_longer_than_it_was_trained_on_is_heard_in_parts(
    engine: Decoding[SenseVoice],
) -> None:
    part = clip("你好请讲再见", seed=9).samples
    gap = np.random.default_rng(9).normal(0, 1e-3, RATE * 15 - len(part)).astype(np.float32)
    heard = heard_in(engine, Audio(np.concatenate([part, gap] * 3), RATE))

    assert heard.text.replace(" ", "") == "你好请讲再见" * 3
    assert [w.span.start for w in heard.words if w.text == "你"] == pytest.approx(
        [0.18, 15.18, 30.18], abs=0.1
    )


def test_a_failure_that_the_runtime_calls_silence_is_an_error(tmp_path: Path) -> None:
    engine = built(tiny_sensevoice_onnx.write(tmp_path, frames=50))

    assert heard_in(engine, clip("你好", seed=9)).text == "你好"
    with pytest.raises(EngineError, match=r"1 clips failed: Non-zero status code .* out of data"):
        heard_in(engine, clip("你好请讲再见", seed=9))


def test_a_clip_that_fails_does_not_silence_those_beside_it(tmp_path: Path) -> None:
    engine = built(tiny_sensevoice_onnx.write(tmp_path, frames=50), batch=1000.0)
    heard = engine.transcribe([clip("你好", seed=9)] * 4, Hints())

    assert [h.text for h in heard] == ["你好"] * 4
    with pytest.raises(EngineError, match="1 clips failed"):
        list(engine.transcribe([clip("你好请讲再见", seed=9), clip("你好", seed=9)], Hints()))


def test_a_batch_that_is_too_much_is_halved(tmp_path: Path) -> None:
    engine = built(tiny_sensevoice_onnx.write(tmp_path, room=130), batch=1000.0)
    heard = engine.transcribe([clip(sentence, seed=9) for sentence in SENTENCES], Hints())

    assert [h.text for h in heard] == list(SENTENCES)
    assert engine._bound.most < 1000


def test_a_clip_that_is_too_much_is_an_error_or_goes_to_the_fallback(
    weights: Path, tmp_path: Path
) -> None:
    engine = built(tiny_sensevoice_onnx.write(tmp_path, room=20))
    with pytest.raises(OutOfMemory, match="Failed to allocate memory"):
        heard_in(engine, clip("你好请讲", seed=9))

    engine.spare = lambda: Decoding(built(weights).decoder, mark="cpu")
    heard = heard_in(engine, clip("你好请讲", seed=9))
    assert (heard.text, heard.fallback) == ("你好请讲", "cpu")


def test_hypotheses_come_before_all_is_decoded(
    engine: Decoding[SenseVoice], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huiting.engines._batching.STRETCH", 3.0)
    decoded: list[int] = []
    real = engine.decoder.decode

    def counting(few: Sequence[Audio], hints: Hints, /) -> list[Hypothesis]:
        decoded.append(len(few))
        return real(few, hints)

    monkeypatch.setattr(engine.decoder, "decode", counting)
    asked = engine.transcribe([clip("你好请讲", seed=9)] * 6, Hints())
    next(asked)
    assert isinstance(asked, Iterator)
    asked.close()  # type: ignore[attr-defined]

    assert sum(decoded) < 6


def test_threads_hear_what_one_does(engine: Decoding[SenseVoice]) -> None:
    clips = [clip(sentence, seed=9) for sentence in SENTENCES * 4]
    with ThreadPoolExecutor(4) as pool:
        heard = list(pool.map(lambda one: heard_in(engine, one).text, clips))

    assert heard == list(SENTENCES * 4)


def test_memory_outside_python_does_not_grow_with_the_clips(
    engine: Decoding[SenseVoice],
) -> None:
    clips = [clip(letter, seed=9) for letter in "你好请讲再"]

    def hear(rounds: int) -> None:
        for _ in range(rounds):
            assert len(list(engine.transcribe(clips, Hints()))) == len(clips)

    hear(40)
    gc.collect()
    before = resident()
    hear(100)
    gc.collect()

    assert resident() - before < 8_000_000


def resident() -> int:
    """Bytes of this process in memory; 0 where the system does not tell."""
    said = Path("/proc/self/statm")
    return int(said.read_text().split()[1]) * 4096 if said.exists() else 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"compute": "float16"}, "choose one of auto, int8, float32"),
        ({"device": "cuda:0"}, "cannot use cuda; choose auto or cpu"),
        ({"device": "cuda:1"}, "set CUDA_VISIBLE_DEVICES=1"),
        ({"device": "npu"}, "choose auto, cpu, cuda or coreml"),
        ({"fallback": "gpu"}, "choose one of none, cpu"),
        ({"runtime": "tensorrt"}, "choose one of auto, onnx, torch"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    weights: Path, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        built(weights, **options)


def test_a_model_that_does_not_fit_is_refused_with_the_numbers(
    weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_sherpa, "free_on", lambda _kind, _index: 100_000_000)

    with pytest.raises(OutOfRoom, match=r"needs 0\.4 GB and 0\.1 GB are free"):
        built(weights)


@pytest.mark.parametrize("key", ["lang_yue", "with_itn", "normalize_samples", "vocab_size"])
def test_a_network_without_the_metadata_is_refused(tmp_path: Path, key: str) -> None:
    metadata = {k: v for k, v in tiny_sensevoice_onnx.METADATA.items() if k != key}
    weights = tiny_sensevoice_onnx.write(tmp_path, metadata=metadata)

    with pytest.raises(ModelUnavailable, match=f"its metadata lack '{key}'; fetch a model"):
        built(weights)


def test_a_network_that_writes_no_tags_is_refused(tmp_path: Path) -> None:
    metadata = tiny_sensevoice_onnx.METADATA | {"comment": "FunASR Nano encoder"}
    weights = tiny_sensevoice_onnx.write(tmp_path, metadata=metadata)

    with pytest.raises(ModelUnavailable, match="a part of Fun-ASR-Nano"):
        built(weights)


def test_tokens_of_another_model_are_refused(tmp_path: Path) -> None:
    weights = tiny_sensevoice_onnx.write(tmp_path)
    tiny_sensevoice_onnx.write_tokens(weights / "tokens.txt", ["<unk>", "<s>", "</s>", "你"])

    with pytest.raises(ModelUnavailable, match=r"it lacks the token <\|zh\|>"):
        built(weights)


def test_the_smaller_network_is_taken_and_the_choice_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    weights = tiny_sensevoice_onnx.write(tmp_path, name="model.int8.onnx")
    (weights / "model.onnx").write_bytes(b"never looked at")
    (weights / "model.pt").write_bytes(b"never looked at")
    with caplog.at_level(logging.INFO):
        engine = built(weights, device="auto")

    assert heard_in(engine, clip("你好", seed=9)).text == "你好"
    told = [(r.message, getattr(r, "reason", "")) for r in caplog.records]
    assert ("runtime chosen", "the folder holds model.int8.onnx") in told
    assert ("device chosen", "this build of sherpa-onnx is for processors") in told
