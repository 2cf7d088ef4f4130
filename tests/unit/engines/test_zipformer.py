"""Streaming transducers and CTC by the real sherpa-onnx, on tiny networks that hear tones."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, pairwise, repeat
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("sherpa_onnx", reason="needs sherpa-onnx: pip install 'huiting[onnx]'")

import onnx

import tiny_online
from engines.tones import RATE, clip, sound, starts
from huiting.core.errors import ConfigError, EngineError, ModelUnavailable
from huiting.core.ports import (
    Hints,
    Hotword,
    Hypothesis,
    RecognitionStream,
    Recognizer,
    StreamingRecognizer,
)
from huiting.engines import zipformer
from huiting.engines._memory import OutOfMemory
from huiting.engines._sherpa import Loaded
from huiting.engines.online.streaming import Manner, Online

SENTENCES = ("你好", "再见谢谢你", "hi请讲", "讲", "好好请讲再见谢")
LONG = "你好请讲再见hi谢谢"
SIZES = (1, 77, 160, 1_600, 5_000, 60_000)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Online:
    return built(tiny_online.write_transducer(tmp_path_factory.mktemp("zipformer"), pieces=True))


def built(weights: Path, **options: Any) -> Online:  # noqa: ANN401
    return zipformer.build(weights=weights, **{"device": "cpu", "threads": 1, **options})


def heard_in(engine: Recognizer, said: str, *words: str) -> Hypothesis:
    hints = Hints(hotwords=tuple(map(Hotword, words)))
    (heard,) = engine.transcribe([clip(said)], hints)
    return heard


def fed(
    stream: RecognitionStream, samples: np.ndarray, sizes: Sequence[int]
) -> list[Hypothesis]:  # fmt: skip
    """Feed samples in pieces of these sizes, again and again; return what is heard after each."""
    found, at = [], 0
    for size in chain.from_iterable(repeat(sizes)):
        if at >= len(samples):
            break
        found.append(stream.feed(samples[at : at + size]))
        at += size
    return found


@pytest.mark.parametrize("kind", tiny_online.STATES)
def test_every_kind_of_encoder_writes_what_is_said(tmp_path: Path, kind: str) -> None:
    engine = built(tiny_online.write_transducer(tmp_path, kind))
    heard = engine.transcribe([clip(sentence, seed=9) for sentence in SENTENCES], Hints())

    assert [h.text.replace(" ", "") for h in heard] == list(SENTENCES)


@pytest.mark.parametrize("paths", [1, 4])
def test_one_path_and_several_write_the_same(tmp_path: Path, paths: int) -> None:
    heard = heard_in(built(tiny_online.write_transducer(tmp_path), paths=paths), LONG)

    assert heard.text == "你好请讲再见 hi谢谢"
    assert heard.confidence is not None
    assert 0.9 < heard.confidence < 1


def test_a_network_with_ctc_is_one_file(tmp_path: Path) -> None:
    heard = heard_in(built(tiny_online.write_ctc(tmp_path)), LONG)

    assert heard.text == "你好请讲再见 hi谢谢"
    assert heard.confidence is None


@pytest.mark.parametrize("size", SIZES)
def test_the_text_does_not_depend_on_how_the_sound_is_cut(engine: Online, size: int) -> None:
    samples = sound(LONG)[: 2 * RATE if size == 1 else None]
    whole, cut = engine.stream(Hints()), engine.stream(Hints())
    whole.feed(samples)
    fed(cut, samples, [size, 640])

    assert cut.finish() == whole.finish()


def test_a_partial_grows_and_lags_little(engine: Online) -> None:
    stream = engine.stream(Hints())
    partials = fed(stream, sound(LONG), [1_600])
    final = stream.finish()

    assert all(b.text.startswith(a.text) for a, b in pairwise([*partials, final]))
    after = [i for i, h in enumerate(partials) if h.text]
    assert after[0] * 0.1 - starts(LONG)[0] < 0.35
    assert final == heard_in(engine, LONG)


def test_streams_do_not_mix(engine: Online) -> None:
    said = ("你好请讲", "再见谢谢")
    streams = [engine.stream(Hints()) for _ in said]
    sounds = [sound(one) for one in said]
    for at in range(0, len(sounds[0]), 1_000):
        for stream, samples in zip(streams, sounds, strict=True):
            stream.feed(samples[at : at + 1_000])

    assert [stream.finish().text for stream in streams] == list(said)


def test_streams_of_several_threads_do_not_mix(engine: Online) -> None:
    def hear(said: str) -> str:
        stream = engine.stream(Hints())
        fed(stream, sound(said), [1_600])
        return stream.finish().text.replace(" ", "")

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(hear, SENTENCES)) == list(SENTENCES)


def test_words_begin_when_they_sound(engine: Online) -> None:
    heard = heard_in(engine, "请hi讲")

    assert [w.text for w in heard.words] == ["请", "hi", "讲"]
    assert [w.span.start for w in heard.words] == pytest.approx(
        [starts("请hi讲")[i] for i in (0, 1, 3)], abs=0.06
    )
    assert all(w.confidence and 0 < w.confidence < 1 for w in heard.words)


def test_a_hotword_decides_between_what_sounds_alike(engine: Online) -> None:
    assert heard_in(engine, "你请讲").text == "你请讲"
    assert heard_in(engine, "你请讲", "清讲").text == "你清讲"
    assert heard_in(engine, "你请讲").text == "你请讲"


@pytest.mark.parametrize("word", ["x", "清/讲", "清:2", "#清", "@", "", "h1", "清😀"])
def test_a_hotword_that_cannot_be_written_is_left_out(engine: Online, word: str) -> None:
    assert heard_in(engine, "你请讲", word, "好 hi").text == "你请讲"


def test_with_one_path_hotwords_are_left_to_the_text(tmp_path: Path) -> None:
    engine = built(tiny_online.write_transducer(tmp_path), paths=1)

    assert heard_in(engine, "你请讲", "清讲").text == "你请讲"


def test_a_stream_that_ended_says_the_same_again_and_takes_no_more(engine: Online) -> None:
    stream = engine.stream(Hints())
    stream.feed(sound("你好"))
    final = stream.finish()

    assert stream.finish() is final
    with pytest.raises(ValueError, match="after the end"):
        stream.feed(sound("你好"))


def test_a_stream_of_nothing_hears_nothing(engine: Online) -> None:
    stream = engine.stream(Hints())

    assert stream.feed(np.zeros(0, np.float32)).gate == "empty"
    assert stream.finish().gate == "empty"


def test_the_language_is_that_of_the_script(engine: Online) -> None:
    assert [max(o, key=o.__getitem__) for o in engine.languages([clip("你好"), clip("hi")])] == [
        "zh",
        "en",
    ]
    assert heard_in(engine, "hi").language == "en"


def test_a_model_is_not_asked_for_languages_that_it_cannot_write(tmp_path: Path) -> None:
    engine = built(tiny_online.write_transducer(tmp_path), languages=("ja", "zh", "ko"))

    assert list(engine.languages([clip("hi")])) == [{"zh": 1.0}]


def test_it_streams(engine: Online) -> None:
    assert isinstance(engine, StreamingRecognizer)
    assert zipformer.STREAMING
    assert engine.device == "cpu"


def test_int8_is_taken_first_but_for_the_decoder(tmp_path: Path) -> None:
    tiny_online.write_transducer(tmp_path, suffix=".int8")
    (tmp_path / "encoder-epoch-99.onnx").write_bytes(b"a larger one")
    (tmp_path / "decoder-epoch-99.int8.onnx").write_bytes(b"broken")
    (tmp_path / "decoder.int8.onnx").rename(tmp_path / "decoder.onnx")

    assert heard_in(built(tmp_path), "你好").text == "你好"
    with pytest.raises(ModelUnavailable, match=r"joiner\.onnx: no such file"):
        built(tmp_path, compute="float32")


def test_several_files_of_a_part_are_refused(tmp_path: Path) -> None:
    tiny_online.write_transducer(tmp_path)
    (tmp_path / "encoder-chunk-16.onnx").write_bytes(b"")

    with pytest.raises(ModelUnavailable, match=r"encoder-chunk-16\.onnx, encoder\.onnx"):
        built(tmp_path)


def metadata(kind: str, **changes: str | None) -> dict[str, str]:
    usual = {"model_type": kind, "T": "20", "decode_chunk_len": "16", **tiny_online.METADATA[kind]}
    return {name: value for name, value in (usual | changes).items() if value is not None}


@pytest.mark.parametrize(
    ("kind", "changes", "reason"),
    [
        pytest.param("lstm", {"model_type": "nemo"}, "of the kind 'nemo'", id="an unknown kind"),
        pytest.param("lstm", {"model_type": None}, "of the kind ''", id="no kind"),
        pytest.param("lstm", {"d_model": None}, "lack 'd_model'", id="a number is missing"),
        pytest.param("lstm", {"T": "much"}, "lack 'T'", id="no number"),
        pytest.param(
            "lstm", {"decode_chunk_len": "0"}, "lack 'decode_chunk_len'", id="it would never end"
        ),
        pytest.param(
            "zipformer", {"encoder_dims": None}, "lack 'encoder_dims'", id="a list is missing"
        ),
        pytest.param(
            "zipformer", {"encoder_dims": "1,1"}, "differ in length", id="lists do not fit"
        ),
        pytest.param(
            "zipformer2", {"num_encoder_layers": "2"}, "takes 9 inputs, not 15", id="more caches"
        ),
    ],
)
def test_an_encoder_that_would_end_the_process_is_refused(
    tmp_path: Path, kind: str, changes: dict[str, str | None], reason: str
) -> None:
    tiny_online.write_transducer(tmp_path, kind, metadata=metadata(kind, **changes))

    with pytest.raises(ModelUnavailable, match=reason):
        built(tmp_path)


def test_an_encoder_that_gives_a_cache_less_is_refused(tmp_path: Path) -> None:
    path = tiny_online.write_transducer(tmp_path, "lstm") / "encoder.onnx"
    made = onnx.load(path)
    made.graph.output.pop()
    onnx.save(made, path)

    with pytest.raises(ModelUnavailable, match="gives 2 outputs, not 3"):
        built(tmp_path)


def test_parts_of_another_model_are_refused(tmp_path: Path) -> None:
    tiny_online.write_transducer(tmp_path)
    joiner = tmp_path / "joiner.onnx"
    joiner.write_bytes((tmp_path / "decoder.onnx").read_bytes())
    with pytest.raises(ModelUnavailable, match="takes 1 inputs, not 2"):
        built(tmp_path)

    joiner.unlink()
    with pytest.raises(ModelUnavailable, match=r"joiner\.onnx: no such file"):
        built(tmp_path)


def test_tokens_that_do_not_reach_are_refused(tmp_path: Path) -> None:
    tiny_online.write_transducer(tmp_path)
    tokens = tmp_path / "tokens.txt"
    tokens.write_text("".join(tokens.read_text("utf-8").splitlines(keepends=True)[:-1]), "utf-8")

    with pytest.raises(ModelUnavailable, match="lacks the token of number 14"):
        built(tmp_path)


def test_an_empty_folder_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"encoder\.onnx: no such file"):
        built(tmp_path)


@pytest.mark.parametrize(
    "options", [{"paths": 0}, {"compute": "float16"}, {"device": "tpu"}], ids=str
)
def test_options_that_make_no_sense_are_refused(tmp_path: Path, options: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        built(tiny_online.write_transducer(tmp_path), **options)


def test_a_network_that_fails_is_an_error(tmp_path: Path) -> None:
    changed = metadata("zipformer", attention_dims="8")  # caches of another size than the graph's
    engine = built(tiny_online.write_transducer(tmp_path, metadata=changed))

    with pytest.raises(EngineError, match="zipformer: a stream failed"):
        heard_in(engine, "你好")


class Broken:
    """A recognizer of sherpa-onnx that has no room for a stream."""

    def create_stream(self) -> None:
        """Fail."""
        raise RuntimeError("std::bad_alloc")


def test_a_stream_that_cannot_be_made_is_an_error() -> None:
    def read(_result: object, _duration: float) -> Hypothesis:
        return Hypothesis("")

    engine = Online(Loaded("broken", Broken(), "cpu"), Manner(0.1, read, lambda _: "", ("zh",)))
    with pytest.raises(OutOfMemory, match="bad_alloc"):
        engine.stream(Hints())
