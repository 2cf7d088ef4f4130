"""Clips as windows of the encoder."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiting.core.types import Audio
from huiting.engines._windows import DYNAMIC, LONGEST, View, batches, features_of, padded

RATE = 16_000


@pytest.mark.parametrize(
    ("view", "seconds", "size"),
    [
        pytest.param(View(window=10), 3, 10, id="the least"),
        pytest.param(View(window=10, margin=1), 9.5, 12, id="the next step"),
        pytest.param(View(window=10, margin=0, lead=0.5), 10, 12, id="room for the lead"),
        pytest.param(View(window=10), 29.5, LONGEST, id="the longest there is"),
    ],
)
def test_a_clip_gets_the_window_that_holds_it(view: View, seconds: float, size: float) -> None:
    assert view.size(seconds) == size


def test_a_window_is_silence_around_the_clip() -> None:
    features = np.linspace(-1, 1, 80 * 50, dtype=np.float32).reshape(80, 50)
    window = padded(features, 1.0, 0.1)

    assert window.shape == (1, 80, 100)
    assert (window[0, :, 10:60] == features).all()
    assert (window[0, :, :10] == 1 - DYNAMIC).all()
    assert (window[0, :, 60:] == 1 - DYNAMIC).all()


def test_what_does_not_fit_is_cut_off() -> None:
    window = padded(np.ones((80, 200), np.float32), 1.0, 0.5)

    assert window.shape == (1, 80, 100)
    assert (window[0, :, 50:] == 1).all()


def test_padding_is_what_silence_in_the_samples_gives() -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, RATE).astype(np.float32)
    silence = np.concatenate((noise, np.zeros(RATE, np.float32)))
    window = padded(features_of(Audio(noise, RATE)), 2.0, 0.0)

    assert window[0, :, 110:] == pytest.approx(features_of(Audio(silence, RATE))[:, 110:200])


@pytest.mark.parametrize("samples", [0, 1, 399, 400])
def test_clips_shorter_than_a_frame_have_features(samples: int) -> None:
    features = features_of(Audio(np.zeros(samples, np.float32), RATE))

    assert features.shape[0] == 80
    assert np.isfinite(features).all()


@given(
    st.lists(st.floats(0.1, 29), max_size=40),
    st.floats(1, 200),
    st.integers(1, 4),
)
def test_every_clip_is_in_one_batch_of_its_window(
    seconds: list[float], most: float, workers: int
) -> None:
    sizes = [View().size(length) for length in seconds]
    found = batches(seconds, sizes, most, workers)

    assert sorted(i for batch in found for i in batch) == list(range(len(seconds)))
    assert all(len({sizes[i] for i in batch}) == 1 for batch in found)
    assert all(len(b) == 1 or sum(sizes[i] for i in b) <= most for b in found)


def test_few_clips_are_divided_among_the_workers() -> None:
    assert [len(b) for b in batches([3.0] * 6, [10.0] * 6, 160, 2)] == [3, 3]
