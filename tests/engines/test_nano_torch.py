"""Fun-ASR-Nano by FunASR on a tiny model: a language of tones, a Qwen3 laid out by hand."""

import json
import logging
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("funasr", reason="needs funasr: ./dev test engines")
pytest.importorskip("transformers", reason="needs transformers: ./dev test engines")

import numpy as np
import torch
import yaml

from engines import tiny_nano
from engines.tiny_nano import LOOP, SENTENCES, WITH_WORD, WORD
from engines.tones import RATE, clip, starts
from huiting.core.errors import ConfigError, EngineError, ModelUnavailable
from huiting.core.ports import Hints, Hotword, Hypothesis
from huiting.core.types import Audio
from huiting.engines import _funasr, fun_asr_mlt_nano, fun_asr_nano
from huiting.engines._decoding import Decoding
from huiting.engines._prompted import Order, Prompted
from huiting.engines.device import OutOfRoom
from huiting.engines.fun_asr_nano import torch as by_torch
from huiting.engines.fun_asr_nano._folder import looked_at
from huiting.engines.fun_asr_nano._options import Options
from huiting.engines.fun_asr_nano.torch import Nano

ZH = Hints("zh")
TOLD = Hints("zh", (Hotword(WORD),))
SAID = SENTENCES[:-1]


@pytest.fixture(scope="module")
def engine(nano_weights: Path) -> Decoding[Prompted]:
    """Return the engine, to which everything is speech: tones are none to a voice detector."""
    return built(nano_weights)


def built(
    weights: Path,
    *,
    device: str = "cpu",
    fallback: str = "none",
    checkpoint: str = "nano",
    **options: Any,  # noqa: ANN401
) -> Decoding[Prompted]:
    given = Options(weights, checkpoint, 1, **{"itn": True, "languages": (), **options})
    return by_torch.build(given, device=device, fallback=fallback, speaks=lambda _: True)


def nano_of(engine: Decoding[Prompted]) -> Nano:
    assert isinstance(engine.decoder.model, Nano)
    return engine.decoder.model


def heard_by(engine: Decoding[Prompted], letters: str, hints: Hints = ZH) -> Hypothesis:
    (heard,) = engine.transcribe([clip(letters, seed=9)], hints)
    return heard


def test_what_is_said_is_written_in_the_order_of_the_clips(engine: Decoding[Prompted]) -> None:
    clips = [clip(letters, seed=9) for letters in (*SAID, *SAID[::-1])]

    assert [h.text for h in engine.transcribe(clips, ZH)] == [*SAID, *SAID[::-1]]


@pytest.mark.parametrize("batch", [1.0, 1000.0])
@pytest.mark.parametrize("tidy", [True, False], ids=["laid out", "drawn by lot"])
def test_a_batch_hears_what_a_single_clip_does(
    tmp_path: Path, nano_weights: Path, batch: float, *, tidy: bool
) -> None:
    weights = nano_weights if tidy else tiny_nano.write(tmp_path, tidy=False)
    nano = nano_of(built(weights, batch=batch))
    orders = [
        Order(clip(letters, seed=9), "zh", (), 12) for letters in ("你好请", "讲", "再见hi你好")
    ]

    for order, together in zip(orders, nano.write_together(orders), strict=True):
        alone = nano.write(order)
        assert (alone.text, alone.tokens) == (together.text, together.tokens)
        assert alone.words == together.words
        assert alone.confidence == pytest.approx(together.confidence, abs=1e-4)


@pytest.mark.parametrize("low_rate", [False, True], ids=["all frames", "an eighth of the frames"])
@pytest.mark.parametrize(
    ("words", "language", "itn"),
    [
        pytest.param((), None, True, id="plain"),
        pytest.param(("Xhi", "请讲"), "zh", False, id="with words, a language, no digits"),
    ],
)
def test_our_reading_is_that_of_the_runtime(
    tmp_path: Path, words: tuple[str, ...], language: str | None, *, itn: bool, low_rate: bool
) -> None:
    """Weights drawn by lot, as FunASR itself needs torchaudio where a head tells times."""
    weights = tiny_nano.write(tmp_path, times=False, tidy=False, low_rate=low_rate)
    nano = nano_of(built(weights, itn=itn))
    one = clip("再见hi你", seed=9)
    loaded = nano._loaded
    with torch.inference_mode():
        (raw,), _ = loaded.model.inference(
            [torch.from_numpy(one.samples)],
            key=["x"],
            tokenizer=loaded.tokenizer,
            frontend=loaded.frontend,
            device="cpu",
            hotwords=list(words),
            language="中文" if language else None,
            itn=itn,
            max_length=24,
            dataset_conf={},
        )
    said = nano.write(Order(one, language, words, 24))

    assert said.text
    assert said.text == raw["text"].strip()


