import os
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from huiting.core.errors import ConfigError, EngineError, ModelUnavailable
from huiting.core.types import Audio
from huiting.engines import _sherpa
from huiting.engines._cuda import Gpu
from huiting.engines._memory import OutOfMemory
from huiting.engines._sherpa import Loaded, chosen, load, overhearing
from huiting.engines.device import OutOfRoom

RATE = 16_000
FULL = "Failed to allocate memory for requested buffer of size 1"


@dataclass
class Result:
    text: str = ""
    tokens: list[str] = field(default_factory=list)
    lang: str = ""


@dataclass
class Stream:
    samples: Any = None
    result: Result = field(default_factory=Result)
    options: dict[str, str] = field(default_factory=dict)

    def accept_waveform(self, rate: int, samples: Any) -> None:  # noqa: ANN401
        assert rate == RATE
        self.samples = samples

    def set_option(self, name: str, value: str) -> None:
        self.options[name] = value


@dataclass
class Muttering:
    """A recognizer as sherpa-onnx has them: it fails on the error stream only.

    A clip is as loud as what is to happen to it: 1 is heard, 2 fails, 3 has no room, and with
    4 an exception is raised; more than `most` clips have no room either.
    """

    most: int = 100
    batches: list[int] = field(default_factory=list)

    def create_stream(self) -> Stream:
        return Stream()

    def decode_streams(self, streams: Sequence[Stream]) -> None:
        self.batches.append(len(streams))
        loud = [float(stream.samples.max()) for stream in streams]
        if 4.0 in loud:
            raise RuntimeError("CUDA error: device lost")
        if 3.0 in loud or len(streams) > self.most:
            self.mutter(FULL)
        elif 2.0 in loud:
            self.mutter("Gather failed")
        else:
            for stream, level in zip(streams, loud, strict=True):
                if level == 1.0:
                    stream.result = Result(f"{len(stream.samples)} {stream.options}")

    def mutter(self, reason: str) -> None:
        said = f"impl.h:221\n\nCaught exception:\n\n{reason}\n\nReturn an empty result\n"
        os.write(2, said.encode())


def sound(level: float, seconds: float = 1.0) -> Audio:
    return Audio(np.full(round(seconds * RATE), level, np.float32), RATE)


def loaded(recognizer: Muttering | None = None, *, excused: bool = False) -> Loaded:
    return Loaded("ear", recognizer or Muttering(), "cpu", excused=excused)


def texts(clips: Sequence[Audio], *, excused: bool = False) -> list[str]:
    return [result.text for result in loaded(excused=excused).decode(clips)]


def test_clips_are_given_with_their_options() -> None:
    results = loaded().decode([sound(1, 0.5), sound(1, 0.01)], {"hotwords": "慧听"})

    assert [r.text for r in results] == [
        "8000 {'hotwords': '慧听'}",
        "1600 {'hotwords': '慧听'}",
    ]


def test_silence_is_listened_to_once_more_and_is_silence() -> None:
    recognizer = Muttering()

    assert [r.text for r in loaded(recognizer).decode([sound(0)] * 3)] == ["", "", ""]
    assert recognizer.batches == [3, 3]


def test_silence_beside_speech_is_no_failure() -> None:
    assert texts([sound(1), sound(0)]) == ["16000 {}", ""]


def test_a_failure_it_only_mutters_of_is_an_error() -> None:
    with pytest.raises(EngineError, match="ear: 1 clips failed: Gather failed; try again") as told:
        loaded().decode([sound(2)])

    assert not isinstance(told.value, OutOfMemory)


def test_one_clip_that_fails_in_a_batch_is_told() -> None:
    with pytest.raises(EngineError, match="1 clips failed: Gather failed"):
        loaded().decode([sound(1), sound(2), sound(1)])


def test_a_failure_over_silence_is_excused_where_it_is_known_to_fail() -> None:
    assert texts([sound(1), sound(2)], excused=True) == ["16000 {}", ""]


@pytest.mark.parametrize("excused", [True, False])
@pytest.mark.parametrize(
    ("levels", "most"), [([3], 100), ([1, 1, 1], 2)], ids=["a clip", "a batch"]
)
def test_a_lack_of_memory_is_never_silence(levels: list[int], most: int, *, excused: bool) -> None:
    with pytest.raises(OutOfMemory, match=f"{len(levels)} clips failed: {FULL}"):
        loaded(Muttering(most), excused=excused).decode([sound(level) for level in levels])


def test_what_it_raises_is_an_error() -> None:
    with pytest.raises(EngineError, match="2 clips failed: CUDA error: device lost"):
        loaded().decode([sound(1), sound(4)])


def test_what_is_overheard_is_passed_on(capfd: pytest.CaptureFixture[str]) -> None:
    with overhearing() as said:
        os.write(2, "低语\n".encode())
        os.write(2, b"ours\n")

    assert said == ["低语\nours\n"]
    assert capfd.readouterr().err == "低语\nours\n"


