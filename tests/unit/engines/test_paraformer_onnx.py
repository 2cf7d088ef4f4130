"""Paraformer by the real sherpa-onnx, on a tiny network that hears a language of tones."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("sherpa_onnx", reason="needs sherpa-onnx: pip install 'huiting[onnx]'")

import tiny_paraformer_onnx
import tiny_sensevoice_onnx
from engines.tones import RATE, clip, starts
from huiting.core.errors import ModelUnavailable
from huiting.core.ports import Hints, Hotword, Hypothesis
from huiting.core.types import Audio
from huiting.engines import paraformer
from huiting.engines._decoding import Decoding
from huiting.engines.paraformer.onnx import Paraformer

SENTENCES = ("你好", "再见谢谢你", "hi请讲", "讲", "好好请讲再见谢")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Decoding[Paraformer]:
    return built(tiny_paraformer_onnx.write(tmp_path_factory.mktemp("paraformer")))


def built(weights: Path, **options: Any) -> Decoding[Paraformer]:  # noqa: ANN401
    made = paraformer.build(weights=weights, **{"device": "cpu", "threads": 1, **options})
    assert isinstance(made, Decoding)
    assert isinstance(made.decoder, Paraformer)
    return made


def heard_in(engine: Decoding[Paraformer], one: Audio, hints: Hints | None = None) -> Hypothesis:
    (heard,) = engine.transcribe([one], hints or Hints())
    return heard


@pytest.mark.parametrize("batch", [1.0, 1000.0])
def test_what_is_said_is_written_in_the_order_of_the_clips(tmp_path: Path, batch: float) -> None:
    engine = built(tiny_paraformer_onnx.write(tmp_path), batch=batch)
    heard = engine.transcribe([clip(sentence, seed=9) for sentence in SENTENCES], Hints())

    assert [h.text for h in heard] == list(SENTENCES)


def test_words_begin_when_they_sound(engine: Decoding[Paraformer]) -> None:
    heard = heard_in(engine, clip("请hi讲", seed=9))

    assert [w.text for w in heard.words] == ["请", "hi", "讲"]
    assert [w.span.start for w in heard.words] == pytest.approx(
        [starts("请hi讲")[i] for i in (0, 1, 3)], abs=0.06
    )
    assert (heard.confidence, heard.words[0].confidence) == (None, None)


def test_a_network_without_a_head_for_times_gives_none(tmp_path: Path) -> None:
    heard = heard_in(built(tiny_paraformer_onnx.write(tmp_path, times=False)), clip("你好", seed=9))

    assert (heard.text, heard.words) == ("你好", ())


def test_it_knows_mandarin(engine: Decoding[Paraformer]) -> None:
    clips = [clip("你", seed=9), clip("", seed=9)]

    assert list(engine.languages(clips)) == [{"zh": 1.0}] * 2
    assert heard_in(engine, clips[0]).language == "zh"


def test_hotwords_are_left_to_the_text(engine: Decoding[Paraformer]) -> None:
    one = clip("你好", seed=9)

    assert heard_in(engine, one, Hints("zh", (Hotword("你号"),))) == heard_in(engine, one)


@pytest.mark.parametrize("fails", [False, True], ids=["writes nothing", "fails"])
def test_silence_is_no_error_whatever_the_network_does(tmp_path: Path, *, fails: bool) -> None:
    engine = built(tiny_paraformer_onnx.write(tmp_path, fails_in_silence=fails), batch=1000.0)
    silent = Audio(np.zeros(RATE, np.float32), RATE)
    alone = [h.gate for h in engine.transcribe([silent] * 2, Hints())]
    beside = [h.text for h in engine.transcribe([silent, clip("你好", seed=9)], Hints())]

    assert alone == ["empty", "empty"]
    assert beside == ["", "你好"]


@pytest.mark.parametrize("key", ["lfr_window_size", "neg_mean", "inv_stddev", "vocab_size"])
def test_a_network_without_the_metadata_is_refused(tmp_path: Path, key: str) -> None:
    metadata = {k: v for k, v in tiny_paraformer_onnx.METADATA.items() if k != key}

    with pytest.raises(ModelUnavailable, match=f"its metadata lack '{key}'"):
        built(tiny_paraformer_onnx.write(tmp_path, metadata=metadata))


def test_a_network_of_another_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="it takes 4 inputs, not 2"):
        built(tiny_sensevoice_onnx.write(tmp_path))