def test_a_dialogue_without_thoughts_is_begun_as_it_was_trained(
    tmp_path: Path, nano_weights: Path
) -> None:
    folder = changed(nano_weights, tmp_path, dataset_conf={"do_think": False, "sys_prompt": False})
    template = nano_of(built(folder))._template

    assert template.around("语音转写：") == (
        "<|im_start|>user\n语音转写：",
        "<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n",
    )


def changed(weights: Path, folder: Path, **settings: Any) -> Path:  # noqa: ANN401
    """Return a copy of a model with other settings; mappings are laid over those there."""
    if weights != folder:
        shutil.copytree(weights, folder, dirs_exist_ok=True)
    config = yaml.safe_load((folder / "config.yaml").read_text("utf-8"))
    for name, value in settings.items():
        config[name] = config[name] | value if isinstance(value, dict) else value
    (folder / "config.yaml").write_text(yaml.safe_dump(config), "utf-8")
    return folder


def test_words_begin_when_they_sound(engine: Decoding[Prompted]) -> None:
    heard = heard_by(engine, "再见hi")

    assert [w.text for w in heard.words] == ["再", "见", "hi"]
    assert [w.span.start for w in heard.words] == pytest.approx(starts("再见hi")[:3], abs=0.07)
    assert all(w.span.duration >= 0.2 for w in heard.words)
    assert all(w.confidence is None for w in heard.words)


def test_the_confidence_is_the_mean_of_the_probabilities(engine: Decoding[Prompted]) -> None:
    heard = heard_by(engine, "请讲")

    assert heard.confidence is not None
    assert 0.5 < heard.confidence < 1


def test_hotwords_reach_the_model_and_do_not_stay(engine: Decoding[Prompted]) -> None:
    texts = [heard_by(engine, "你好", hints).text for hints in (TOLD, ZH, TOLD)]

    assert texts == [WITH_WORD, "你好", WITH_WORD]


def test_hotwords_are_not_told_where_silero_hears_nobody(nano_weights: Path) -> None:
    guarded = fun_asr_nano.build(weights=nano_weights, device="cpu")
    (heard,) = guarded.transcribe([clip("你好", seed=9)], TOLD)

    assert heard.text == "你好"


def test_words_without_a_place_in_the_sound_get_no_times(engine: Decoding[Prompted]) -> None:
    heard = heard_by(engine, "你好", Hints("en"))

    assert (heard.text, heard.language, heard.words) == ("Hi", "en", ())


def test_the_language_is_told_by_the_script_where_nobody_says_it(nano_weights: Path) -> None:
    engine = built(nano_weights, languages=("en", "zh", "xx"))
    (odds,) = engine.languages([clip("请讲", seed=9)])

    assert odds == {"en": 0.0, "zh": 1.0}
    assert heard_by(engine, "请讲", Hints()).language is None


def test_an_answer_without_end_is_refused(engine: Decoding[Prompted]) -> None:
    heard = heard_by(engine, LOOP)

    assert (heard.text, heard.gate, heard.words, heard.confidence) == ("", "repetition", (), None)


def test_a_loop_in_a_batch_leaves_the_others_as_they_are(nano_weights: Path) -> None:
    engine = built(nano_weights, batch=1000.0)
    clips = [clip(letters, seed=9) for letters in (LOOP, *SAID)]

    assert [h.text for h in engine.transcribe(clips, ZH)] == ["", *SAID]


def test_a_language_of_the_other_checkpoint_is_refused(nano_weights: Path) -> None:
    mlt = built(nano_weights, checkpoint="mlt-nano")

    assert heard_by(mlt, "请讲", Hints("ko")).text == "请讲"
    with pytest.raises(EngineError, match="does not know the language 'ko'"):
        heard_by(built(nano_weights), "请讲", Hints("ko"))


def test_both_engines_take_this_runtime_by_its_files(nano_weights: Path) -> None:
    for kind in (fun_asr_nano, fun_asr_mlt_nano):
        engine = kind.build(weights=nano_weights, device="cpu", languages=("zh",))
        assert isinstance(engine, Decoding)
        assert nano_of(engine).device == "cpu"