def test_the_stream_is_given_back_after_an_error(capfd: pytest.CaptureFixture[str]) -> None:
    def failing() -> None:
        with overhearing():
            os.write(2, b"before\n")
            raise KeyError

    with pytest.raises(KeyError):
        failing()
    os.write(2, b"after\n")

    assert capfd.readouterr().err == "before\nafter\n"


def test_without_an_error_stream_nothing_is_overheard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_sherpa, "_STREAM", 9999)
    with overhearing() as said:
        pass

    assert said == []


def test_threads_wait_for_each_other_unless_told_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_sherpa, "package", lambda: package(tmp_path))
    waits = load("ear", lambda *_: Muttering(), [], "cpu")
    alone = load("ear", lambda *_: Muttering(), [], "cpu", several=True)
    with waits.turns, alone.turns:
        thread = threading.Thread(target=alone.decode, args=([sound(1)],))
        thread.start()
        thread.join(10)

        assert not thread.is_alive()
        assert waits.turns.locked()  # type: ignore[attr-defined]


def package(folder: Path, *, cuda: bool = False) -> Any:  # noqa: ANN401
    """Return what stands for the package: a folder with or without the provider for CUDA."""
    (folder / "lib").mkdir(exist_ok=True)
    if cuda:
        (folder / "lib" / "libonnxruntime_providers_cuda.so").touch()
    return SimpleNamespace(__file__=str(folder / "__init__.py"))


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"model\.onnx: no such file; name the folder"):
        load("ear", lambda *_: None, [tmp_path / "model.onnx"], "cpu")


def test_without_the_package_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sherpa_onnx", None)

    with pytest.raises(ModelUnavailable, match=r"pip install 'huiting\[onnx\]'"):
        load("ear", lambda *_: None, [], "cpu")


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        (RuntimeError("protobuf parsing failed"), ModelUnavailable, "parsing failed; fetch"),
        (IndexError("_Map_base::at"), ModelUnavailable, "at; fetch the model anew"),
        (MemoryError("std::bad_alloc"), OutOfRoom, r"needs about 0\.3 GB: std::bad_alloc"),
    ],
    ids=["no model", "no tokens", "no memory"],
)
def test_what_cannot_be_loaded_is_told(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    kind: type[Exception],
    message: str,
) -> None:
    monkeypatch.setattr(_sherpa, "package", lambda: package(tmp_path))
    file = tmp_path / "model.onnx"
    file.touch()

    def failing(*_: object) -> None:
        raise error

    with pytest.raises(kind, match=message):
        load("ear", failing, [file], "cpu")


def test_a_device_that_the_runtime_passes_over_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_sherpa, "package", lambda: package(tmp_path, cuda=True))
    monkeypatch.setattr(_sherpa, "free_on", lambda *_: 10**12)

    def passing_over(_native: object, provider: str) -> Muttering:
        os.write(2, f"Failed to enable {provider}. Fallback to cpu\n".encode())
        return Muttering()

    assert load("ear", passing_over, [], "cpu").device == "cpu"
    for name in ("cuda", "coreml"):
        with pytest.raises(ConfigError, match=f"this build of sherpa-onnx cannot use {name}"):
            load("ear", passing_over, [], name)


@pytest.mark.parametrize(
    ("wanted", "free", "name"),
    [
        ("auto", 10**12, "cuda"),
        ("auto", 10, "cpu"),
        ("auto", None, "cpu"),
        ("cuda:0", 10**12, "cuda"),
        ("cpu", 10, "cpu"),
        ("coreml", 10, "coreml"),
    ],
)
def test_the_device_is_one_with_room(
    monkeypatch: pytest.MonkeyPatch, wanted: str, free: int | None, name: str
) -> None:
    monkeypatch.setattr(_sherpa, "gpus", lambda _driver: [Gpu(0, "a card", 10**12)])
    monkeypatch.setattr(_sherpa, "free_on", lambda kind, _: free if kind == "cuda" else 10**12)

    assert chosen(wanted, 1000, has_cuda=True) == name


def test_without_a_card_the_processor_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_sherpa, "gpus", lambda _driver: [])
    monkeypatch.setattr(_sherpa, "free_on", lambda *_: None)

    assert chosen("auto", 1000, has_cuda=True) == "cpu"
    assert chosen("auto", 1000, has_cuda=False) == "cpu"


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ("cuda", "this build of sherpa-onnx cannot use cuda"),
        ("cuda:2", "set CUDA_VISIBLE_DEVICES=2 and device = 'cuda'"),
        ("mps", "choose auto, cpu, cuda or coreml"),
    ],
)
def test_a_device_it_does_not_have_is_refused(wanted: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        chosen(wanted, 1000, has_cuda=False)


def test_a_model_without_room_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_sherpa, "free_on", lambda *_: 2 * 10**9)

    with pytest.raises(OutOfRoom, match=r"device cpu: the model needs 3\.0 GB and 2\.0 GB are"):
        chosen("cpu", 3 * 10**9, has_cuda=False)
