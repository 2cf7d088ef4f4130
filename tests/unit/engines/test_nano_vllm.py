"""Fun-ASR-Nano by vLLM, by protocol: packages that stand in for vLLM, FunASR and PyTorch.

The process, its environment, what is asked and what is made of the answers are real. FunASR's own
code runs in tests/engines; vLLM itself was not run.
"""

import json
import sysconfig
import textwrap
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from huiting.core.errors import ConfigError, EngineError, ModelUnavailable
from huiting.core.ports import Hints, Hotword, Hypothesis
from huiting.core.types import Audio
from huiting.engines import fun_asr_mlt_nano, fun_asr_nano
from huiting.engines._decoding import Decoding
from huiting.engines._prompted import Prompted, Room
from huiting.engines.device import OutOfRoom
from huiting.engines.fun_asr_nano import vllm
from huiting.engines.fun_asr_nano._options import Options

ZH = Hints("zh")
WORDS = Hints("zh", (Hotword("鑫诚宝"), Hotword("稳盈")))
FUNASR = '''
"""Stands in for FunASR: what a clip is answered with is told by how loud it is."""
import json, os
from pathlib import Path
import numpy as np

TEXTS = {1: "您好请讲", 2: "再见 谢谢", 3: "嗯" * 60, 4: ""}

class Tokenizer:
    def encode(self, text, add_special_tokens):
        assert not add_special_tokens
        return list(text)

class Frontend:
    dither = 1.0

class Engine:
    tokenizer = Tokenizer()
    def __init__(self, times):
        self.frontend = Frontend()
        self.ctc_decoder = object() if times else None

class AutoModelVLLM:
    def __init__(self, model, **options):
        self.notes = Path(model) / "notes.jsonl"
        self.note(loaded=options, visible=os.environ.get("CUDA_VISIBLE_DEVICES"))
        if (Path(model) / "full").exists():
            raise RuntimeError("CUDA out of memory. Tried to allocate 9 GiB")
        self._engine = Engine((Path(model) / "times").exists())

    def note(self, **said):
        with self.notes.open("a") as file:
            file.write(json.dumps(said, ensure_ascii=False) + "\\\\n")

    def generate(self, inputs, **options):
        self.note(asked=options, clips=[len(clip) for clip in inputs], dither=self._engine.frontend.dither)
        loud = [round(10 * float(np.abs(clip).max())) for clip in inputs]
        if len(inputs) > 2 and 5 in loud:
            raise RuntimeError("CUDA out of memory. Tried to allocate 9 GiB")
        return [self.one(i, level, options) for i, level in enumerate(loud)]

    def one(self, i, level, options):
        text = TEXTS.get(level, "好的") + "".join(options["hotwords"][:1])
        found = {"key": f"sample_{i}", "text": text}
        if self._engine.ctc_decoder is not None:
            starts = [0.18 * k * (1 + k % 3) for k in range(len(text))]
            found["timestamps"] = [
                {"token": "\\ufffd" if char == "请" else char, "start_time": at, "end_time": at + 0.06,
                 "score": 0.9}
                for char, at in zip(text, sorted(starts)) if char != " "
            ]
        return found
'''
PREPARING = """
import os, shutil

def prepare_vllm_model_dir(model_dir, output_dir):
    shutil.copytree(os.path.join(model_dir, "Qwen3-0.6B"), output_dir)
    if os.path.exists(os.path.join(model_dir, "torn")):
        raise RuntimeError("no space left on device")
    with open(os.path.join(output_dir, "model.safetensors"), "w") as file:
        file.write("weights")
"""
TORCH = '''
"""Stands in for PyTorch, with one CUDA device."""
import numpy as np

def zeros(size, device="cpu"):
    if device not in {"cpu", "cuda:0"}:
        raise RuntimeError("no such device")
    return np.zeros(size, np.float32)

def from_numpy(samples):
    return samples
'''


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the interpreter of an environment with numpy and what stands in."""
    folder = tmp_path_factory.mktemp("nano")
    venv.create(folder, symlinks=True)
    (site,) = folder.glob("lib/python*/site-packages")
    (site / "near.pth").write_text(sysconfig.get_paths()["purelib"])
    (site / "vllm.py").write_text('"""Stands in for vLLM."""\n')
    (site / "torch.py").write_text(textwrap.dedent(TORCH))
    auto = site / "funasr" / "auto"
    auto.mkdir(parents=True)
    for package in (auto.parent, auto):
        (package / "__init__.py").touch()
    nano = site / "funasr" / "models" / "fun_asr_nano"
    nano.mkdir(parents=True)
    for package in (nano.parent, nano):
        (package / "__init__.py").touch()
    (nano / "inference_vllm.py").write_text(textwrap.dedent(PREPARING))
    (auto / "auto_model_vllm.py").write_text(FUNASR.replace("\\\\n", "\\n"), "utf-8")
    return folder / "bin" / "python"


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    folder = tmp_path / "weights"
    model = folder / "Qwen3-0.6B"
    model.mkdir(parents=True)
    (folder / "config.yaml").write_text("model: FunASRNano\nllm_conf: {init_param_path: null}\n")
    (folder / "model.pt").write_bytes(b"weights")
    (model / "config.json").write_text(json.dumps({"max_position_embeddings": 40960}))
    (model / "tokenizer.json").write_text("{}")
    return folder


def built(weights: Path, python: Path, **options: Any) -> Decoding[Prompted]:  # noqa: ANN401
    given = {"itn": True, "languages": (), "checkpoint": "nano", "batch": 1000.0}
    known = {name: options.pop(name, value) for name, value in given.items()}
    device = options.pop("device", "cuda:0")
    place = vllm.Place(python, **options)
    return vllm.build(
        Options(weights, threads=1, **known),
        place,
        device=device,
        fallback="none",
        speaks=lambda _: True,
    )


@pytest.fixture
def engine(weights: Path, python: Path) -> Iterator[Decoding[Prompted]]:
    made = built(weights, python)
    yield made
    close(made)


def close(engine: Decoding[Prompted]) -> None:
    assert isinstance(engine.decoder.model, vllm.Scribe)
    engine.decoder.model._apart.close()


def at(level: int, seconds: float = 2.0) -> Audio:
    """Return a clip as loud as stands for a text."""
    samples = np.full(round(seconds * 16_000), level / 10, np.float32)
    return Audio(samples, 16_000)


def heard(engine: Decoding[Prompted], clips: list[Audio], hints: Hints = ZH) -> list[Hypothesis]:
    return list(engine.transcribe(clips, hints))


def notes(weights: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (weights / "notes.jsonl").read_text("utf-8").splitlines()]


def test_clips_are_written_together_in_their_order(
    engine: Decoding[Prompted], weights: Path
) -> None:
    texts = [h.text for h in heard(engine, [at(2), at(1, 5.0), at(2, 0.01)])]

    assert texts == ["再见 谢谢", "您好请讲", "再见 谢谢"]
    assert [note["clips"] for note in notes(weights)[1:]] == [[80_000, 32_000, 400]]


def test_weights_for_vllm_are_all_there_or_not_at_all(weights: Path, python: Path) -> None:
    (weights / "torn").touch()
    with pytest.raises(ModelUnavailable, match="no space left"):
        built(weights, python)
    assert not list(weights.glob("Qwen3-0.6B-vllm*"))

    (weights / "torn").unlink()
    close(built(weights, python))
    assert [folder.name for folder in weights.glob("Qwen3-0.6B-vllm*")] == ["Qwen3-0.6B-vllm"]
    assert (weights / "Qwen3-0.6B-vllm" / "model.safetensors").exists()


def test_weights_for_vllm_may_bring_no_code(weights: Path, python: Path) -> None:
    made = weights / "Qwen3-0.6B-vllm"
    made.mkdir()
    (made / "tokenizer.json").write_text("{}")
    (made / "config.json").write_text(json.dumps({"auto_map": {"AutoModel": "own.Model"}}))

    with pytest.raises(ModelUnavailable, match="code of its own"):
        built(weights, python)


def test_it_is_loaded_as_funasr_wants_it(engine: Decoding[Prompted], weights: Path) -> None:
    heard(engine, [at(1)])
    loaded, asked = notes(weights)

    assert loaded == {
        "loaded": {
            "device": "cuda:0",
            "dtype": "bf16",
            "gpu_memory_utilization": 0.8,
            "max_model_len": 2048,
            "vllm_kwargs": {},
        },
        "visible": "0",
    }
    assert asked["asked"] == {
        "hotwords": [],
        "language": "中文",
        "itn": True,
        "max_new_tokens": 36,
        "temperature": 0.0,
        "repetition_penalty": 1.0,
    }
    assert asked["dither"] == 0.0


def test_options_go_through(weights: Path, python: Path) -> None:
    engine = built(
        weights,
        python,
        device="cuda:1",
        itn=False,
        gpu_memory_utilization=0.5,
        vllm={"enforce_eager": True},
    )
    heard(engine, [at(1)], Hints())
    close(engine)
    loaded, asked = notes(weights)

    assert loaded["visible"] == "1"
    assert loaded["loaded"]["gpu_memory_utilization"] == 0.5
    assert loaded["loaded"]["vllm_kwargs"] == {"enforce_eager": True}
    assert (asked["asked"]["language"], asked["asked"]["itn"]) == (None, False)


def test_clips_that_are_told_the_same_words_go_together(
    engine: Decoding[Prompted], weights: Path
) -> None:
    many = Hints("zh", tuple(Hotword(f"很长的热词第{i}号是这一个") for i in range(40)))
    heard(engine, [at(1, 2.0), at(1, 29.0), at(1, 2.0)], many)
    told = [(len(note["asked"]["hotwords"]), note["clips"]) for note in notes(weights)[1:3]]

    assert sorted(count for _, clips in told for count in clips) == [32_000, 32_000, 464_000]
    assert {len(clips) for _, clips in told} == {1, 2}
    assert told[0][0] != told[1][0]


def test_hotwords_reach_the_model(engine: Decoding[Prompted]) -> None:
    assert [h.text for h in heard(engine, [at(1)], WORDS)] == ["您好请讲鑫诚宝"]
    assert [h.text for h in heard(engine, [at(1)])] == ["您好请讲"]


def test_a_loop_and_an_empty_answer_are_refused(engine: Decoding[Prompted]) -> None:
    assert [(h.text, h.gate) for h in heard(engine, [at(3), at(4)])] == [
        ("", "repetition"),
        ("", "empty"),
    ]


def test_without_the_head_for_them_words_have_no_times(engine: Decoding[Prompted]) -> None:
    (one,) = heard(engine, [at(1)])

    assert (one.words, one.confidence) == ((), None)


def test_times_are_those_of_the_head(weights: Path, python: Path) -> None:
    (weights / "times").touch()
    engine = built(weights, python)
    (one,) = heard(engine, [at(1)])
    close(engine)

    assert [w.text for w in one.words] == list("您好请讲")
    assert [w.span.start for w in one.words] == pytest.approx([0.0, 0.36, 0.54, 1.08])


@pytest.mark.parametrize(
    "times",
    [
        pytest.param([], id="none"),
        pytest.param([["一", 0.1, 0.2, 1e-4], ["二", 0.5, 0.6, 1e-4]], id="nothing heard"),
        pytest.param([["一", 0.1, 0.2, 0.9], ["二", 0.1, 0.2, 0.9]], id="all alike"),
    ],
)
def test_times_that_are_none_are_not_told(times: list[list[Any]]) -> None:
    assert vllm.words_in("一二", times, 2.0) == ()


def test_a_batch_that_is_too_much_is_halved(engine: Decoding[Prompted]) -> None:
    assert [h.text for h in heard(engine, [at(5)] * 4)] == ["好的"] * 4


def test_the_language_is_told_by_the_script(engine: Decoding[Prompted]) -> None:
    assert list(engine.languages([at(1), at(0)])) == [
        {"zh": 1.0, "en": 0.0, "ja": 0.0},
        pytest.approx({"zh": 1 / 3, "en": 1 / 3, "ja": 1 / 3}),
    ]


def test_both_engines_take_it_by_its_name(weights: Path, python: Path) -> None:
    for kind, code in ((fun_asr_nano, "zh"), (fun_asr_mlt_nano, "ko")):
        engine = kind.build(weights=weights, runtime="vllm", device="cuda:0", python=python)
        assert isinstance(engine, Decoding)
        assert [h.text for h in heard(engine, [at(1)], Hints(code))] == ["您好请讲"]
        close(engine)


def test_a_language_of_the_other_checkpoint_is_refused(engine: Decoding[Prompted]) -> None:
    with pytest.raises(EngineError, match="does not know the language 'ko'"):
        heard(engine, [at(1)], Hints("ko"))


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        pytest.param({"python": ""}, "set python to /opt/nano/bin/python", id="no environment"),
        pytest.param({"fallback": "cpu"}, "nowhere to go", id="a fallback"),
        pytest.param({"compute": "float16"}, "choose one of float32, bfloat16", id="a format"),
        pytest.param({"device": "cpu"}, "needs a CUDA device", id="a processor"),
        pytest.param({"device": "auto"}, "needs a CUDA device", id="no device to be found"),
        pytest.param({"device": "npu:0"}, "needs a CUDA device", id="another device"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    weights: Path, python: Path, options: dict[str, Any], reason: str
) -> None:
    usual: dict[str, Any] = {"weights": weights, "runtime": "vllm", "python": python}

    with pytest.raises(ConfigError, match=reason):
        fun_asr_nano.build(**{"device": "cuda:0", **usual, **options})


def test_a_language_model_in_another_folder_is_refused(weights: Path, python: Path) -> None:
    (weights / "Qwen3-0.6B").rename(weights / "Qwen3-1.7B")
    (weights / "config.yaml").write_text(
        "model: FunASRNano\nllm_conf: {init_param_path: Qwen3-1.7B}\n"
    )

    with pytest.raises(ConfigError, match=r"takes the language model from Qwen3-0\.6B"):
        built(weights, python)


def test_a_missing_package_is_named_with_what_to_do(weights: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    venv.create(bare, symlinks=True)

    with pytest.raises(ModelUnavailable, match=r"torch.*run .*bare/bin/python -m pip install vllm"):
        built(weights, bare / "bin" / "python")


def test_a_model_that_does_not_fit_is_refused(weights: Path, python: Path) -> None:
    (weights / "full").touch()

    with pytest.raises(OutOfRoom, match="out of memory"):
        built(weights, python)


def test_what_is_to_be_computed_in_float32_is_said_so(weights: Path, python: Path) -> None:
    options = Options(weights, "nano", 1, itn=True, languages=(), compute="float32")
    program = vllm.program(options, vllm.Place(python), Room(2048, 80, 1 / 0.06), "cuda")

    assert program.options["compute"] == "fp32"
    assert program.variables == {"CUDA_VISIBLE_DEVICES": "0"}
