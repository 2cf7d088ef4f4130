from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from huiting.engines import _clustering
from huiting.engines._clustering import silhouette, speakers

SIZE = 32


def voices(*counts: int, spread: float = 0.35, seed: int = 3) -> NDArray[np.float32]:
    """Return prints of so many pieces of each voice, voice by voice."""
    random = np.random.default_rng(seed)
    middles = np.eye(SIZE)[: len(counts)] + 0.1
    rows = [
        middle + spread * random.standard_normal((n, SIZE)) / np.sqrt(SIZE) * 2
        for middle, n in zip(middles, counts, strict=True)
    ]
    prints = np.concatenate(rows)
    lengths = np.linalg.norm(prints, axis=1, keepdims=True)
    unit: NDArray[np.float32] = (prints / lengths).astype(np.float32)
    return unit


def labels(prints: NDArray[np.float32], means: NDArray[np.float32]) -> list[int]:
    found: list[int] = (prints @ means.T).argmax(1).tolist()
    return found


def split(found: list[int], *counts: int) -> bool:
    """Tell whether each voice has one label, and another than the others."""
    bounds = np.cumsum([0, *counts])
    groups = [set(found[a:b]) for a, b in pairwise(bounds)]
    return all(len(g) == 1 for g in groups) and len(set.union(*groups)) == len(counts)


@pytest.mark.parametrize(
    "counts",
    [
        pytest.param((12, 9), id="two"),
        pytest.param((30, 3), id="one says little"),
        pytest.param((8, 8, 8), id="three"),
    ],
)
def test_given_so_many_speakers_each_gets_a_group(counts: tuple[int, ...]) -> None:
    prints = voices(*counts)

    means = speakers(prints, np.full(len(prints), 1.5), len(counts))

    assert split(labels(prints, means), *counts)


@pytest.mark.parametrize(
    "counts",
    [
        pytest.param((20,), id="one"),
        pytest.param((12, 9), id="two"),
        pytest.param((9, 8, 10), id="three"),
    ],
)
def test_the_number_of_speakers_is_estimated(counts: tuple[int, ...]) -> None:
    prints = voices(*counts)

    assert len(speakers(prints, np.full(len(prints), 1.5), None)) == len(counts)


def test_an_odd_sound_does_not_take_a_speakers_place() -> None:
    cough = -voices(1)
    prints = np.concatenate([voices(14, 12), cough])

    means = speakers(prints, np.array([1.5] * 26 + [0.7]), 2)

    assert split(labels(prints, means)[:26], 14, 12)


def test_short_pieces_are_not_asked_who_the_speakers_are() -> None:
    prints = voices(10, 10, 10)
    seconds = np.array([1.5] * 20 + [0.3] * 10)  # the third voice is coughs

    assert len(speakers(prints, seconds, None)) == 2


def test_an_odd_sound_is_no_third_speaker_either() -> None:
    prints = np.concatenate([voices(14, 12, 13), -voices(1)])
    seconds = np.array([1.5] * 39 + [0.7])

    assert split(labels(prints, speakers(prints, seconds, 3))[:39], 14, 12, 13)


def test_with_only_short_pieces_the_longest_decide() -> None:
    prints = voices(2, 2)

    assert split(labels(prints, speakers(prints, np.full(4, 0.4), 2)), 2, 2)


def test_only_so_many_prints_are_clustered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_clustering, "MOST", 40)
    prints = voices(300, 300)

    assert split(labels(prints, speakers(prints, np.full(600, 1.5), 2)), 300, 300)


def test_fewer_prints_than_speakers_give_fewer_speakers() -> None:
    assert len(speakers(voices(1, 1), np.full(2, 1.5), 4)) == 2
    assert len(speakers(voices(1), np.full(1, 1.5), 2)) == 1


def test_one_speaker_is_the_mean_of_all() -> None:
    prints = voices(10)

    [mean] = speakers(prints, np.full(10, 1.5), 1)

    assert np.linalg.norm(mean) == pytest.approx(1, abs=1e-5)
    assert (prints @ mean).min() > 0.5


@pytest.mark.parametrize("count", [None, 2, 3])
def test_equal_prints_are_one_speaker(count: int | None) -> None:
    prints = np.repeat(voices(1), 6, axis=0)

    means = speakers(prints, np.full(6, 1.5), count)

    assert len(set(labels(prints, means))) == 1


def test_a_group_without_prints_makes_no_silhouette() -> None:
    prints = voices(5)

    assert silhouette(prints, np.full(5, 1.5), np.stack([prints[0], -prints[0]])) == -1


def test_groups_far_apart_have_a_high_silhouette() -> None:
    prints = voices(8, 8, spread=0.05)
    means = np.stack([prints[:8].mean(0), prints[8:].mean(0)])

    assert silhouette(prints, np.full(16, 1.5), means) > 0.9
