"""SenseVoice by FunASR on a tiny model that was taught a language of tones."""

import logging
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("funasr", reason="needs funasr: ./dev test engines")

import torch

from engines.tones import RATE, clip, starts
from huiting.core.errors import ConfigError, EngineError, ModelUnavailable
from huiting.core.ports import Hints
from huiting.core.types import Audio, EmotionLabel, EmotionSource, EventLabel, Span
from huiting.engines import _funasr, sensevoice
from huiting.engines._decoding import Decoding
from huiting.engines.device import OutOfRoom
from huiting.engines.sensevoice.torch import SenseVoice

SENTENCES = ("你好", "再见谢谢你", "hi请讲", "讲", "好好请讲再见谢")


@pytest.fixture(scope="module")
def engine(sensevoice_weights: Path) -> Decoding[SenseVoice]:
    return built(sensevoice_weights)


def built(weights: Path, **options: Any) -> Decoding[SenseVoice]:  # noqa: ANN401
    made = sensevoice.build(weights=weights, **{"device": "cpu", **options})
    assert isinstance(made, Decoding)
    assert isinstance(made.decoder, SenseVoice)
    return made


def texts(engine: Decoding[SenseVoice], clips: Sequence[Audio]) -> list[str]:
    return [h.text for h in engine.transcribe(clips, Hints())]


def test_what_is_said_is_written_in_the_order_of_the_clips(engine: Decoding[SenseVoice]) -> None:
    assert texts(engine, [clip(s, seed=9) for s in SENTENCES]) == list(SENTENCES)


@pytest.mark.parametrize("batch", [1.0, 5.0, 1000.0])
def test_a_batch_hears_what_a_single_clip_does(sensevoice_weights: Path, batch: float) -> None:
    clips = [clip(s, seed=9) for s in SENTENCES]
    together = list(built(sensevoice_weights, batch=batch).transcribe(clips, Hints()))

    for one, heard in zip(clips, together, strict=True):
        (alone,) = built(sensevoice_weights).transcribe([one], Hints())
        assert heard.text == alone.text
        assert heard.confidence == pytest.approx(alone.confidence, abs=1e-4)
        assert [w.span for w in heard.words] == [w.span for w in alone.words]


def test_words_begin_when_they_sound(engine: Decoding[SenseVoice]) -> None:
    (heard,) = engine.transcribe([clip("请讲再见", seed=9)], Hints())

    assert [w.text for w in heard.words] == list("请讲再见")
    assert [w.span.start for w in heard.words] == pytest.approx(starts("请讲再见"), abs=0.06)


def test_letters_of_a_word_are_one_word(engine: Decoding[SenseVoice]) -> None:
    (heard,) = engine.transcribe([clip("你hi好", seed=9)], Hints())

    assert [w.text for w in heard.words] == ["你", "hi", "好"]


@pytest.mark.parametrize(("hum", "label"), [("ANGRY", "ANGRY"), ("SAD", "SAD"), ("", "NEUTRAL")])
def test_emotion_is_the_tag_and_its_score_a_softmax_over_the_tags(
    engine: Decoding[SenseVoice], hum: str, label: str
) -> None:
    (heard,) = engine.transcribe([clip("你好请讲", hum=hum, seed=9)], Hints())

    assert heard.emotion is not None
    assert heard.emotion.label == label
    assert heard.emotion.sources == (EmotionSource.ENGINE,)
    assert sum(heard.emotion.odds.values()) == pytest.approx(1)
    assert heard.emotion.score == max(heard.emotion.odds.values())
    assert EmotionLabel.UNKNOWN in heard.emotion.odds


def test_a_sound_is_an_event_of_the_whole_clip(engine: Decoding[SenseVoice]) -> None:
    one = clip("你好", hum="BGM", seed=9)
    (heard,) = engine.transcribe([one], Hints())
    (event,) = heard.events

    assert (event.label, event.span) == (EventLabel.MUSIC_UNDER_SPEECH, Span(0, one.duration))
    assert event.score == pytest.approx(1, abs=0.1)


