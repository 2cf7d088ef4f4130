"""Qwen3-ASR apart, by protocol: a stand-in for the package qwen-asr, in an environment of its own.

The real package is run by tests/qwen; vLLM was not.
"""

import json
import sys
import sysconfig
import venv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from huiting.core.errors import ConfigError, EngineError, ModelUnavailable
from huiting.core.ports import Hints, Hotword, Hypothesis, Recognizer
from huiting.core.types import Audio
from huiting.engines import _cuda, _placing, qwen3_asr
from huiting.engines._cuda import Gpu
from huiting.engines._decoding import Decoding
from huiting.engines._memory import OutOfMemory
from huiting.engines.device import OutOfRoom
from huiting.engines.qwen3_asr import package

STAND_IN = Path(__file__).parents[2] / "qwen_stand_in"
CARDS = (Gpu(0, "small", 8_000_000_000), Gpu(1, "large", 80_000_000_000))


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the interpreter of an environment that has numpy and the stand-in."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, symlinks=True)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    paths = f"{STAND_IN}\n{sysconfig.get_path('purelib')}\n"
    (folder / "lib" / version / "site-packages" / "stand_in.pth").write_text(paths, "utf-8")
    return folder / "bin" / "python"


def write(folder: Path, **said: object) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(json.dumps(said), "utf-8")
    (folder / "model.safetensors").write_bytes(bytes(1000))
    return folder


def options(python: Path, folder: Path, **more: Any) -> package.Options:  # noqa: ANN401
    return package.Options(
        folder, python, more.pop("runtime", "transformers"), 1, ("zh", "en"), **more
    )


def built(made: package.Options, device: str = "cpu", **more: Any) -> Recognizer:  # noqa: ANN401
    return package.build(
        made, device=device, fallback=more.pop("fallback", "none"), speaks=lambda _: True, **more
    )


def noise(seconds: float) -> Audio:
    samples = np.random.default_rng(0).normal(0, 0.1, round(seconds * 16_000))
    return Audio(samples.astype(np.float32), 16_000)


def heard(
    engine: Recognizer, clips: Sequence[Audio], language: str | None = "en", *words: str
) -> list[Hypothesis]:
    return list(engine.transcribe(clips, Hints(language, tuple(map(Hotword, words)))))


def loaded(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "loaded.json").read_text("utf-8"))
    return found


