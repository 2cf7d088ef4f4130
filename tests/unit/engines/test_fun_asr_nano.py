"""Fun-ASR-Nano by the real sherpa-onnx, on a made-up network that tells pitches apart."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("sherpa_onnx")

import tiny_prompted
from huiting.core.errors import ConfigError, EngineError, ModelUnavailable
from huiting.core.plugins import make, parameters
from huiting.core.ports import Hints, Hotword, Recognizer
from huiting.core.types import Audio
from huiting.engines import fun_asr_mlt_nano, fun_asr_nano
from huiting.engines._prompted_files import beside, recent
from huiting.engines.fun_asr_nano import onnx
from huiting.engines.fun_asr_nano._languages import DETECTED, NAMES
from huiting.engines.fun_asr_nano._options import Options
from tiny_prompted import PITCHES, tone

RATE = 16_000
WORDS = tuple(Hotword(text) for text in ("Xin", "Xia", "Xue"))
OTHERS = (Hotword("鑫诚宝"),)
SPOKEN, LISTED, LOOPING = 0, 2, 3
"""Pitches: answered with a sentence, with the words it was told, without end."""


def at(pitch: int, seconds: float = 2.0) -> Audio:
    return Audio(tone(PITCHES[pitch], seconds), RATE)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_prompted.write_nano(tmp_path_factory.mktemp("nano"))


@pytest.fixture(scope="module")
def engine(weights: Path) -> Recognizer:
    """Return the engine, to which everything is speech: tones are none to a voice detector."""
    options = Options(weights, "nano", 1, itn=True, languages=())
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


def test_hotwords_reach_the_model(engine: Recognizer) -> None:
    assert said(engine, at(SPOKEN), Hints("zh")) == "您好请讲"
    assert said(engine, at(SPOKEN), Hints("zh", WORDS)) == "您好Xin宝请讲"
    assert said(engine, at(SPOKEN), Hints("zh", OTHERS)) == "您好请讲"


def test_hotwords_of_one_call_do_not_stay_for_the_next(engine: Recognizer) -> None:
    before = said(engine, at(SPOKEN), Hints("zh", WORDS))
    after = said(engine, at(SPOKEN), Hints("zh"))

    assert (before, after) == ("您好Xin宝请讲", "您好请讲")


def test_hotwords_are_not_told_where_silero_hears_nobody(weights: Path) -> None:
    guarded = fun_asr_nano.build(weights=weights, device="cpu", threads=1)

    assert said(guarded, at(SPOKEN), Hints("zh", WORDS)) == "您好请讲"


def test_a_list_of_hotwords_in_the_text_is_not_believed(engine: Recognizer) -> None:
    assert said(engine, at(LISTED), Hints("zh", WORDS)) == "我想查账单"


def test_the_language_reaches_the_model(engine: Recognizer) -> None:
    (heard,) = engine.transcribe([at(SPOKEN)], Hints("en"))

    assert (heard.text, heard.language) == ("Hello there", "en")


def test_without_a_language_the_model_decides_and_does_not_tell(engine: Recognizer) -> None:
    (heard,) = engine.transcribe([at(SPOKEN)], Hints())

    assert (heard.text, heard.language) == ("您好请讲", None)


@pytest.mark.parametrize("code", ["yue", "wuu", "nan", "hak"])
def test_dialects_are_asked_for_as_chinese(engine: Recognizer, code: str) -> None:
    (heard,) = engine.transcribe([at(SPOKEN)], Hints(code))

    assert (heard.text, heard.language) == ("您好请讲", code)


def test_a_language_of_the_other_checkpoint_is_refused(engine: Recognizer, weights: Path) -> None:
    other = fun_asr_mlt_nano.build(weights=weights, device="cpu")

    assert said(other, at(SPOKEN), Hints("ko")) == "您好请讲"
    with pytest.raises(EngineError, match="does not know the language 'ko'"):
        list(engine.transcribe([at(SPOKEN)], Hints("ko")))


@pytest.mark.parametrize("seconds", [2.0, 9.0])
def test_an_answer_without_end_is_refused(engine: Recognizer, seconds: float) -> None:
    (heard,) = engine.transcribe([at(LOOPING, seconds)], Hints("zh", WORDS))

    assert (heard.text, heard.gate) == ("", "repetition")


def test_words_have_no_times_although_the_runtime_gives_some(engine: Recognizer) -> None:
    (heard,) = engine.transcribe([at(SPOKEN)], Hints("zh"))

    assert (heard.words, heard.confidence) == ((), None)


def test_a_clip_longer_than_its_memory_is_heard_in_parts(engine: Recognizer) -> None:
    assert said(engine, at(SPOKEN, 30.0), Hints("zh")) == "您好请讲 您好请讲 您好请讲"


def test_a_smaller_memory_means_shorter_parts(tmp_path: Path) -> None:
    small = tiny_prompted.write_nano(tmp_path, capacity=300)
    engine = fun_asr_nano.build(weights=small, device="cpu")

    assert said(engine, at(SPOKEN, 8.0), Hints("zh")) == "您好请讲 您好请讲"


def test_languages_are_told_by_the_script_of_what_is_written(weights: Path) -> None:
    engine = fun_asr_nano.build(weights=weights, device="cpu", languages=("en", "zh"))
    first, silent = engine.languages([at(SPOKEN), Audio(tone(200, 1.0, 0.0), RATE)])

    assert first == {"en": 0.0, "zh": 1.0}
    assert silent == {"en": 0.5, "zh": 0.5}


def test_both_checkpoints_are_found_by_their_names_with_hyphens(weights: Path) -> None:
    for kind in ("fun-asr-nano", "fun-asr-mlt-nano"):
        engine = make("huiting.engines", kind, weights=weights, device="cpu")

        assert said(engine, at(SPOKEN), Hints("zh")) == "您好请讲"
    assert set(parameters("huiting.engines", "fun-asr-nano")) >= {"languages", "threads"}


def test_each_checkpoint_has_the_languages_its_authors_name() -> None:
    assert DETECTED["nano"] == ("zh", "en", "ja")
    assert len(DETECTED["mlt-nano"]) == 31
    assert all(set(DETECTED[kind]) <= set(names) for kind, names in NAMES.items())


@pytest.fixture
def copy(weights: Path, tmp_path: Path) -> Path:
    return shutil.copytree(weights, tmp_path / "copy")


def test_weights_of_another_precision_are_found(copy: Path) -> None:
    for name in ("encoder_adaptor", "llm", "embedding"):
        (copy / f"{name}.int8.onnx").rename(copy / f"{name}.onnx")
    engine = fun_asr_nano.build(weights=copy, device="cpu")

    assert said(engine, at(SPOKEN), Hints("zh")) == "您好请讲"


def test_weights_in_a_file_of_their_own_count_as_files_of_the_model(copy: Path) -> None:
    (copy / "llm.int8.data").write_bytes(b"weights")
    (copy / "embedding.int8.onnx.data").write_bytes(b"weights")
    files = onnx.files_in(copy)

    assert {path.name for path in beside([files.model, files.embedding])} == {
        "llm.int8.onnx",
        "llm.int8.data",
        "embedding.int8.onnx",
        "embedding.int8.onnx.data",
    }


def test_16_bit_weights_are_kept_from_cuda_where_the_runtime_would_end_the_process(
    copy: Path,
) -> None:
    with_metadata(quantization_type="fp16")(copy)
    files = onnx.files_in(copy)
    onnx.check_provider(files, "cpu")

    with pytest.raises(ModelUnavailable, match="does not run 16-bit weights"):
        onnx.check_provider(files, "cuda")


def test_an_older_export_says_otherwise_how_large_its_memory_is(tmp_path: Path) -> None:
    metadata = {"model_type": "kv_delta", "vocab_size": "9", "attention_mask_len": "480"}

    assert onnx.files_in(tiny_prompted.write_nano(tmp_path, metadata=metadata)).memory == 480


@pytest.mark.parametrize("version", ["1.13.4", "1.9"])
def test_a_runtime_that_would_pass_over_hotwords_without_a_word_is_refused(version: str) -> None:
    with pytest.raises(ModelUnavailable, match=f"sherpa-onnx {version}.*install 2.0 or later"):
        recent(ModuleOf(version))


@dataclass(frozen=True)
class ModuleOf:
    """What stands for a package of a version."""

    __version__: str


def test_a_network_that_fails_is_an_error_and_no_silence(tmp_path: Path) -> None:
    engine = fun_asr_nano.build(weights=tiny_prompted.write_nano(tmp_path, width=99), device="cpu")

    with pytest.raises(EngineError, match="1 clips failed"):
        list(engine.transcribe([at(0)], Hints("zh")))


def without(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def empty(name: str) -> Callable[[Path], None]:
    return text(name, "")


def text(name: str, content: str) -> Callable[[Path], None]:
    return lambda folder: void((folder / name).write_text(content, "utf-8"))


def with_metadata(**metadata: str) -> Callable[[Path], None]:
    right = {"model_type": "kv_delta", "vocab_size": "9", "num_layers": "1", "max_total_len": "512"}
    return lambda folder: void(tiny_prompted.write_nano(folder, metadata=right | metadata))


def void(_: object) -> None:
    """Return nothing."""


TOKENIZER = "Qwen3-0.6B/"


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        pytest.param(without("llm.int8.onnx"), "no such file", id="no language model"),
        pytest.param(without(TOKENIZER + "merges.txt"), "no such file", id="no merges"),
        pytest.param(empty(TOKENIZER + "tokenizer.json"), "or empty", id="an empty file"),
        pytest.param(text(TOKENIZER + "vocab.json", "{"), "not JSON", id="half a vocabulary"),
        pytest.param(text(TOKENIZER + "tokenizer.json", "[1]"), "no object", id="a list"),
        pytest.param(text("embedding.int8.onnx", "<html>"), "no ONNX file", id="a page of a proxy"),
        pytest.param(
            lambda folder: shutil.rmtree(folder / TOKENIZER), "no tokenizer", id="no tokenizer"
        ),
        pytest.param(
            lambda folder: void(
                shutil.copy(folder / "embedding.int8.onnx", folder / "llm.int8.onnx")
            ),
            "1 inputs and 1 outputs",
            id="another network under its name",
        ),
        pytest.param(with_metadata(model_type="llm"), "another runtime", id="another export"),
        pytest.param(with_metadata(max_total_len=""), "another runtime", id="no size"),
        pytest.param(with_metadata(num_layers="2"), "another runtime", id="layers that lack"),
        pytest.param(with_metadata(vocab_size="many"), "'vocab_size'", id="no number"),
        pytest.param(with_metadata(max_total_len="200"), "no room for a clip", id="too small"),
    ],
)
def test_files_over_which_the_runtime_would_end_the_process_are_refused(
    copy: Path, spoil: Callable[[Path], None], reason: str
) -> None:
    spoil(copy)

    with pytest.raises(ModelUnavailable, match=reason):
        fun_asr_nano.build(weights=copy, device="cpu")


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="no such folder"):
        fun_asr_nano.build(weights=tmp_path / "none", device="cpu")


def test_a_vocabulary_that_is_no_table_of_tokens_is_refused(copy: Path) -> None:
    (copy / TOKENIZER / "vocab.json").write_text(json.dumps(["a"]))

    with pytest.raises(ModelUnavailable, match="holds no object"):
        fun_asr_nano.build(weights=copy, device="cpu")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        pytest.param(
            {"runtime": "tensorrt"}, "choose one of auto, onnx, torch, vllm", id="runtime"
        ),
        pytest.param({"compute": "float32"}, "number format of the files", id="compute"),
        pytest.param({"checkpoint": "big"}, "no such checkpoint", id="checkpoint"),
        pytest.param({"device": "npu"}, "device", id="device"),
        pytest.param({"fallback": "cuda"}, "fallback", id="fallback"),
    ],
)
def test_options_that_do_not_exist_are_answered_with_those_that_do(
    weights: Path, options: dict[str, Any], reason: str
) -> None:
    usual: dict[str, Any] = {"weights": weights, "device": "cpu"}

    with pytest.raises(ConfigError, match=reason):
        fun_asr_nano.build(**usual | options)
