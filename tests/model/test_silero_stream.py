"""The real network hears an arriving track as it hears the whole one."""

from pathlib import Path

import numpy as np
import pytest

from huiting.audio.decode import decode
from huiting.core.types import Span
from huiting.engines import silero

CALLS = Path(__file__).resolve().parents[2].parent / "shared" / "calls" / "open"
pytestmark = [pytest.mark.model, pytest.mark.shared]


@pytest.mark.skipif(not CALLS.is_dir(), reason="no ../shared/calls here")
def test_regions_of_calls_are_the_same_however_they_arrive() -> None:
    detector = silero.build()
    rng = np.random.default_rng(7)
    for told in sorted(CALLS.glob("*.json"))[::13]:
        audio = next(path for path in CALLS.glob(f"{told.stem}.*") if path != told)
        with decode(audio, rate=silero.RATE, called=told.stem) as decoded:
            for track in decoded.alive:
                samples = track.cut(Span(0.0, track.duration)).samples
                stream, found, at = detector.stream(), [], 0
                while at < len(samples):
                    size = int(rng.integers(1, 8_000))
                    found += stream.feed(samples[at : at + size])
                    at += size
                found += stream.finish()

                assert found == list(detector.speech(track))
