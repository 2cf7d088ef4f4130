"""What every recognizer promises, whatever it is made of.

Those that need packages of their own are skipped here, and said so; `./dev test engines` runs
them in an environment that has these.
"""

import gc
import logging
import os
import subprocess
import tracemalloc
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from platformdirs import user_cache_path

import recognition_server
import tiny_whisper
from huiting.core.errors import ModelUnavailable
from huiting.core.ports import Hints, Hotword, Hypothesis, Recognizer
from huiting.core.types import Audio
from huiting.engines import (
    catalogue,
    fun_asr_mlt_nano,
    fun_asr_nano,
    paraformer,
    paraformer_streaming,
    qwen3_asr,
    remote,
    sensevoice,
    whisper,
    zipformer,
)
from huiting.engines.gather import Gathered

RATE = 16_000
ZH = Hints(language="zh")
MANY = 500
"""Clips over which memory may not grow..."""
LITTLE = 500_000
"""...by more bytes than this."""
OF_THE_TESTS = [
    # Coverage keeps what traced a thread, for good; servers here begin a thread a clip.
    tracemalloc.Filter(inclusive=False, filename_pattern="*/coverage/*"),
    tracemalloc.Filter(inclusive=False, filename_pattern=tracemalloc.__file__),
]


class Constant:
    """The least that is a `Recognizer`: hears the same in everything."""

    rate = RATE

    def transcribe(self, clips: Sequence[Audio], hints: Hints, /) -> Iterator[Hypothesis]:
        return (Hypothesis("好", language=hints.language) for _ in clips)

    def languages(self, clips: Sequence[Audio], /) -> Iterator[Mapping[str, float]]:
        return ({"zh": 1.0} for _ in clips)


def constant(_: Path) -> Recognizer:
    return Constant()


def gathered(_: Path) -> Recognizer:
    return Gathered(Constant(), patience=0.0, limit=600.0)


def tiny(folder: Path) -> Recognizer:
    return whisper.build(weights=tiny_whisper.write(folder), threads=2, device="cpu")


def embedded(_: Path) -> Recognizer:
    models: Path = user_cache_path("huiting") / "models"
    try:
        weights = catalogue.weights("whisper-base", models).folder
    except ModelUnavailable as error:
        pytest.skip(str(error))
    return whisper.build(weights=weights, threads=1, device="cpu")


def by_funasr(kind: str, folder: Path) -> Path:
    """Write a tiny model of FunASR's own classes; skip where FunASR is not installed."""
    pytest.importorskip("funasr", reason="needs funasr: ./dev test engines")
    made: Path = import_module(f"engines.tiny_{kind}").write(folder)
    return made


def sensevoice_torch(folder: Path) -> Recognizer:
    return sensevoice.build(weights=by_funasr("sensevoice", folder), device="cpu")


def paraformer_torch(folder: Path) -> Recognizer:
    return paraformer.build(weights=by_funasr("paraformer", folder), device="cpu")


def nano_torch(folder: Path) -> Recognizer:
    return fun_asr_nano.build(weights=by_funasr("nano", folder), device="cpu")


def by_sherpa(kind: str, folder: Path) -> Path:
    """Write a tiny model for sherpa-onnx; skip where that is not installed."""
    made: Path = drawn(f"tiny_{kind}_onnx").write(folder)
    return made


def drawn(module: str) -> ModuleType:
    """Return what writes tiny models for sherpa-onnx; skip where that is not installed."""
    for package in ("sherpa_onnx", "onnx"):
        pytest.importorskip(package, reason="needs sherpa-onnx: ./dev test")
    return import_module(module)


def sensevoice_onnx(folder: Path) -> Recognizer:
    return sensevoice.build(weights=by_sherpa("sensevoice", folder), device="cpu")


def paraformer_onnx(folder: Path) -> Recognizer:
    return paraformer.build(weights=by_sherpa("paraformer", folder), device="cpu")


def nano_onnx(folder: Path) -> Recognizer:
    return fun_asr_nano.build(weights=drawn("tiny_prompted").write_nano(folder), device="cpu")


def mlt_nano_onnx(folder: Path) -> Recognizer:
    return fun_asr_mlt_nano.build(weights=drawn("tiny_prompted").write_nano(folder), device="cpu")


def qwen_onnx(folder: Path) -> Recognizer:
    return qwen3_asr.build(weights=drawn("tiny_prompted").write_qwen(folder), device="cpu")