@pytest.fixture
def copy(nano_weights: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(nano_weights, tmp_path / "copy"))


def without(*beginnings: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda state: {k: v for k, v in state.items() if not k.startswith(beginnings)}


def weighed(folder: Path, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Path:
    state = torch.load(folder / "model.pt")["state_dict"]
    torch.save({"state_dict": change(state)}, folder / "model.pt")
    return folder


@pytest.mark.parametrize(
    "lacking",
    [
        pytest.param(("ctc.", "ctc_decoder."), id="all of the head"),
        pytest.param(("ctc.",), id="its last layer"),
        pytest.param(("ctc_decoder.linear2",), id="one layer"),
    ],
)
def test_a_checkpoint_without_all_of_what_tells_times_gives_none(
    copy: Path, lacking: tuple[str, ...]
) -> None:
    engine = built(weighed(copy, without(*lacking)))
    heard = heard_by(engine, "再见hi")

    assert (heard.text, heard.words) == ("再见hi", ())
    assert not nano_of(engine).tells_times


def test_a_head_that_was_never_trained_gives_no_times(copy: Path) -> None:
    def by_lot(state: dict[str, Any]) -> dict[str, Any]:
        torch.manual_seed(3)
        drawn = {k: torch.randn(v.shape) for k, v in state.items() if k.startswith("ctc.")}
        return state | drawn

    heard = heard_by(built(weighed(copy, by_lot)), "再见hi")

    assert (heard.text, heard.words) == ("再见hi", ())


def test_without_its_vocabulary_no_times_are_told(copy: Path) -> None:
    (copy / "multilingual.tiktoken").unlink()

    assert heard_by(built(copy), "再见hi").words == ()


def test_weights_of_several_machines_are_read(copy: Path) -> None:
    state = torch.load(copy / "model.pt")["state_dict"]
    torch.save({f"module.{name}": weight for name, weight in state.items()}, copy / "model.pt")

    assert heard_by(built(copy), "请讲").text == "请讲"


@pytest.mark.parametrize("compute", ["float32", "bfloat16"])
def test_number_formats_of_torch_are_taken(nano_weights: Path, compute: str) -> None:
    engine = built(nano_weights, compute=compute)
    wide = nano_of(engine)._loaded.model.llm.dtype

    assert heard_by(engine, "再见hi").text == "再见hi"
    assert wide == getattr(torch, compute)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"compute": "float16"}, "choose one of float32, bfloat16"),
        ({"device": "cuda:9"}, "choose auto or cpu"),
        ({"device": "tpu"}, "choose auto or cpu"),
        ({"fallback": "gpu"}, "choose one of none, cpu"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    nano_weights: Path, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        built(nano_weights, **options)


def removed(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def overwritten(name: str, content: str) -> Callable[[Path], None]:
    return lambda folder: void((folder / name).write_text(content, "utf-8"))


def asking_for_code(name: str) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        found = json.loads((folder / name).read_text("utf-8"))
        (folder / name).write_text(json.dumps(found | {"auto_map": {"AutoModel": "x.Y"}}), "utf-8")

    return spoil


def set_to(**settings: Any) -> Callable[[Path], None]:  # noqa: ANN401
    return lambda folder: void(changed(folder, folder, **settings))


def void(_: object) -> None:
    """Return nothing."""


MODEL = tiny_nano.LANGUAGE_MODEL + "/"


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        pytest.param(removed("config.yaml"), r"config\.yaml: no such file", id="no settings"),
        pytest.param(overwritten("config.yaml", "a: ["), "not YAML", id="half of the settings"),
        pytest.param(overwritten("config.yaml", "- a"), "no object", id="a list"),
        pytest.param(set_to(model="Paraformer"), "not of Fun-ASR-Nano", id="another model"),
        pytest.param(
            set_to(audio_encoder="iic/x", audio_encoder_conf={"hub": "ms"}),
            "would have to be fetched",
            id="an encoder elsewhere",
        ),
        pytest.param(removed(MODEL + "config.json"), "no such file", id="no language model"),
        pytest.param(overwritten(MODEL + "config.json", "{"), "not JSON", id="half of it"),
        pytest.param(overwritten(MODEL + "config.json", "[]"), "no object", id="a list for it"),
        pytest.param(removed(MODEL + "tokenizer.json"), "no such file", id="no tokenizer"),
        pytest.param(asking_for_code(MODEL + "config.json"), "code of its own", id="code"),
        pytest.param(
            asking_for_code(MODEL + "tokenizer_config.json"), "code of its own", id="code to read"
        ),
        pytest.param(overwritten("model.pt", "no model"), "fetch the model anew", id="damaged"),
        pytest.param(
            lambda folder: void(weighed(folder, without("audio_adaptor.linear1"))),
            r"2 weights are missing, such as audio_adaptor\.linear1",
            id="weights missing",
        ),
    ],
)
def test_folders_that_are_no_model_are_refused(
    copy: Path, spoil: Callable[[Path], None], reason: str
) -> None:
    spoil(copy)

    with pytest.raises(ModelUnavailable, match=reason):
        built(copy)


