"""What every enhancer promises, whatever it is made of."""

import gc
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from huiting.core.ports import Enhancer
from huiting.core.types import Audio
from huiting.engines import gtcrn

RATE = 16_000


Published = Callable[[str], Path]


def real_gtcrn(_folder: Path, published: Published) -> Enhancer:
    pytest.importorskip("sherpa_onnx", reason="needs sherpa-onnx: ./dev test")
    return gtcrn.build(weights=published("gtcrn"), strength=1.0)


def drawn_gtcrn(folder: Path, _published: Published) -> Enhancer:
    for package in ("sherpa_onnx", "onnx"):
        pytest.importorskip(package, reason="needs sherpa-onnx: ./dev test")
    import tiny_gtcrn

    return gtcrn.build(weights=tiny_gtcrn.write(folder), strength=1.0)


@pytest.fixture(
    params=[
        pytest.param(real_gtcrn, id="gtcrn", marks=pytest.mark.model),
        pytest.param(drawn_gtcrn, id="gtcrn of no weights"),
    ],
    scope="module",
)
def enhancer(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, published: Published
) -> Enhancer:
    made: Enhancer = request.param(tmp_path_factory.mktemp("weights"), published)
    return made


def sweep(seconds: float, seed: int = 0) -> Audio:
    time = np.arange(round(seconds * RATE)) / RATE
    tone = 0.2 * np.sin(2 * np.pi * (300 + 50 * seed) * time)
    noise = np.random.default_rng(seed).normal(0, 0.02, len(time))
    return Audio((tone + noise).astype(np.float32), RATE)


@pytest.mark.parametrize("samples", [0, 1, 100, 255, 256, 257, 1600, 16_001, 480_000])
def test_a_clip_of_any_length_keeps_its_length_and_rate(enhancer: Enhancer, samples: int) -> None:
    found = enhancer.enhance(Audio(sweep(30).samples[:samples], RATE))

    assert (len(found.samples), found.rate) == (samples, RATE)
    assert found.samples.dtype == np.dtype(np.float32)
    assert np.isfinite(found.samples).all()


def test_silence_stays_silent(enhancer: Enhancer) -> None:
    silent = Audio(np.zeros(RATE, np.float32), RATE)

    assert np.abs(enhancer.enhance(silent).samples).max() < 1e-6


def test_the_clip_that_was_given_is_not_changed(enhancer: Enhancer) -> None:
    clip = sweep(1)
    before = clip.samples.copy()
    enhancer.enhance(clip)

    assert np.array_equal(clip.samples, before)


def test_the_same_clip_is_enhanced_alike_whatever_came_before(enhancer: Enhancer) -> None:
    first = enhancer.enhance(sweep(1, 1)).samples
    enhancer.enhance(sweep(2, 2))

    assert np.array_equal(enhancer.enhance(sweep(1, 1)).samples, first)


def test_what_is_said_stays_where_it_was(enhancer: Enhancer) -> None:
    """Words are timed by what the recognizer hears."""
    clip = sweep(2)
    clip.samples[: RATE // 2] *= 0.01
    found = enhancer.enhance(clip).samples
    lags = np.correlate(found[4000:20_000], clip.samples[4200:19_800], "valid")

    assert abs(int(lags.argmax()) - 200) <= 1


def test_another_rate_is_refused(enhancer: Enhancer) -> None:
    with pytest.raises(ValueError, match="wants 16000 Hz, not 8000"):
        enhancer.enhance(Audio(np.ones(800, np.float32), 8000))


def test_threads_may_share_it(enhancer: Enhancer) -> None:
    clips = [sweep(1 + seed % 3, seed) for seed in range(6)]
    alone = [enhancer.enhance(clip).samples for clip in clips]
    with ThreadPoolExecutor(3) as pool:
        shared = list(pool.map(lambda clip: enhancer.enhance(clip).samples, clips))

    assert all(np.array_equal(a, b) for a, b in zip(shared, alone, strict=True))


def test_memory_does_not_grow_with_the_clips(enhancer: Enhancer) -> None:
    clip = sweep(0.4)
    for _ in range(20):
        enhancer.enhance(clip)

    def growth() -> int:
        gc.collect()
        tracemalloc.start()
        for _ in range(200):
            enhancer.enhance(clip)
        gc.collect()
        found = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        return found

    # What other threads allocate meanwhile passes; what grows does so every time.
    assert any(growth() < 200_000 for _ in range(2))