def test_silence_is_told(engine: Decoding[SenseVoice]) -> None:
    (heard,) = engine.transcribe([clip("", seed=9)], Hints())

    assert (heard.text, heard.gate, heard.emotion) == ("", "no-speech", None)


@pytest.mark.parametrize("language", ["zh", "yue", "en", "ja", "ko"])
def test_the_language_given_is_asked_for(engine: Decoding[SenseVoice], language: str) -> None:
    (heard,) = engine.transcribe([clip("你好", seed=9)], Hints(language))

    assert heard.language == language


def test_language_is_detected_among_those_allowed(sensevoice_weights: Path) -> None:
    (all_odds,) = built(sensevoice_weights).languages([clip("你好请", seed=9)])
    (few,) = built(sensevoice_weights, languages=("en", "ja", "fr")).languages([clip("你", seed=9)])

    assert max(all_odds, key=lambda code: all_odds[code]) == "zh"
    assert set(few) == {"en", "ja"}
    assert sum(few.values()) == pytest.approx(1)


def test_a_language_nobody_taught_it_is_an_error(engine: Decoding[SenseVoice]) -> None:
    with pytest.raises(EngineError, match="does not know the language 'fr'"):
        list(engine.transcribe([clip("你")], Hints("fr")))


@pytest.mark.parametrize("itn", [True, False])
def test_our_reading_is_that_of_the_runtime(sensevoice_weights: Path, *, itn: bool) -> None:
    loaded = _funasr.load(sensevoice_weights, "cpu", 1)
    engine = built(sensevoice_weights, itn=itn)
    one = clip("再见hi你", hum="SAD", seed=9)
    (raw,), _ = loaded.model.inference(
        [one.samples], key=["x"], tokenizer=loaded.tokenizer, frontend=loaded.frontend,
        device="cpu", language="auto", use_itn=itn,
    )  # fmt: skip
    rows, lengths = engine.decoder._run([one], None, None)

    assert engine.decoder._read(rows[0][: lengths[0]]).raw == raw["text"].replace(" ", "")
    assert ("<|withitn|>" in raw["text"]) is itn


def test_a_clip_longer_than_it_was_trained_on_is_heard_in_parts(
    engine: Decoding[SenseVoice],
) -> None:
    part = clip("再见谢谢你", seed=9).samples
    gap = np.random.default_rng(9).normal(0, 1e-3, RATE * 15 - len(part)).astype(np.float32)
    long = Audio(np.concatenate([part, gap] * 3), RATE)
    (heard,) = engine.transcribe([long], Hints())

    assert heard.text.replace(" ", "") == "再见谢谢你" * 3
    assert [w.span.start for w in heard.words if w.text == "再"] == pytest.approx(
        [0.18, 15.18, 30.18], abs=0.1
    )


def test_the_same_sound_is_heard_the_same(engine: Decoding[SenseVoice]) -> None:
    one = [clip("你好", seed=9)]
    first, second = (next(iter(engine.transcribe(one, Hints()))) for _ in range(2))

    assert first == second


