"""How well and how fast calls are recognized, against faster-whisper in the same run.

Usage: python bench/recognition.py [--shared ../shared] [--models FOLDER] [--quick]

The stereo calls of `calls/open` go through four systems with the same weights, two threads
and int8: faster-whisper's `WhisperModel.transcribe` and `BatchedInferencePipeline`, each at
its defaults and given each channel as decoded samples, and Huiting's two profiles, given the
files: decoding, voice detection, language, text stages and all. CER as in docs/metrics.md,
over whole channels. `--quick` leaves out the long recordings. Writes results/recognition.*.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
import wave
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from platformdirs import user_cache_path

from huiting.app.settings import Settings
from huiting.app.wiring import text_of
from huiting.audio.clips import CUTTINGS
from huiting.audio.decode import decode
from huiting.core.analysis import Analysis, MadeBy
from huiting.core.plugins import make
from huiting.core.ports import Hints, Hypothesis, Recognizer
from huiting.core.types import Audio, Span
from huiting.engines import catalogue, silero, whisper
from huiting.engines.gather import gathering
from huiting.pipeline import Kit, Source, analyze
from huiting.text.error_rate import NOTHING, ErrorRate, score_channel, unit_of

RESULTS = Path(__file__).parent / "results"
RATE = 16_000
THREADS = 2
IN_FLIGHT = 3
"""Calls analyzed at once; those that wait share the recognizer's batches."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A call and its truth."""

    path: Path
    language: str
    format: str
    noise: str
    tracks: tuple[NDArray[np.float32], ...]
    turns: tuple[Mapping[str, Any], ...]

    def channel(self, index: int) -> list[Mapping[str, Any]]:
        """Return the turns of one channel; all of them when there is only one."""
        return [t for t in self.turns if len(self.tracks) == 1 or t["channel"] == index]


@dataclass(frozen=True, slots=True)
class Result:
    """What a system made of all calls."""

    name: str
    wall: float
    processor: float
    texts: Mapping[tuple[str, int], str]
    """By file name and channel."""
    outside: float | None = None
    """Share of the wall time in which no model ran."""


def references(folder: Path, channels: int) -> list[Reference]:
    found = []
    for truth in sorted(folder.glob("*.json")):
        call = json.loads(truth.read_text(encoding="utf-8"))
        if call["channels"] != channels:
            continue
        path = folder / call["file"]
        with decode(path, rate=RATE) as decoded:
            whole = Span(0, decoded.duration)
            tracks = tuple(track.cut(whole).samples for track in decoded.tracks)
        noise = [e for e in call["events"] if e["type"] == "noise"]
        found.append(
            Reference(
                path=path,
                language=call["lang"],
                format=call["format"],
                noise=f"{noise[0]['snr_db']} dB" if noise else "none",
                tracks=tracks,
                turns=tuple(call["turns"]),
            )
        )
    return found


class Timed:
    """A `Recognizer` that notes when the model runs."""

    def __init__(self, recognizer: Recognizer) -> None:
        self._recognizer = recognizer
        self._lock = threading.Lock()
        self.runs: list[tuple[float, float]] = []

    @property
    def rate(self) -> int:
        """Sample rate the model wants, in Hz."""
        return self._recognizer.rate

    def transcribe(self, clips: Sequence[Audio], hints: Hints, /) -> Iterator[Hypothesis]:
        """Transcribe, and note when."""
        with self.noted():
            heard = list(self._recognizer.transcribe(clips, hints))
        return iter(heard)

    def languages(self, clips: Sequence[Audio], /) -> Iterator[Mapping[str, float]]:
        """Detect, and note when."""
        with self.noted():
            heard = list(self._recognizer.languages(clips))
        return iter(heard)

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Note when what is inside runs."""
        began = time.perf_counter()
        yield
        with self._lock:
            self.runs.append((began, time.perf_counter()))

    def busy(self) -> float:
        """Return the seconds in which at least one run was on."""
        total, until = 0.0, 0.0
        for began, ended in sorted(self.runs):
            total += max(0.0, ended - max(began, until))
            until = max(until, ended)
        return total


class TimedDetector:
    """A `VoiceDetector` whose runs are noted with those of the recognizer."""

    def __init__(self, timed: Timed) -> None:
        self._detector = silero.build()
        self._timed = timed

    def speech(self, track: Any, /) -> list[Span]:  # noqa: ANN401
        """Detect, and note when."""
        with self._timed.noted():
            return self._detector.speech(track)


@dataclass
class Product:
    """Huiting with one profile, as a batch of calls runs it."""

    profile: str
    weights: Path
    timed: Timed = field(init=False)
    analyses: dict[str, Analysis] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Load the model."""
        self.timed = Timed(
            whisper.build(weights=self.weights, profile=self.profile, threads=THREADS)
        )

    def run(self, sources: Sequence[Source]) -> None:
        """Analyze the sources, several at a time."""
        settings = Settings()
        with gathering(self.timed) as asr, ThreadPoolExecutor(IN_FLIGHT) as pool:
            kit = Kit(
                vad=TimedDetector(self.timed),
                asr=asr,
                roles=make("huiting.quality", "roles"),
                made_by=MadeBy(huiting="bench", engine="whisper"),
                text=text_of(settings, Hints()),
                cutting=CUTTINGS[self.profile],
                speakers=1,
            )
            for source, done in zip(
                sources, pool.map(lambda s: analyze(s, kit, Hints()), sources), strict=True
            ):
                self.analyses[source.name] = done