def zipformer_onnx(folder: Path) -> Recognizer:
    return zipformer.build(weights=drawn("tiny_online").write_transducer(folder), device="cpu")


def zipformer_ctc(folder: Path) -> Recognizer:
    return zipformer.build(weights=drawn("tiny_online").write_ctc(folder), device="cpu")


def paraformer_online(folder: Path) -> Recognizer:
    weights = drawn("tiny_online").write_paraformer(folder)
    return paraformer_streaming.build(weights=weights, device="cpu")


def qwen_package(folder: Path) -> Recognizer:
    python = os.environ.get("HUITING_TEST_QWEN", "")
    if not python:
        pytest.skip("needs an environment with qwen-asr: ./dev test engines")
    writer = Path(__file__).parents[1] / "qwen" / "write_tiny.py"
    subprocess.run([python, writer, folder], check=True, capture_output=True)
    return qwen3_asr.build(
        weights=folder / "asr",
        aligner=folder / "aligner",
        python=Path(python).absolute(),
        device="cpu",
    )


@contextmanager
def behind_openai(_: Path) -> Iterator[Recognizer]:
    with recognition_server.serving(keeps=False) as server:
        yield remote.build(url=server.url)


@contextmanager
def behind_runtime(_: Path) -> Iterator[Recognizer]:
    with recognition_server.runtime(keeps=False) as server:
        yield remote.build(url=server.url, languages=("zh",))


@pytest.fixture(
    params=[
        pytest.param(constant, id="constant"),
        pytest.param(gathered, id="gathered"),
        pytest.param(behind_openai, id="remote by OpenAI's API"),
        pytest.param(behind_runtime, id="remote by FunASR's WebSocket"),
        pytest.param(tiny, id="whisper of no weights"),
        pytest.param(embedded, id="whisper", marks=pytest.mark.model),
        pytest.param(sensevoice_torch, id="sensevoice by torch"),
        pytest.param(paraformer_torch, id="paraformer by torch"),
        pytest.param(nano_torch, id="fun-asr-nano by torch"),
        pytest.param(sensevoice_onnx, id="sensevoice by sherpa-onnx"),
        pytest.param(paraformer_onnx, id="paraformer by sherpa-onnx"),
        pytest.param(nano_onnx, id="fun-asr-nano by sherpa-onnx"),
        pytest.param(mlt_nano_onnx, id="fun-asr-mlt-nano by sherpa-onnx"),
        pytest.param(qwen_onnx, id="qwen3-asr by sherpa-onnx"),
        pytest.param(qwen_package, id="qwen3-asr by qwen-asr"),
        pytest.param(zipformer_onnx, id="streaming zipformer by sherpa-onnx"),
        pytest.param(zipformer_ctc, id="streaming zipformer with CTC by sherpa-onnx"),
        pytest.param(paraformer_online, id="streaming paraformer by sherpa-onnx"),
    ],
    scope="module",
)
def recognizer(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Recognizer]:
    made = request.param(tmp_path_factory.mktemp("weights"))
    with made if hasattr(made, "__enter__") else nullcontext(made) as found:
        yield found


def noise(seconds: float, seed: int = 0) -> Audio:
    samples = np.random.default_rng(seed).normal(0, 0.01, round(seconds * RATE))
    return Audio(samples.astype(np.float32), RATE)


def silence(seconds: float) -> Audio:
    return Audio(np.zeros(round(seconds * RATE), np.float32), RATE)


def sweep(seconds: float, seed: int) -> Audio:
    """Something that changes all the time, so that clips differ and something is heard."""
    time = np.arange(round(seconds * RATE)) / RATE
    tone = np.sin(2 * np.pi * (200 + 90 * seed + 150 * np.sin(3 * time)) * time)
    return Audio((0.2 * tone).astype(np.float32) + noise(seconds, seed).samples, RATE)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_one_hypothesis_a_clip(recognizer: Recognizer, count: int) -> None:
    clips = [noise(1)] * count

    assert len(list(recognizer.transcribe(clips, ZH))) == count
    assert len(list(recognizer.languages(clips))) == count


@pytest.mark.parametrize("seconds", [0.0, 0.01, 0.1, 0.5, 30.0, 35.0])
def test_clips_of_any_length_are_taken(recognizer: Recognizer, seconds: float) -> None:
    (heard,) = recognizer.transcribe([noise(seconds)], ZH)

    assert (heard.text == "") == (heard.gate is not None)


