from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from huiting.core.errors import EngineError
from huiting.core.types import Audio
from huiting.engines._segmentation import (
    FRAMES,
    HOP,
    RATE,
    WINDOW,
    Segmenter,
    changes,
    frame_at,
    frames,
    time_of,
)


class Network:
    """Reads the class of each frame off the level of the sound: 0.1 is class 1, 0.2 class 2…"""

    def __init__(self) -> None:
        self.windows = 0

    def run(self, _names: None, feeds: dict[str, NDArray[np.float32]]) -> list[Any]:
        self.windows += 1
        assert feeds["wav"].shape == (1, 1, WINDOW)
        middles = 495 + np.arange(FRAMES) * HOP
        classes = np.rint(feeds["wav"][0, 0][middles] * 10).astype(int)
        return [np.log(np.eye(7)[classes] + 1e-9)[None].astype(np.float32)]


class Broken:
    def run(self, _names: None, _feeds: dict[str, Any]) -> list[Any]:
        raise RuntimeError("bad node")


def track(*parts: tuple[float, float]) -> Audio:
    """Return a track of (level, seconds)."""
    return Audio(
        np.concatenate([np.full(int(s * RATE), level, np.float32) for level, s in parts]), RATE
    )


@pytest.mark.parametrize("seconds", [0.5, 9.9, 10.0, 10.1, 33.0])
def test_every_frame_is_heard_whatever_the_length(seconds: float) -> None:
    activity = Segmenter(Network()).listen(track((0.1, seconds)))

    assert len(activity.speech) == frames(seconds)
    assert activity.speech[:-3].min() > 0.99  # the last frames look at the padding


def test_an_empty_track_has_no_frames() -> None:
    assert len(Segmenter(Network()).listen(track((0, 0))).speech) == 0


def test_each_second_is_heard_about_twice() -> None:
    network = Network()

    Segmenter(network).listen(track((0.1, 60.0)))

    assert network.windows == 12


def test_overlap_is_told_from_speech() -> None:
    activity = Segmenter(Network()).listen(track((0, 2), (0.1, 4), (0.4, 4), (0, 3)))

    assert activity.overlap[frame_at(7)] > 0.99
    assert activity.overlap[frame_at(4)] < 0.01
    assert activity.speech[frame_at(7)] > 0.99
    assert activity.speech[frame_at(1)] < 0.01


@pytest.mark.parametrize("at", [1.0, 4.0, 8.0, 13.0, 21.0])
def test_a_change_of_voice_is_found_where_it_is_and_once(at: float) -> None:
    activity = Segmenter(Network()).listen(track((0.1, at), (0.2, 24 - at)))

    [place] = np.flatnonzero(activity.change)
    assert time_of(int(place)) == pytest.approx(at, abs=0.04)


@pytest.mark.parametrize(
    ("classes", "expected"),
    [
        pytest.param([1, 1, 2, 2], [2], id="at once"),
        pytest.param([1, 0, 0, 0, 2], [2], id="in the middle of silence"),
        pytest.param([1, 0, 0, 1], [], id="the same voice goes on"),
        pytest.param([1, 4, 2], [1, 2], id="through overlap"),
        pytest.param([0, 0], [], id="silence"),
        pytest.param([], [], id="nothing"),
    ],
)
def test_changes(classes: list[int], expected: list[int]) -> None:
    assert changes(np.array(classes, np.intp)) == expected


@pytest.mark.parametrize("frame", [0, 1, 100, 589, 640_000])
def test_a_frames_time_leads_back_to_it(frame: int) -> None:
    assert frame_at(time_of(frame) + HOP / RATE / 2) == frame


def test_a_network_that_fails_is_an_engine_error() -> None:
    with pytest.raises(EngineError, match="segmentation failed: bad node"):
        Segmenter(Broken()).listen(track((0.1, 1)))