def timed_run(name: str, work: Callable[[], Mapping[tuple[str, int], str]]) -> Result:
    wall, processor = time.perf_counter(), time.process_time()
    print(f"{name} …", file=sys.stderr, flush=True)
    texts = work()
    return Result(name, time.perf_counter() - wall, time.process_time() - processor, texts)


def peers(weights: Path, calls: Sequence[Reference]) -> Iterator[Result]:
    from faster_whisper import BatchedInferencePipeline, WhisperModel

    model = WhisperModel(str(weights), device="cpu", compute_type="int8", cpu_threads=THREADS)
    batched = BatchedInferencePipeline(model)
    for name, transcribe in (
        ("faster-whisper, sequential", model.transcribe),
        ("faster-whisper, batched", batched.transcribe),
    ):
        "".join(s.text for s in transcribe(calls[0].tracks[0])[0])  # the first run is slower

        def work(transcribe: Callable[..., Any] = transcribe) -> dict[tuple[str, int], str]:
            return {
                (call.path.name, i): " ".join(s.text for s in transcribe(track)[0])
                for call in calls
                for i, track in enumerate(call.tracks)
            }

        yield timed_run(name, work)


def ours(profile: str, weights: Path, calls: Sequence[Reference]) -> tuple[Result, Product]:
    product = Product(profile, weights)
    sources = [Source(call.path, call.path.name) for call in calls]
    product.run(sources[:1])
    product.timed.runs.clear()

    def work() -> dict[tuple[str, int], str]:
        product.run(sources)
        return {
            (call.path.name, i): spoken(product.analyses[call.path.name], i, len(call.tracks))
            for call in calls
            for i in range(len(call.tracks))
        }

    result = timed_run(f"huiting, {profile}", work)
    outside = 1 - product.timed.busy() / result.wall
    return Result(**{**{k: getattr(result, k) for k in ("name", "wall", "processor", "texts")},
                     "outside": outside}), product  # fmt: skip


def spoken(analysis: Analysis, channel: int, channels: int) -> str:
    said = [s for s in analysis.call.segments if channels == 1 or s.channel == channel]
    return " ".join(s.spoken for s in said)


def rates(
    calls: Sequence[Reference], result: Result, by: Callable[[Reference], str]
) -> dict[str, ErrorRate]:
    """Return the error rate of each group of calls."""
    found: dict[str, ErrorRate] = defaultdict(lambda: NOTHING)
    for call in calls:
        for i in range(len(call.tracks)):
            turns = [(t["spoken"], t["written"]) for t in call.channel(i)]
            text = result.texts[call.path.name, i]
            found[by(call)] += score_channel(text, turns, unit_of(call.language))
    return dict(sorted(found.items()))


@dataclass(frozen=True, slots=True)
class Timing:
    """Errors of starts in seconds: how far off in the middle, and in the worst tenth."""

    what: str
    count: int
    median: float
    p90: float


def timing(calls: Sequence[Reference], product: Product) -> list[Timing]:
    """Compare starts of turns with those of the segments and words that open them."""
    segments, words = [], []
    for call in calls:
        heard = product.analyses[call.path.name].call.segments
        for turn in call.turns:
            truth = Span(turn["start"], turn["end"])
            mine = [s for s in heard if s.channel == turn["channel"] and s.span.overlap(truth) > 0]
            if not mine:
                continue
            # a segment that opens in an earlier turn says nothing of this one
            own = [s.span.start for s in mine if s.span.start > truth.start - 0.5]
            segments += [min(own) - truth.start] if own else []
            inside = [
                w.span.start
                for s in mine
                for w in s.words
                if truth.start - 0.3 < (w.span.start + w.span.end) / 2 < truth.end
            ]
            words += [min(inside) - truth.start] if inside else []
    return [_timing("segment start", segments), _timing("first word of a turn", words)]