@pytest.mark.parametrize("seconds", [0.1, 3.0, 30.0])
def test_silence_is_taken_too(recognizer: Recognizer, seconds: float) -> None:
    (heard,) = recognizer.transcribe([silence(seconds)], ZH)

    assert (heard.text == "") == (heard.gate is not None)


def test_hypotheses_are_in_the_order_of_the_clips_whatever_is_decoded_together(
    recognizer: Recognizer,
) -> None:
    clips = [sweep(length, seed) for seed, length in enumerate((3.0, 0.6, 8.0, 1.5, 3.0))]
    together = list(recognizer.transcribe(clips, ZH))
    alone = [next(iter(recognizer.transcribe([clip], ZH))) for clip in clips]

    assert [h.text for h in together] == [h.text for h in alone]


@pytest.mark.parametrize("seconds", [2.0, 30.0])
def test_words_rise_inside_the_clip_and_stand_in_its_text_in_order(
    recognizer: Recognizer, seconds: float
) -> None:
    clip = sweep(seconds, 1)
    for heard in recognizer.transcribe([clip], ZH):
        at = 0
        for word in heard.words:
            assert 0 <= word.span.start <= word.span.end <= clip.duration + 1e-6
            at = heard.text.index(word.text, at) + len(word.text)
        assert all(a.span.start <= b.span.start for a, b in pairwise(heard.words))
        assert all(event.span.end <= clip.duration + 1e-6 for event in heard.events)


def test_probabilities_are_probabilities(recognizer: Recognizer) -> None:
    (odds,) = recognizer.languages([noise(2)])
    (heard,) = recognizer.transcribe([sweep(4, 2)], ZH)

    assert sum(odds.values()) == pytest.approx(1)
    sure = [heard.confidence, *(word.confidence for word in heard.words)]
    assert all(p is None or 0 <= p <= 1 + 1e-6 for p in sure)


def test_hotwords_of_any_script_are_taken(recognizer: Recognizer) -> None:
    words = ("鑫诚宝", "Ümlaut", "한국", "http://example.test/list.txt", "a b", "😀")
    hints = Hints("zh", tuple(Hotword(word) for word in words))

    assert len(list(recognizer.transcribe([noise(1), noise(2)], hints))) == 2


def test_threads_may_share_it(recognizer: Recognizer) -> None:
    clips = [sweep(1.0 + seed % 3, seed) for seed in range(6)]
    alone = [[h.text for h in recognizer.transcribe([clip], ZH)] for clip in clips]
    with ThreadPoolExecutor(3) as pool:
        shared = list(pool.map(lambda c: [h.text for h in recognizer.transcribe([c], ZH)], clips))

    assert shared == alone


def test_who_stops_asking_may_ask_again(recognizer: Recognizer) -> None:
    clips = [sweep(2, seed) for seed in range(4)]
    asked = iter(recognizer.transcribe(clips, ZH))
    first = next(asked)
    if hasattr(asked, "close"):
        asked.close()

    assert next(iter(recognizer.transcribe(clips, ZH))).text == first.text


def test_memory_does_not_grow_with_the_clips(
    recognizer: Recognizer, request: pytest.FixtureRequest
) -> None:
    """Of what Python allocates; a second round may keep nothing that the first had not."""
    if request.node.callspec.id == "whisper":
        pytest.skip("minutes with the real weights; the tiny ones run the same code")
    clips = [noise(0.4, seed) for seed in range(20)]

    def round_of(count: int) -> None:
        for start in range(0, count, len(clips)):
            for _ in recognizer.transcribe(clips[: count - start], ZH):
                pass

    def growth() -> int:
        """Return how much more is held after a round; of all threads of this process."""
        gc.collect()
        tracemalloc.start()
        round_of(MANY)
        gc.collect()
        held = tracemalloc.take_snapshot().filter_traces(OF_THE_TESTS)
        tracemalloc.stop()
        return sum(trace.size for trace in held.traces)

    logging.disable(logging.WARNING)  # pytest keeps what servers in this process tell
    try:
        round_of(40)
        # What other threads allocate meanwhile is held once; a leak grows in every round.
        assert growth() < LITTLE or growth() < LITTLE
    finally:
        logging.disable(logging.NOTSET)
