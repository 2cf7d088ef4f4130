"""How soon a call of hours is heard: from its beginning, after a jump, and as it was before.

Usage: python bench/playing.py [--hours 2]

A call of two channels is made up and written as telephone systems do. Each time is that from
asking to the first block of sound; `converted first` is how long it takes to make a WAV file of
all of it, as would be done before anything could be heard. Writes results/playing.md.
"""

import argparse
import os
import platform
import tempfile
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import av
import numpy as np

from huiting.audio.playing import form_of
from huiting.audio.redaction import redact_audio, stretches_of
from huiting.audio.source import Source
from huiting.core.types import Span
from huiting.service.playing import Part, Played

RESULTS = Path(__file__).parent / "results" / "playing.md"
RATE = 8_000
FORMS = {"WAV, A-law": ("wav", "pcm_alaw"), "MP3": ("mp3", "libmp3lame"), "FLAC": ("flac", "flac")}
PRIVATE = [Span(at, at + 3.0) for at in range(60, 7_000, 120)]


def main() -> None:
    """Measure, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=2.0)
    seconds = parser.parse_args().hours * 3600
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for name, (container, codec) in FORMS.items():
            path = Path(folder) / f"call.{container}"
            _write(path, container, codec, seconds)
            rows.append((name, *_measured(path, seconds)))
    text = "\n".join(_table(rows, seconds)) + "\n"
    RESULTS.write_text(text, encoding="utf-8")
    print(text)


def _write(path: Path, container: str, codec: str, seconds: float) -> None:
    rng = np.random.default_rng(0)
    with av.open(str(path), "w", format=container) as file:
        stream: Any = file.add_stream(codec, rate=RATE, layout="stereo")
        for second in range(round(seconds)):
            at = np.arange(RATE) / RATE + second
            voice = 0.3 * np.sin(2 * np.pi * 180 * at) * np.sin(2 * np.pi * 0.4 * at) ** 2
            both = np.stack([voice, np.roll(voice, RATE // 2)], 1)
            both += rng.normal(0, 0.01, both.shape)
            data = (both * 32767).astype("<i2").reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(data, format="s16", layout="stereo")
            frame.sample_rate, frame.pts = RATE, second * RATE
            for packet in stream.encode(frame):
                file.mux(packet)
        for packet in stream.encode(None):
            file.mux(packet)


def _measured(path: Path, seconds: float) -> tuple[float, float, float, float]:
    """Return seconds until the beginning, a jump, and all of it are there; and MB at most."""
    begun = time.perf_counter()
    redact_audio(path, {1: PRIVATE}, path.with_suffix(".whole.wav"))
    before = time.perf_counter() - begun
    first, jump = (_soonest(path, seconds, moment) for moment in (0.0, 0.95 * seconds))
    tracemalloc.start()
    _soonest(path, seconds, 0.95 * seconds)
    most = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return before, first, jump, most


def _soonest(path: Path, seconds: float, moment: float) -> float:
    begun = time.perf_counter()
    with ExitStack() as undo:
        raw = undo.enter_context(path.open("rb"))
        file = Source("recording", path.suffix, "0" * 64, path.stat().st_size, raw)
        form = form_of(file)
        beeps = {1: stretches_of(PRIVATE, form.rate)}
        part = Part(0, round(seconds * form.rate), None, beeps)
        played = Played(file, form, seconds, part, ExitStack())
        blocks = played.read(44 + 4 * round(moment * form.rate))
        block = next(blocks)
        while len(block) <= 44:
            block = next(blocks)
        return time.perf_counter() - begun


def _table(rows: list[tuple[str, float, float, float, float]], seconds: float) -> Iterator[str]:
    load = os.getloadavg()[0]
    yield "# Playing long calls"
    yield ""
    yield (
        f"Written by `python bench/playing.py`: {platform.machine()}, {os.cpu_count()} cores that "
        f"others used too (load {load:.0f}); a made-up call of {seconds / 3600:g} hours, two "
        f"channels at {RATE} Hz, {len(PRIVATE)} stretches covered by a beep. Seconds until sound "
        "is there."
    )
    yield ""
    yield "| stored as | converted first | from the beginning | jump to 95 % | memory of Python, MB |"
    yield "|---|---:|---:|---:|---:|"
    for name, before, first, jump, most in rows:
        yield f"| {name} | {before:.1f} | {first:.3f} | {jump:.3f} | {most:.1f} |"


if __name__ == "__main__":
    main()