@pytest.fixture
def cards(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this machine have two CUDA devices, the second with more room."""
    monkeypatch.setattr(_cuda, "gpus", lambda _driver: CARDS)
    monkeypatch.setattr(_placing, "free_on", lambda _kind, index: CARDS[index].total)


def test_what_the_package_is_told(python: Path, tmp_path: Path) -> None:
    folder = write(tmp_path / "asr")
    heard(built(options(python, folder)), [noise(1)])

    assert loaded(folder) == {
        "backend": "transformers",
        "dtype": "float32",
        "device_map": "cpu",
        "local_files_only": True,
        "max_inference_batch_size": -1,
        "max_new_tokens": 502,
        "CUDA_VISIBLE_DEVICES": None,
        "HF_HUB_OFFLINE": "1",
        "VLLM_WORKER_MULTIPROCESSING_METHOD": "spawn",
    }


@pytest.mark.usefixtures("cards")
def test_what_vllm_is_told(python: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "4,7")
    folder, aligner = write(tmp_path / "asr"), write(tmp_path / "aligner")
    made = options(python, folder, runtime="vllm", aligner=aligner, vllm={"max_model_len": 8192})
    (found,) = heard(built(made, "auto"), [noise(2)])
    told = loaded(folder)

    assert found.text == "32000 samples"
    assert (told["backend"], told["dtype"], told["max_model_len"]) == ("vllm", "bfloat16", 8192)
    assert told["gpu_memory_utilization"] == 0.7
    assert told["CUDA_VISIBLE_DEVICES"] == "7"  # the second of those that can be seen
    assert told["forced_aligner"] == str(aligner)
    assert told["forced_aligner_kwargs"] == {"dtype": "bfloat16", "device_map": "cuda:0"}


def test_context_languages_and_the_bound_reach_the_model(python: Path, tmp_path: Path) -> None:
    folder = write(tmp_path / "asr", text="we talk of {context} in {language}: {facts}")
    found = heard(built(options(python, folder)), [noise(6)], "wuu", "annuity", "dividend")

    assert found[0].text == "we talk of annuity,dividend in Chinese: 1 clips, 82 tokens"
    assert found[0].language == "wuu"


def test_clips_are_written_down_together_and_short_ones_filled_up(
    python: Path, tmp_path: Path
) -> None:
    folder = write(tmp_path / "asr", text="{samples}, {count}")
    found = heard(built(options(python, folder)), [noise(3), noise(0.2), noise(2)])

    assert [h.text for h in found] == ["48000, 3", "8000, 3", "32000, 3"]


def test_a_version_that_tells_less_is_asked_as_documented(
    python: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QWEN_STAND_IN_PUBLIC", "1")
    engine = built(options(python, write(tmp_path / "asr")))

    assert [(h.text, h.language) for h in heard(engine, [noise(1)], None)] == [
        ("16000 samples", "en")
    ]
    assert heard(engine, [noise(1)], "zh")[0].text == "16000 samples"


@pytest.mark.parametrize("text", ["round " * 30, "a" * 100], ids=["a loop", "too much"])
def test_what_goes_in_circles_is_not_believed(python: Path, tmp_path: Path, text: str) -> None:
    engine = built(options(python, write(tmp_path / "asr", text=text)))

    assert heard(engine, [noise(2)])[0].gate in {"repetition", "too-fast"}


def test_batches_are_halved_when_memory_runs_out(python: Path, tmp_path: Path) -> None:
    folder = write(tmp_path / "asr", room=2, text="{facts}")
    found = heard(built(options(python, folder)), [noise(1)] * 4)

    assert [h.text.partition(",")[0] for h in found] == ["2 clips"] * 4


def test_a_clip_without_room_is_an_error_without_a_fallback(python: Path, tmp_path: Path) -> None:
    engine = built(options(python, write(tmp_path / "asr", room=0)))
    with pytest.raises(OutOfMemory, match=r"CUDA out of memory\. Tried to allocate"):
        heard(engine, [noise(1)])


@pytest.mark.usefixtures("cards")
def test_vllm_falls_back_to_transformers_on_the_processor(python: Path, tmp_path: Path) -> None:
    folder = write(tmp_path / "asr", refuses="No available memory for the cache blocks")
    made = options(python, folder, runtime="vllm")
    with pytest.raises(OutOfRoom, match="No available memory"):
        built(made, "cuda:1")
    with pytest.raises(OutOfRoom):
        built(made, "cuda:1", fallback="cpu")

    assert loaded(folder)["backend"] == "transformers"


def test_words_have_the_times_of_the_aligner_in_languages_it_knows(
    python: Path, tmp_path: Path
) -> None:
    asr = write(tmp_path / "asr", text="one two three")
    engine = built(options(python, asr, aligner=write(tmp_path / "aligner")))
    english, dutch = (heard(engine, [noise(2)], code)[0] for code in ("en", "nl"))

    assert [(w.text, round(w.span.start, 3), round(w.span.end, 3)) for w in english.words] == [
        ("one", 0.0, 0.2),
        ("two", 0.4, 0.6),
        ("three", 0.8, 1.0),
    ]
    assert (dutch.text, dutch.words) == ("one two three", ())


def test_a_text_is_kept_where_the_aligner_fails_and_halved_where_it_has_no_room(
    python: Path, tmp_path: Path
) -> None:
    asr = write(tmp_path / "asr", text="one two")
    fails = write(tmp_path / "fails", fails="bad shape")
    full = write(tmp_path / "full", fails="CUDA out of memory")
    found = heard(built(options(python, asr, aligner=fails)), [noise(2)])

    assert (found[0].text, found[0].words) == ("one two", ())
    with pytest.raises(OutOfMemory):
        heard(built(options(python, asr, aligner=full)), [noise(2)])


def test_languages_are_those_that_the_model_names(python: Path, tmp_path: Path) -> None:
    aligner = write(tmp_path / "aligner")
    engine = built(options(python, write(tmp_path / "asr"), aligner=aligner))

    assert list(engine.languages([noise(1), Audio(np.zeros(9, np.float32), 16_000)])) == [
        {"zh": 0.0, "en": 1.0},
        {"zh": 0.5, "en": 0.5},
    ]


@pytest.mark.usefixtures("cards")
@pytest.mark.parametrize(
    ("wanted", "need", "place"),
    [
        pytest.param("auto", 1_000_000_000, "cuda:1", id="the one with most room"),
        pytest.param("auto", 90_000_000_000, "cpu", id="the processor where nothing fits"),
        pytest.param("cuda", 1_000_000_000, "cuda:0", id="the first"),
        pytest.param("npu:3", 90_000_000_000, "npu:3", id="one that only PyTorch knows"),
    ],
)
def test_where_a_model_goes(
    wanted: str, need: int, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rooms = {"cpu": 200_000_000_000}
    monkeypatch.setattr(
        _placing, "free_on", lambda kind, index: rooms.get(kind) or CARDS[index].total
    )

    assert _placing.placed(wanted, need) == place


@pytest.mark.usefixtures("cards")
def test_a_model_that_does_not_fit_is_refused_with_the_numbers(
    python: Path, tmp_path: Path
) -> None:
    with pytest.raises(OutOfRoom, match=r"needs 90\.0 GB and 8\.0 GB are free"):
        _placing.placed("cuda:0", 90_000_000_000)

    folder = write(tmp_path / "asr")
    made = options(python, folder, aligner=folder)
    assert package.need_of(made, "cpu") - package.need_of(made, "cuda:0") == 2000


@pytest.mark.parametrize(
    ("runtime", "device", "error", "words"),
    [
        pytest.param("vllm", "cpu", ConfigError, "vLLM needs a CUDA device", id="vLLM without"),
        pytest.param("vllm", "auto", ConfigError, "vLLM needs a CUDA device", id="none there"),
        pytest.param(
            "transformers", "npu:0", ConfigError, "no such device in this build", id="no device"
        ),
    ],
)
def test_a_device_that_cannot_be_used_is_refused(
    python: Path, tmp_path: Path, runtime: str, device: str, error: type[Exception], words: str
) -> None:
    made = options(python, write(tmp_path / "asr"), runtime=runtime)
    with pytest.raises(error, match=words):
        built(made, device)


def test_a_folder_without_weights_is_refused(python: Path, tmp_path: Path) -> None:
    made = options(python, write(tmp_path / "asr"), aligner=tmp_path / "none")
    with pytest.raises(ModelUnavailable, match="none: no such folder"):
        built(made)


def test_an_unknown_language_is_refused(python: Path, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="does not know the language 'xx'"):
        heard(built(options(python, write(tmp_path / "asr"))), [noise(1)], "xx")


def test_who_lets_go_of_the_engine_ends_its_process(python: Path, tmp_path: Path) -> None:
    engine = built(options(python, write(tmp_path / "asr"), aligner=write(tmp_path / "aligner")))
    heard(engine, [noise(1)])
    process = engine.decoder._scribe._apart._process._popen  # type: ignore[attr-defined]
    del engine

    assert process.wait(10) < 0


def test_the_runtime_goes_by_the_folder(python: Path, tmp_path: Path) -> None:
    engine = qwen3_asr.build(weights=write(tmp_path / "asr"), python=python, device="cpu")

    assert isinstance(engine, Decoding)
    assert qwen3_asr.runtime_of("auto", tmp_path) == "onnx"
    assert qwen3_asr.runtime_of("vllm", tmp_path) == "vllm"


def test_an_interpreter_must_be_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"option python.*python -m venv /opt/qwen"):
        qwen3_asr.build(weights=write(tmp_path / "asr"), runtime="transformers")