def test_nothing_of_the_folder_is_run(copy: Path) -> None:
    code = copy / "model.py"
    code.write_text("raise SystemExit('the code of the folder was run')\n", "utf-8")
    (copy / "requirements.txt").write_text("no-such-package\n", "utf-8")
    changed(copy, copy, trust_remote_code=True, remote_code=str(code))

    assert heard_by(built(copy), "请讲").text == "请讲"


def test_settings_name_the_language_model_wherever_they_were_written(copy: Path) -> None:
    elsewhere = {"init_param_path": "/models/of/others/Qwen3-0.6B"}
    changed(copy, copy, llm_conf=elsewhere, tokenizer_conf=elsewhere)

    assert heard_by(built(copy), "请讲").text == "请讲"


def test_the_memory_of_a_small_language_model_bounds_the_clips(copy: Path) -> None:
    file = copy / MODEL / "config.json"
    found = json.loads(file.read_text("utf-8"))
    file.write_text(json.dumps(found | {"max_position_embeddings": 400}), "utf-8")

    assert looked_at(copy).memory == 400
    assert built(copy)._longest < 10


def test_a_clip_longer_than_it_was_trained_on_is_heard_in_parts(
    engine: Decoding[Prompted],
) -> None:
    part = clip("再见hi", seed=9).samples
    gap = np.random.default_rng(9).normal(0, 1e-4, RATE * 20 - len(part)).astype(np.float32)
    (heard,) = engine.transcribe([Audio(np.concatenate([part, gap] * 2), RATE)], ZH)

    assert heard.text == "再见hi 再见hi"
    assert [w.span.start for w in heard.words if w.text == "再"] == pytest.approx(
        [0.18, 20.18], abs=0.1
    )


def test_the_same_sound_is_heard_the_same(engine: Decoding[Prompted]) -> None:
    assert heard_by(engine, "再见hi") == heard_by(engine, "再见hi")


def test_loading_leaves_logging_as_it_was(nano_weights: Path) -> None:
    root = logging.getLogger()
    before = (list(root.handlers), root.level)
    built(nano_weights)

    assert (root.handlers, root.level) == before


def test_a_batch_that_is_too_much_is_halved(
    nano_weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = built(nano_weights, batch=1000.0)
    encoder = nano_of(engine)._loaded.model.audio_encoder
    real, given = encoder.forward, []

    def cramped(speech: Any, lengths: Any) -> Any:  # noqa: ANN401
        given.append(len(speech))
        if len(speech) > 1:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
        return real(speech, lengths)

    monkeypatch.setattr(encoder, "forward", cramped)
    clips = [clip(letters, seed=9) for letters in SAID]

    assert [h.text for h in engine.transcribe(clips, ZH)] == list(SAID)
    assert given[0] == len(SAID)


def test_a_model_that_does_not_fit_is_refused_or_falls_back(
    nano_weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs: list[int] = []

    def only_the_processor(device: str, need: int) -> str:
        needs.append(need)
        if device != "cpu":
            raise OutOfRoom(f"device {device}", "the model needs 4 GB and 1 GB are free", "stop")
        return device

    monkeypatch.setattr(_funasr, "chosen", only_the_processor)
    with pytest.raises(OutOfRoom, match="4 GB and 1 GB"):
        built(nano_weights, device="cuda:0")
    engine = built(nano_weights, device="cuda:0", fallback="cpu")

    assert heard_by(engine, "请讲").fallback == "cpu"
    assert built(nano_weights, compute="bfloat16").device == "cpu"
    assert needs[0] > needs[-1] > _funasr.BESIDES


def test_without_transformers_the_package_is_named(
    nano_weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "transformers", None)

    with pytest.raises(ModelUnavailable, match=r"transformers.*pip install 'huiting\[funasr\]'"):
        built(nano_weights)
