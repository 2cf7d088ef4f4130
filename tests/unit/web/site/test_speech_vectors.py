"""Numbers on which the page decides as the voice detector does; node reads the same file.

HUITING_WRITE_GOLDEN=1 writes it anew.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from huiting.core.speech import STEPS, SpeechOptions, SpeechTrack, told
from huiting.engines.silero import HOP, RATE, regions_of

FILE = Path(__file__).parent / "scripts" / "regions.vectors.json"
FRAME = HOP / RATE


def runs(frames: int, *stretches: tuple[int, int, int]) -> NDArray[np.uint8]:
    """Return silence with stretches of so many steps."""
    found = np.zeros(frames, np.uint8)
    for begin, end, steps in stretches:
        found[begin:end] = steps
    return found


def walk(seed: int, frames: int) -> NDArray[np.uint8]:
    """Return steps that go up and down by chance, as speech does."""
    chance = np.random.default_rng(seed)
    level = np.abs(np.cumsum(chance.normal(0, 12, frames)) % (2 * STEPS) - STEPS)
    return level.astype(np.uint8)


def cases() -> Iterator[tuple[str, NDArray[np.uint8], SpeechOptions, float | None]]:
    """Yield name, steps, options, and the seconds of the track where those are not of its frames."""
    usual = SpeechOptions()
    exact = SpeechOptions(min_silence=4 * FRAME, min_speech=4 * FRAME, pad=0.0)
    yield "nothing", runs(0), usual, None
    yield "silence", runs(50), usual, None
    yield "speech all the time", runs(50, (0, 50, 190)), usual, None
    yield "open at the end", runs(60, (30, 60, 150)), usual, None
    yield "just the threshold", runs(60, (10, 40, 80)), usual, None
    yield "a step below the threshold", runs(60, (10, 40, 79)), usual, None
    yield "stays while at the release", runs(90, (10, 40, 120), (40, 70, 60)), usual, None
    yield "ends a step below the release", runs(90, (10, 40, 120), (40, 70, 59)), usual, None
    yield "a gap that is just too long", runs(60, (5, 20, 180), (24, 40, 180)), exact, None
    yield "a gap that is short enough", runs(60, (5, 20, 180), (23, 40, 180)), exact, None
    yield "just long enough to be speech", runs(60, (5, 9, 180), (30, 33, 180)), exact, None
    yield "short and unsure", runs(60, (5, 15, 119), (30, 40, 120)), usual, None
    yield "long and unsure", runs(60, (5, 25, 100)), usual, None
    yield "a high threshold is the surety", runs(60, (5, 15, 150)), SpeechOptions(0.8, 0.3), None
    wide = SpeechOptions(pad=0.4, min_silence=0.05)
    yield "margins meet in the middle", runs(80, (5, 20, 180), (30, 60, 180)), wide, None
    yield "margins end with the track", runs(40, (1, 39, 180)), wide, 1.25
    yield "a track shorter than its last frame", runs(40, (20, 40, 180)), usual, 1.2701
    nothing = SpeechOptions(0.0, 0.0, 0.0, 0.0, 0.0)
    yield "everything is taken", runs(30, (5, 9, 90)), nothing, None
    yield "nothing is certain", walk(1, 200), SpeechOptions(1.0, 1.0), None
    choices = (
        usual, SpeechOptions(0.555, 0.15), SpeechOptions(0.25, 0.245, 0.0, 0.0, 0.0),
        SpeechOptions(0.7, 0.1, 0.51, 0.3, 0.175), SpeechOptions(0.4, 0.3, 1.0, 0.5, 0.5),
    )  # fmt: skip
    for seed, options in enumerate(choices):
        yield f"by chance {seed}", walk(seed, 600), options, None


def vectors() -> list[dict[str, Any]]:
    found = []
    for name, steps, options, seconds in cases():
        duration = len(steps) * FRAME if seconds is None else seconds
        track = SpeechTrack(0, duration, steps.tobytes(), b"")
        spans = regions_of(track.probabilities.tolist(), duration, options)
        found.append(
            {
                "name": name,
                "likely": steps.tolist(),
                "hop": FRAME,
                "duration": duration,
                "options": told(options),
                "regions": [[span.start, span.end] for span in spans],
            }
        )
    return found


def test_the_page_is_held_to_what_the_detector_decides_now() -> None:
    now = vectors()
    if os.environ.get("HUITING_WRITE_GOLDEN"):
        lines = ",\n".join(json.dumps(case) for case in now)
        FILE.write_text(f"[\n{lines}\n]\n", encoding="utf-8")

    assert json.loads(FILE.read_text(encoding="utf-8")) == now


def test_the_cases_tell_something() -> None:
    counts = {case["name"]: len(case["regions"]) for case in vectors()}

    assert counts["just the threshold"] == counts["a step below the threshold"] + 1
    assert counts["a gap that is just too long"] == counts["a gap that is short enough"] + 1
    assert counts["short and unsure"] == counts["just long enough to be speech"] == 1
    assert min(counts[f"by chance {seed}"] for seed in range(5)) > 1