def _timing(what: str, errors: Sequence[float]) -> Timing:
    size = np.abs(errors)
    return Timing(what, len(errors), float(np.median(size)), float(np.percentile(size, 90)))


def detection(calls: Sequence[Reference]) -> list[str]:
    """Say how the voice detector's regions compare with the turns, channel by channel."""
    detector = silero.build()
    starts, ends, missed, false, tone, speech = [], [], 0, 0.0, 0.0, 0.0
    for call in calls:
        truth = json.loads(call.path.with_suffix(".json").read_text(encoding="utf-8"))
        for i, track in enumerate(call.tracks):
            regions = detector.speech(Audio(track, RATE))
            turns = [Span(t["start"], t["end"]) for t in call.channel(i)]
            speech += sum(t.duration for t in turns)
            false += sum(r.duration - sum(r.overlap(t) for t in turns) for r in regions)
            events = [
                Span(e["start"], e["end"])
                for e in truth["events"]
                if e["type"] in {"hold_music", "ringback", "dtmf"} and e.get("channel", i) == i
            ]
            tone += sum(r.overlap(e) for r in regions for e in events)
            for turn in turns:
                mine = [r for r in regions if r.overlap(turn) > 0]
                missed += not mine
                starts += [mine[0].start - turn.start] if mine else []
                ends += [mine[-1].end - turn.end] if mine else []
    a, b = _timing("start", starts), _timing("end", ends)
    return [
        "| turns | missed | false speech | in tones and music | start p50 / p90 | end p50 / p90 |",
        "|---|---|---|---|---|---|",
        (
            f"| {len(starts) + missed} | {missed} | {false / speech:.1%} of speech | {tone:.2f} s "
            f"| {a.median * 1000:.0f} / {a.p90 * 1000:.0f} ms "
            f"| {b.median * 1000:.0f} / {b.p90 * 1000:.0f} ms |"
        ),
    ]


@dataclass(frozen=True, slots=True)
class Cost:
    """What recordings of some length cost, models loaded."""

    what: str
    speech: float
    """Minutes of one recording in which someone mostly speaks."""
    silence: float
    """Minutes after them in which nobody does."""
    calls: int
    """Recordings in flight."""
    wall: float
    peak: float
    """MiB of the whole process."""


LENGTHS = [
    ("two calls in flight", 10.0, 0.0, 2),
    ("one call", 1.0, 0.0, 1),
    ("one call", 10.0, 0.0, 1),
]
SILENT = ("silence after it", 1.0, 60.0, 1)
LONG = [("one call", 60.0, 0.0, 1), ("one call", 180.0, 0.0, 1)]


def cost(
    weights: Path, lengths: Sequence[tuple[str, float, float, int]], calls: Sequence[Reference]
) -> list[Cost]:
    """Analyze recordings made of the calls' channels, one after the other, in a process each."""
    tracks = np.concatenate([track for call in calls for track in call.tracks])
    sound = (np.clip(tracks, -1, 1) * 32767).astype("<i2")
    costs = []
    for what, speech, silence, count in lengths:
        with tempfile.NamedTemporaryFile(suffix=".wav") as file:
            _write(Path(file.name), sound, speech, silence)
            command = [sys.executable, __file__, "--child", file.name, "--in-flight", str(count)]
            done = subprocess.run(
                [*command, "--weights", str(weights)], stdout=subprocess.PIPE, check=True
            )
        wall, peak = json.loads(done.stdout.splitlines()[-1])
        costs.append(Cost(what, speech, silence, count, wall, peak))
    return costs


def _write(path: Path, sound: NDArray[np.int16], speech: float, silence: float) -> None:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        left = round(speech * 60 * RATE)
        while left:
            file.writeframes(sound[:left].tobytes())
            left -= min(left, len(sound))
        for _ in range(round(silence)):
            file.writeframes(bytes(2 * 60 * RATE))


def child(path: Path, count: int, weights: Path) -> None:
    """Analyze a recording `count` times at once; print the seconds and the peak memory."""
    product = Product("fast", weights)
    began = time.perf_counter()
    product.run([Source(path, f"call {i}") for i in range(count)])
    wall = time.perf_counter() - began
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    status = dict(line.split(":", 1) for line in lines)
    peak = int(status["VmHWM"].split()[0]) / 1024  # ru_maxrss would be that of the parent
    print(json.dumps([wall, peak]))


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(line) + " |" for line in lines]