def test_hypotheses_come_before_all_is_decoded(
    engine: Decoding[SenseVoice], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huiting.engines._batching.STRETCH", 3.0)
    decoded: list[int] = []
    real = engine.decoder.decode

    def counting(few: Sequence[Audio], hints: Hints) -> Any:  # noqa: ANN401
        decoded.append(len(few))
        return real(few, hints)

    monkeypatch.setattr(engine.decoder, "decode", counting)
    asked = engine.transcribe([clip("你好请讲", seed=9)] * 6, Hints())
    next(asked)
    asked.close()  # type: ignore[attr-defined]

    assert sum(decoded) < 6


@pytest.mark.parametrize("compute", ["float32", "bfloat16"])
def test_number_formats_of_torch_are_taken(sensevoice_weights: Path, compute: str) -> None:
    engine = built(sensevoice_weights, compute=compute)

    assert texts(engine, [clip("你好请讲", seed=9)]) == ["你好请讲"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"compute": "int4"}, "choose one of float32, float16, bfloat16"),
        ({"device": "cuda:9"}, "choose auto or cpu"),
        ({"device": "tpu"}, "choose auto or cpu"),
        ({"fallback": "gpu"}, "choose one of none, cpu"),
        ({"runtime": "tensorrt"}, "choose one of auto, onnx, torch"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    sensevoice_weights: Path, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        built(sensevoice_weights, **options)


def test_a_checkpoint_that_lacks_weights_is_refused(
    sensevoice_weights: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "lacking"
    shutil.copytree(sensevoice_weights, folder)
    state = torch.load(folder / "model.pt")
    del state["ctc.ctc_lo.weight"]
    torch.save(state, folder / "model.pt")

    with pytest.raises(ModelUnavailable, match=r"1 weights are missing, such as ctc\.ctc_lo\.w"):
        built(folder)


@pytest.mark.parametrize("name", ["model.pt", "config.yaml"])
def test_a_folder_without_its_files_is_refused(
    sensevoice_weights: Path, tmp_path: Path, name: str
) -> None:
    folder = tmp_path / "part"
    shutil.copytree(sensevoice_weights, folder)
    (folder / name).unlink()

    with pytest.raises(ModelUnavailable, match=f"{name}: no such file"):
        built(folder, runtime="torch")


def test_files_that_are_no_model_are_refused(sensevoice_weights: Path, tmp_path: Path) -> None:
    folder = tmp_path / "damaged"
    shutil.copytree(sensevoice_weights, folder)
    (folder / "model.pt").write_bytes(b"no model")

    with pytest.raises(ModelUnavailable, match="fetch the model anew"):
        built(folder)


def test_loading_leaves_logging_as_it_was(sensevoice_weights: Path) -> None:
    root = logging.getLogger()
    before = (list(root.handlers), root.level)
    built(sensevoice_weights)

    assert (root.handlers, root.level) == before


def test_a_batch_that_is_too_much_is_halved(
    sensevoice_weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = built(sensevoice_weights, batch=1000.0)
    encoder = engine.decoder._loaded.model.encoder
    real, given = encoder.forward, []

    def cramped(speech: Any, lengths: Any) -> Any:  # noqa: ANN401
        given.append(len(speech))
        if len(speech) > 2:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
        return real(speech, lengths)

    monkeypatch.setattr(encoder, "forward", cramped)
    assert texts(engine, [clip(s, seed=9) for s in SENTENCES]) == list(SENTENCES)
    assert given[0] == 5
    assert max(given[1:]) <= 3


def test_what_has_no_room_alone_goes_to_the_fallback_and_says_so(
    sensevoice_weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = built(sensevoice_weights)
    other = built(sensevoice_weights)
    other._mark = "cpu"
    engine.spare = lambda: other

    def full(*_: Any) -> Any:  # noqa: ANN401
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(engine.decoder._loaded.model.encoder, "forward", full)
    heard = list(engine.transcribe([clip("你好", seed=9)], Hints()))
    assert [(h.text, h.fallback) for h in heard] == [("你好", "cpu")]
    assert len(list(engine.languages([clip("你好", seed=9)]))) == 1


def test_a_model_that_does_not_fit_is_refused_or_falls_back(
    sensevoice_weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_funasr, "chosen", _only_the_processor)
    with pytest.raises(OutOfRoom, match="2 GB and 1 GB"):
        built(sensevoice_weights, device="cuda:0")

    engine = built(sensevoice_weights, device="cuda:0", fallback="cpu")
    (heard,) = engine.transcribe([clip("你好", seed=9)], Hints())
    assert heard.fallback == "cpu"


def _only_the_processor(device: str, _need: int) -> str:
    if device != "cpu":
        raise OutOfRoom(f"device {device}", "the model needs 2 GB and 1 GB are free", "stop")
    return device
