"""How fast Whisper is on a CUDA device, what memory it takes, and whether it hears the same.

Usage: python bench/cuda.py [--calls ../shared/calls/open] [--weights FOLDER] [--device cuda:0]
                            [--hours 4] [--threads N] [--out results/cuda.md]

The speech of the stereo calls is cut as the `fast` profile cuts it, and recognized on the
processor and on the device, in several number formats and sizes of batch: through the
recognizer alone, so that nothing else waits. To fill the device the calls are repeated; hours
are hours of calls. Memory is what the driver counts as taken, the runtime's own included.
On a machine without a CUDA device it says so and ends.
"""

import argparse
import json
import os
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

from huiting.audio.clips import CUTTINGS, clips_of
from huiting.audio.decode import decode
from huiting.core.ports import Hints
from huiting.core.types import Audio
from huiting.engines import _cuda, catalogue, silero, whisper
from huiting.engines.device import device
from huiting.text.error_rate import NOTHING, ErrorRate, score, score_channel, unit_of

RESULTS = Path(__file__).parent / "results" / "cuda.md"
OPEN = Path(__file__).parents[2] / "shared" / "calls" / "open"
FORMATS = ("float32", "float16", "int8_float16")
BATCHES = (100.0, 320.0, 640.0, 1280.0, 2560.0)
RATE = 16_000


@dataclass(frozen=True, slots=True)
class Track:
    """One channel of a call, cut into clips."""

    call: str
    language: str
    duration: float
    """Of the call."""
    clips: tuple[Audio, ...]
    turns: tuple[tuple[str, str], ...]
    """Accepted forms of each turn."""


@dataclass(frozen=True, slots=True)
class Options:
    """How speed is measured."""

    device: str
    hours: float
    threads: int


