"""Streaming Paraformer by the real sherpa-onnx, on a tiny network that hears tones."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("sherpa_onnx", reason="needs sherpa-onnx: pip install 'huiting[onnx]'")

import onnx

import tiny_online
from engines.tones import RATE, clip, sound
from huiting.core.errors import ModelUnavailable
from huiting.core.ports import Hints, StreamingRecognizer
from huiting.engines import paraformer_streaming
from huiting.engines.online.streaming import Online

SENTENCES = ("你好", "再见谢谢你", "hi请讲", "讲", "好好请讲再见谢")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Online:
    return built(tiny_online.write_paraformer(tmp_path_factory.mktemp("paraformer")))


def built(weights: Path) -> Online:
    return paraformer_streaming.build(weights=weights, device="cpu", threads=1)


def test_what_is_said_is_written_without_times_and_confidence(engine: Online) -> None:
    heard = list(engine.transcribe([clip(said, seed=9) for said in SENTENCES], Hints()))

    assert [h.text for h in heard] == list(SENTENCES)
    assert {(h.words, h.confidence, h.language) for h in heard} == {((), None, "zh")}
    assert list(engine.languages([clip("hi")])) == [{"zh": 1.0}]


@pytest.mark.parametrize("size", [77, 1_600, 9_600, 60_000])
def test_the_text_does_not_depend_on_how_the_sound_is_cut(engine: Online, size: int) -> None:
    samples = sound("你好请讲再见hi谢谢")
    stream = engine.stream(Hints())
    partials = [stream.feed(samples[at : at + size]) for at in range(0, len(samples), size)]
    final = stream.finish()

    assert final.text == "你好请讲再见hi谢谢"
    assert all(b.text.startswith(a.text) for a, b in pairwise([*partials, final]))


def test_streams_do_not_mix(engine: Online) -> None:
    said = ("你好请讲", "再见谢谢")
    streams = [engine.stream(Hints()) for _ in said]
    for at in range(0, 3 * RATE, 4_000):
        for stream, one in zip(streams, said, strict=True):
            stream.feed(sound(one)[at : at + 4_000])

    assert [stream.finish().text for stream in streams] == list(said)


def test_a_stream_of_nothing_hears_nothing(engine: Online) -> None:
    stream = engine.stream(Hints())

    assert stream.feed(np.zeros(0, np.float32)).gate == "empty"
    assert stream.finish().gate == "empty"


def test_it_streams(engine: Online) -> None:
    assert isinstance(engine, StreamingRecognizer)
    assert paraformer_streaming.STREAMING


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"neg_mean": "1,2"}, "lack 'neg_mean'", id="no normalization"),
        pytest.param({"vocab_size": ""}, "lack 'vocab_size'", id="no size"),
        pytest.param({"decoder_kernel_size": "0"}, "lack 'decoder_kernel_size'", id="no kernel"),
        pytest.param({"decoder_num_blocks": "2"}, "takes 5 inputs, not 6", id="more blocks"),
    ],
)
def test_a_network_that_would_end_the_process_is_refused(
    tmp_path: Path, changes: dict[str, str], reason: str
) -> None:
    said = tiny_online.PARAFORMER_METADATA | changes
    with pytest.raises(ModelUnavailable, match=reason):
        built(tiny_online.write_paraformer(tmp_path, metadata=said))


def test_frames_that_do_not_fit_into_a_piece_are_refused(tmp_path: Path) -> None:
    many = ",".join(["1"] * 80 * 62)
    said = {"lfr_window_size": "62", "neg_mean": many, "inv_stddev": many}
    with pytest.raises(ModelUnavailable, match="takes no frames at a time"):
        built(
            tiny_online.write_paraformer(tmp_path, metadata=tiny_online.PARAFORMER_METADATA | said)
        )


def test_an_encoder_that_tells_too_little_is_refused(tmp_path: Path) -> None:
    path = tiny_online.write_paraformer(tmp_path) / "encoder.onnx"
    made = onnx.load(path)
    made.graph.output.pop()
    onnx.save(made, path)

    with pytest.raises(ModelUnavailable, match="gives 2 outputs, not 3"):
        built(tmp_path)


def test_a_folder_without_an_encoder_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"encoder\.onnx: no such file"):
        built(tmp_path)
