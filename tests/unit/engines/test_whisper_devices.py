"""The whisper engine where memory runs out: a tiny model whose device has little room."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
import pytest
import tokenizers

import tiny_whisper
from huiting.core.errors import ConfigError, EngineError, ModelUnavailable
from huiting.core.ports import Hints, Hypothesis
from huiting.core.types import Audio
from huiting.engines import device, whisper
from huiting.engines.device import Choice, OutOfRoom
from huiting.engines.whisper import PROFILES, Whisper

ZH = Hints(language="zh")


class Cramped:
    """A model of which a CUDA device can encode `room` windows at once."""

    def __init__(self, model: Any, room: int) -> None:  # noqa: ANN401
        self.model = model
        self.room = room
        self.given: list[int] = []

    def encode(self, features: Any, *, to_cpu: bool) -> Any:  # noqa: ANN401
        assert to_cpu
        count = features.shape[0]
        self.given.append(count)
        if count > self.room:
            raise RuntimeError("CUDA failed with error out of memory")
        return self.model.encode(features, to_cpu=to_cpu)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self.model, name)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_whisper.write(tmp_path_factory.mktemp("tiny"))


def cramped(weights: Path, room: int) -> tuple[Whisper, Cramped]:
    model = Cramped(ctranslate2.models.Whisper(str(weights), compute_type="float32"), room)
    vocabulary = tokenizers.Tokenizer.from_file(str(weights / "tokenizer.json"))
    return Whisper(model, vocabulary, PROFILES["fast"], streams=1, batch=1000.0), model


def clips(count: int) -> list[Audio]:
    random = np.random.default_rng(0)
    return [Audio(random.normal(0, 0.05, 16_000 * 3).astype(np.float32), 16_000)] * count


def test_a_cuda_device_is_given_whole_batches(weights: Path) -> None:
    recognizer, model = cramped(weights, 100)
    one_by_one = whisper.build(weights=weights, compute="float32", threads=1)

    heard = list(recognizer.transcribe(clips(5), ZH))
    assert model.given == [5]
    assert _same(heard, list(one_by_one.transcribe(clips(5), ZH)))


def test_batches_are_halved_when_memory_runs_out_and_stay_small(weights: Path) -> None:
    recognizer, model = cramped(weights, 2)

    assert len(list(recognizer.transcribe(clips(8), ZH))) == 8
    assert model.given == [8, 4, 2, 2, 4, 2, 2]
    model.given.clear()
    list(recognizer.transcribe(clips(8), ZH))
    assert model.given[0] < 8


def test_what_has_no_room_alone_is_heard_by_the_fallback_and_says_so(weights: Path) -> None:
    recognizer, _ = cramped(weights, 0)
    spare = whisper.build(weights=weights, device="cpu", threads=1)
    recognizer.with_spare(lambda: spare)

    assert [h.fallback for h in recognizer.transcribe(clips(3), ZH)] == ["cpu"] * 3
    assert len(list(recognizer.languages(clips(2)))) == 2


def test_without_a_fallback_it_is_an_error(weights: Path) -> None:
    recognizer, _ = cramped(weights, 0)

    with pytest.raises(EngineError, match="encoding of 1 clips failed: CUDA failed"):
        list(recognizer.transcribe(clips(2), ZH))


def test_a_model_that_does_not_fit_is_heard_by_the_fallback_from_the_start(
    weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> Choice:  # noqa: ANN401
        raise OutOfRoom("device cuda:0", "the model needs 2.0 GB and 1.0 GB are free", "stop")

    monkeypatch.setattr(whisper, "choose", full)
    with pytest.raises(OutOfRoom, match=r"2\.0 GB and 1\.0 GB"):
        whisper.build(weights=weights, device="cuda")

    recognizer = whisper.build(weights=weights, device="cuda", fallback="cpu")
    assert [h.fallback for h in recognizer.transcribe(clips(2), ZH)] == ["cpu"] * 2


def test_a_runtime_that_finds_no_room_for_the_weights_is_told_with_the_numbers(
    weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(*_: Any, **__: Any) -> None:  # noqa: ANN401
        raise RuntimeError("CUDA failed with error out of memory")

    monkeypatch.setattr(ctranslate2.models, "Whisper", load)
    with pytest.raises(OutOfRoom, match=r"the model needs about 0\.3 GB: CUDA failed"):
        whisper.build(weights=weights, device="cpu")


def test_a_cuda_device_gets_a_fallback_where_one_is_wanted(
    weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = ctranslate2.models.Whisper
    asked: list[tuple[str, str]] = []
    made: list[Cramped] = []

    def load(path: str, **options: Any) -> Cramped:  # noqa: ANN401
        asked.append((options["device"], options["compute_type"]))
        made.append(Cramped(real(path, compute_type="float32"), 2))
        return made[-1]

    monkeypatch.setattr(whisper, "choose", lambda *_: Choice("cuda", 0, "float16", "as set"))
    monkeypatch.setattr(ctranslate2.models, "Whisper", load)
    recognizer = whisper.build(weights=weights, device="cuda", fallback="cpu")
    monkeypatch.setattr(ctranslate2.models, "Whisper", real)
    assert made[0].given == [2]  # it was tried out
    made[0].room = 0

    assert asked == [("cuda", "float16")]
    assert [h.fallback for h in recognizer.transcribe(clips(2), ZH)] == ["cpu"] * 2


def test_a_cuda_device_that_fails_when_it_is_tried_out_is_not_used(
    weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = ctranslate2.models.Whisper
    monkeypatch.setattr(whisper, "choose", lambda *_: Choice("cuda", 0, "float16", "as set"))
    monkeypatch.setattr(
        ctranslate2.models,
        "Whisper",
        lambda path, **_: Cramped(real(path, compute_type="float32"), 0),
    )

    with pytest.raises(OutOfRoom, match="out of memory"):
        whisper.build(weights=weights, device="cuda")


def test_weights_need_room_by_their_number_format(weights: Path) -> None:
    stored = (weights / "model.bin").stat().st_size

    by_format = [whisper.need(weights, "cuda", c) for c in ("int8_float16", "float16", "float32")]
    assert by_format == sorted(by_format)
    assert by_format[2] - by_format[1] == stored
    assert whisper.need(weights / "nowhere", "cpu", "int8") == 300_000_000


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"fallback": "gpu"}, ConfigError, "choose one of none, cpu"),
        ({"device": "tpu"}, ConfigError, "choose auto, cpu, cuda or cuda:0"),
        ({"compute": "int4"}, ConfigError, "does not compute in it"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    weights: Path, options: dict[str, str], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        whisper.build(weights=weights, **options)  # type: ignore[arg-type]


def test_a_cuda_device_that_is_not_there_is_refused(weights: Path) -> None:
    if device.device().cards:
        pytest.skip("this machine has a CUDA device")
    with pytest.raises(ConfigError, match="there is no CUDA device"):
        whisper.build(weights=weights, device="cuda:0")
    with pytest.raises(ModelUnavailable, match="run: huiting setup"):
        whisper.build(weights=weights / "nowhere")


def _same(some: Sequence[Hypothesis], others: Sequence[Hypothesis]) -> bool:
    return [(h.text, h.language) for h in some] == [(h.text, h.language) for h in others]