@dataclass
class Memory:
    """What a device has in use beyond what it had, at its peak."""

    index: int
    before: int = 0
    least: int = 0
    _done: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Look every 20 ms while inside."""
        driver = _cuda.driver()
        self.least = _cuda.free(driver, self.index) or 0
        self._done.clear()
        looking = threading.Thread(target=self._look, args=(driver,))
        looking.start()
        try:
            yield
        finally:
            self._done.set()
            looking.join()

    def _look(self, driver: Any) -> None:  # noqa: ANN401
        while not self._done.wait(0.02):
            self.least = min(self.least, _cuda.free(driver, self.index) or self.least)

    @property
    def peak(self) -> float:
        """GB."""
        return (self.before - self.least) / 1e9


def tracks_of(folder: Path) -> list[Track]:
    detector = silero.build()
    found = []
    for path in sorted(folder.glob("*.json")):
        truth = json.loads(path.read_text(encoding="utf-8"))
        if truth["channels"] != 2 or not (folder / truth["file"]).exists():
            continue
        with decode(folder / truth["file"], rate=RATE) as decoded:
            for channel, track in enumerate(decoded.tracks):
                speech = detector.speech(track)
                cut = clips_of(track, channel, None, speech, CUTTINGS["fast"])
                turns = [t for t in truth["turns"] if t["channel"] == channel]
                found.append(
                    Track(
                        truth["id"],
                        truth["lang"],
                        decoded.duration,
                        tuple(clip.audio for clip in cut),
                        tuple((t["spoken"], t["written"]) for t in turns),
                    )
                )
    return found


def heard(recognizer: whisper.Whisper, tracks: Sequence[Track]) -> list[str]:
    """Return the text of each track."""
    texts = [""] * len(tracks)
    for language in sorted({t.language for t in tracks}):
        these = [i for i, t in enumerate(tracks) if t.language == language]
        clips = [clip for i in these for clip in tracks[i].clips]
        found = recognizer.transcribe(clips, Hints(language=language))
        for i in these:
            texts[i] = " ".join(next(found).text for _ in tracks[i].clips)
    return texts


def against_truth(texts: Sequence[str], tracks: Sequence[Track], language: str) -> ErrorRate:
    total = NOTHING
    for text, track in zip(texts, tracks, strict=True):
        if track.language == language:
            total += score_channel(text, track.turns, unit_of(language))
    return total


def against(texts: Sequence[str], others: Sequence[str], tracks: Sequence[Track]) -> ErrorRate:
    total = NOTHING
    for text, other, track in zip(texts, others, tracks, strict=True):
        total += score(text, [other], unit_of(track.language))
    return total


def speed(
    recognizer: whisper.Whisper, tracks: Sequence[Track], hours: float
) -> tuple[float, float]:
    """Return hours of calls, and the seconds they took; the Mandarin ones, repeated."""
    chosen = [t for t in tracks if t.language == "zh"]
    once = sum(t.duration for t in chosen) / 2 / 3600
    times = max(1, round(hours / once))
    clips = [clip for t in chosen for clip in t.clips] * times
    began = time.perf_counter()
    for _ in recognizer.transcribe(clips, Hints(language="zh")):
        pass
    return once * times, time.perf_counter() - began


def row(*cells: object) -> str:
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def texts_table(
    weights: Path, tracks: Sequence[Track], name: str, threads: int, reference: Sequence[str]
) -> Iterator[str]:
    yield row("device", "format", "CER zh", "WER en", "CER ja", "differs from the processor's")
    yield row(*["---"] * 6)
    cells = [f"{against_truth(reference, tracks, code).rate:.2%}" for code in ("zh", "en", "ja")]
    yield row("processor", "int8", *cells, "")
    for compute in FORMATS:
        made = whisper.build(weights=weights, device=name, compute=compute, threads=threads)
        texts = heard(made, tracks)
        cells = [f"{against_truth(texts, tracks, code).rate:.2%}" for code in ("zh", "en", "ja")]
        differs = against(texts, reference, tracks)
        yield row(name, compute, *cells, f"{differs.rate:.2%}")


@dataclass(frozen=True, slots=True)
class Case:
    """One row of the table of speed."""

    profile: str
    compute: str
    batch: float


CASES = (
    *(Case("fast", "float16", batch) for batch in BATCHES),
    Case("fast", "int8_float16", 640.0),
    Case("accurate", "float16", 640.0),
)


def measured(case: Case, weights: Path, tracks: Sequence[Track], options: Options) -> str:
    """Return the row of a case; in a process of its own, as runtimes keep memory they had."""
    index = int(options.device.partition(":")[2] or 0)
    memory = Memory(index, before=_cuda.free(_cuda.driver(), index) or 0)
    with memory.watched():
        made = whisper.build(
            weights=weights,
            device=options.device,
            compute=case.compute,
            profile=case.profile,
            batch=case.batch,
            threads=options.threads,
        )
        speed(made, tracks, 0.1)  # warms up
        hours, seconds = speed(made, tracks, options.hours)
    rate, peak = f"{hours / seconds * 3600:.0f}", f"{memory.peak:.2f}"
    return row(case.profile, case.compute, f"{case.batch:.0f}", rate, peak)


def speed_table(weights: Path, tracks: Sequence[Track], options: Options) -> Iterator[str]:
    yield row("profile", "format", "seconds a batch", "hours of calls an hour", "peak GB")
    yield row(*["---"] * 5)
    for case in CASES:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            yield pool.submit(measured, case, weights, tracks, options).result()


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--calls", type=Path, default=OPEN)
    arguments.add_argument("--weights", type=Path)
    arguments.add_argument("--device", default="cuda:0")
    arguments.add_argument("--hours", type=float, default=4.0)
    arguments.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    arguments.add_argument("--out", type=Path, default=RESULTS)
    options = arguments.parse_args()
    machine = device()
    if not machine.gpus:
        print(f"nothing is measured: {machine.obstacle or 'this machine has no CUDA device'}")
        return
    models = user_cache_path("huiting") / "models"
    weights = options.weights or catalogue.weights("whisper-base", models).folder
    index = int(options.device.partition(":")[2] or 0)
    tracks = tracks_of(options.calls)
    processor = whisper.build(weights=weights, device="cpu", threads=options.threads)
    reference = heard(processor, tracks)
    hours, seconds = speed(processor, tracks, 0.5)
    card = machine.cards[index]
    lines = [
        "# Whisper base on a CUDA device",
        "",
        (
            f"{len(tracks) // 2} stereo calls, {card.name} ({card.total / 1e9:.0f} GB), "
            f"{options.threads} threads that prepare. On the processor of the same machine "
            f"({machine.processor}, {options.threads} threads, int8): "
            f"{hours / seconds * 3600:.0f} hours of calls an hour."
        ),
        "",
        *texts_table(weights, tracks, options.device, options.threads, reference),
        "",
        *speed_table(weights, tracks, Options(options.device, options.hours, options.threads)),
    ]
    options.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