def report(  # the order of the page
    calls: Sequence[Reference],
    mono: Sequence[Reference],
    results: Sequence[Result],
    fast: Product,
    costs: Sequence[Cost],
) -> list[str]:
    batched = next(r for r in results if "batched" in r.name)
    seconds = sum(max(len(t) for t in c.tracks) / RATE for c in calls)
    languages = sorted({c.language for c in calls})
    rows = []
    for result in results:
        by = rates(calls, result, lambda c: c.language)
        rows.append(
            [
                result.name,
                f"{result.wall:.1f}",
                f"{result.processor:.1f}",
                f"{result.wall / batched.wall:.2f}",
                f"{seconds / result.wall:.1f}",
                *(f"{by[code].rate:.2%}" for code in languages),
                "" if result.outside is None else f"{result.outside:.1%}",
            ]
        )
    lines = [
        "# Recognition",
        "",
        f"{len(calls)} stereo calls, {seconds / 60:.1f} minutes, two channels each.",
        "",
    ]
    lines += table(
        ["system", "wall s", "CPU s", "of batched", "x real time",
         *(f"{'WER' if unit_of(c) == 'word' else 'CER'} {c}" for c in languages), "outside models"],
        rows,
    )  # fmt: skip
    chosen = next(r for r in results if r.name == "huiting, fast")
    zh = [c for c in calls if c.language == "zh"]
    by_format = rates(zh, chosen, lambda c: c.format)
    by_noise = rates(zh, chosen, lambda c: f"SNR {c.noise}")
    for title, found in (("format", by_format), ("noise", by_noise)):
        lines += ["", f"## Mandarin, fast profile, by {title}", ""]
        lines += table([title, "CER"], [[name, f"{rate.rate:.2%}"] for name, rate in found.items()])
    lines += ["", "## Starts against the truth, fast profile", ""]
    lines += table(
        ["what", "turns", "median |error|", "p90"],
        [[t.what, str(t.count), f"{t.median * 1000:.0f} ms", f"{t.p90 * 1000:.0f} ms"]
         for t in timing(calls, fast)],
    )  # fmt: skip
    lines += ["", "## Voice detection", "", *detection(calls)]
    lines += ["", "## Cost by length, fast profile, mono", ""]
    lines += table(
        ["recordings", "minutes of speech", "of silence", "wall s", "wall s a minute of speech",
         "peak MiB"],
        [[c.what, f"{c.speech:g}", f"{c.silence:g}", f"{c.wall:.1f}",
          f"{c.wall / c.speech / c.calls:.2f}", f"{c.peak:.0f}"] for c in costs],
    )  # fmt: skip
    if mono:
        result, _ = ours("fast", fast.weights, mono)
        found = rates(mono, result, lambda c: f"{c.language}, {c.format}, SNR {c.noise}")
        lines += ["", "## Mono calls, fast profile, both speakers in order of time", ""]
        lines += table(["call", "error rate"], [[n, f"{r.rate:.2%}"] for n, r in found.items()])
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path(__file__).parents[2] / "shared")
    parser.add_argument("--models", type=Path, default=user_cache_path("huiting") / "models")
    parser.add_argument("--weights", type=Path, help="folder of the model, instead of --models")
    parser.add_argument("--quick", action="store_true", help="no recordings over 10 minutes")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--in-flight", type=int, default=1, help=argparse.SUPPRESS)
    options = parser.parse_args()
    weights = options.weights or catalogue.weights("whisper-base", options.models).folder
    if options.child is not None:
        child(options.child, options.in_flight, weights)
        return
    calls = references(options.shared / "calls" / "open", 2)
    mono = references(options.shared / "calls" / "open", 1)
    products = [ours(profile, weights, calls) for profile in whisper.PROFILES]
    results = [*peers(weights, calls), *(result for result, _ in products)]
    lengths = [*LENGTHS, SILENT, *([] if options.quick else LONG)]
    costs = cost(weights, lengths, calls)
    lines = report(calls, mono, results, products[0][1], costs)
    print("\n".join(lines))
    (RESULTS / "recognition.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    kept = [
        {
            "system": r.name,
            "wall_s": round(r.wall, 2),
            "cpu_s": round(r.processor, 2),
            "outside": r.outside,
            "error_rate": {
                code: round(rate.rate, 4)
                for code, rate in rates(calls, r, lambda c: c.language).items()
            },
        }
        for r in results
    ]
    written = json.dumps({"systems": kept, "costs": [asdict(c) for c in costs]}, indent=2)
    (RESULTS / "recognition.json").write_text(written + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
