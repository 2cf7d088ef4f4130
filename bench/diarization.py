"""How well the diarizer tells speakers apart: DER against labelled turns, and its speed.

Usage: python bench/diarization.py [--shared ../shared] [--models FOLDER]

Three sets: the mono calls of `calls/open`; its stereo calls mixed down to one track; the
meeting excerpts of `data/meetings-ami`, recorded far from the mouth. Speech comes from
Huiting's own voice detector, so what that misses counts. Three diarizers: the usual one; that
of sherpa-onnx as `diarizer = "sherpa"` has it; and what the runtime of the latter says by itself.
All are of the same weights. Writes results/diarization.md.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray
from platformdirs import user_cache_path
from scipy.optimize import linear_sum_assignment

from huiting.audio.decode import decode
from huiting.core.ports import Diarizer, Track
from huiting.core.types import Audio, Span
from huiting.engines import catalogue, diarizer, sherpa_diarizer, silero

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
import real_speakers

RESULTS = Path(__file__).parent / "results" / "diarization.md"
STEP = 0.01
COLLAR = 0.25
TARGET = 0.12
RATE = 16_000

Turn = tuple[str, Span]


@dataclass(frozen=True, slots=True)
class Errors:
    """Seconds of reference speech, and of each kind of error."""

    speech: float
    missed: float
    false_alarm: float
    confused: float

    @property
    def der(self) -> float:
        """All errors over the speech; NaN without speech."""
        wrong = self.missed + self.false_alarm + self.confused
        return wrong / self.speech if self.speech else float("nan")

    def __add__(self, other: "Errors") -> "Errors":
        """Return the errors of both together."""
        return Errors(
            self.speech + other.speech,
            self.missed + other.missed,
            self.false_alarm + other.false_alarm,
            self.confused + other.confused,
        )


def der(reference: Sequence[Turn], found: Sequence[Turn], collar: float = COLLAR) -> Errors:
    """Compare turns in steps of 10 ms, with the mapping of speakers that fits best.

    Nothing is counted within `collar` seconds of a start or end in the reference;
    overlapped speech counts for each who speaks.

    Source:
        NIST RT-09 evaluation plan, "Diarization Error Rate", as in md-eval.
    """
    end = max((span.end for _, span in [*reference, *found]), default=0.0) + collar
    length = round(end / STEP) + 1
    counted = np.ones(length, np.bool_)
    for _, span in reference:
        for edge in (span.start, span.end):
            counted[max(0, round((edge - collar) / STEP)) : round((edge + collar) / STEP)] = False
    said, heard = _grid(reference, length)[:, counted], _grid(found, length)[:, counted]
    together = said.astype(np.float32) @ heard.T.astype(np.float32)
    rows, columns = linear_sum_assignment(-together)
    right = together[rows, columns].sum()
    speaking, spoken = said.sum(0), heard.sum(0)
    return Errors(
        speech=float(speaking.sum() * STEP),
        missed=float(np.maximum(speaking - spoken, 0).sum() * STEP),
        false_alarm=float(np.maximum(spoken - speaking, 0).sum() * STEP),
        confused=float((np.minimum(speaking, spoken).sum() - right) * STEP),
    )


def _grid(turns: Sequence[Turn], length: int) -> NDArray[np.int64]:
    speakers = sorted({speaker for speaker, _ in turns})
    grid = np.zeros((max(1, len(speakers)), length), np.int64)
    for speaker, span in turns:
        row = grid[speakers.index(speaker)]
        row[round(span.start / STEP) : round(span.end / STEP)] = 1
    return grid


@dataclass(frozen=True, slots=True)
class Case:
    """A track and who really speaks on it."""

    name: str
    track: Audio
    turns: list[Turn]

    @property
    def count(self) -> int:
        """Speakers in truth."""
        return len({speaker for speaker, _ in self.turns})


def load(path: Path) -> list[Audio]:
    """Return every channel of a file in memory, at 16 kHz."""
    with decode(path, rate=RATE) as decoded:
        return [track.cut(Span(0, track.duration)) for track in decoded.alive]


def calls(folder: Path, *, stereo: bool) -> Iterator[Case]:
    """Yield the mono calls, or the stereo calls with their channels added up."""
    for path in sorted(folder.glob("*.json")):
        truth = json.loads(path.read_text("utf-8"))
        if (truth["channels"] > 1) is stereo:
            tracks = load(folder / truth["file"])
            shortest = min(len(t.samples) for t in tracks)
            mixed = np.stack([t.samples[:shortest] for t in tracks]).sum(0, dtype=np.float32)
            turns = [(t["speaker"], Span(t["start"], t["end"])) for t in truth["turns"]]
            yield Case(truth["id"], Audio(mixed, RATE), turns)


def meetings(folder: Path) -> Iterator[Case]:
    """Yield the meeting excerpts; their truth is RTTM."""
    for path in sorted(folder.glob("*.rttm")):
        rows = [line.split() for line in path.read_text("utf-8").splitlines()]
        turns = [
            (row[7], Span(float(row[3]), float(row[3]) + float(row[4])))
            for row in rows
            if row and row[0] == "SPEAKER"
        ]
        yield Case(path.stem, load(path.with_suffix(".flac"))[0], turns)


@dataclass(frozen=True, slots=True)
class Result:
    """What came out for one track."""

    case: Case
    given: Errors
    """With the number of speakers given."""
    estimated: Errors
    count: int
    """As estimated."""
    seconds: float
    """Of processor time that the diarizer took when the number was given."""


def run(case: Case, vad: silero.Silero, diarize: Diarizer) -> Result:
    speech = vad.speech(case.track)
    began = time.process_time()
    given = diarize.turns(case.track, speech, case.count)
    took = time.process_time() - began
    alone = diarize.turns(case.track, speech, None)
    return Result(
        case,
        der(case.turns, [(str(n), span) for n, span in given]),
        der(case.turns, [(str(n), span) for n, span in alone]),
        len({n for n, _ in alone}),
        took,
    )


def total(results: Sequence[Result], part: Callable[[Result], Errors]) -> Errors:
    return sum((part(r) for r in results), Errors(0, 0, 0, 0))


def row(name: str, errors: Errors, estimated: Errors, count: str, rtf: float) -> str:
    share = errors.speech or 1.0
    return (
        f"| {name} | {errors.der:.1%} | {errors.missed / share:.1%} | "
        f"{errors.false_alarm / share:.1%} | {errors.confused / share:.1%} | "
        f"{estimated.der:.1%} | {count} | {rtf:.3f} |"
    )


HEAD = (
    "| | DER, count given | miss | false alarm | confusion | DER, count estimated "
    "| count (truth) | RTF |\n|---|---|---|---|---|---|---|---|"
)


def table(results: Sequence[Result]) -> list[str]:
    lines = [HEAD]
    for r in results:
        rtf = r.seconds / r.case.track.duration
        lines.append(row(r.case.name, r.given, r.estimated, f"{r.count} ({r.case.count})", rtf))
    right = sum(r.count == r.case.count for r in results)
    rtf = sum(r.seconds for r in results) / sum(r.case.track.duration for r in results)
    whole = row(
        "**all**",
        total(results, lambda r: r.given),
        total(results, lambda r: r.estimated),
        f"{right} of {len(results)} right",
        rtf,
    )
    return [*lines, whole]


class Runtime:
    """What sherpa-onnx says of a whole track, by itself: it decides what is speech."""

    def __init__(self, segmentation: Path, embedding: Path) -> None:
        import sherpa_onnx as native

        network = native.OfflineSpeakerSegmentationPyannoteModelConfig(str(segmentation))
        self._config: Any = native.OfflineSpeakerDiarizationConfig(
            segmentation=native.OfflineSpeakerSegmentationModelConfig(pyannote=network),
            embedding=native.SpeakerEmbeddingExtractorConfig(model=str(embedding)),
            clustering=native.FastClusteringConfig(num_clusters=-1, threshold=0.5),
        )
        self._native: Any = native.OfflineSpeakerDiarization(self._config)

    def turns(
        self, track: Track, _speech: Sequence[Span], count: int | None, /
    ) -> list[tuple[int, Span]]:
        """Return what it says, whatever the speech."""
        self._config.clustering.num_clusters = count or -1
        self._native.set_config(self._config)
        found = self._native.process(track.cut(Span(0, track.duration)).samples)
        return [(turn.speaker, Span(turn.start, turn.end)) for turn in found.sort_by_start_time()]


def diarizers(models: Path, folder: Path) -> dict[str, Diarizer]:
    """Return what is compared, by name; the usual one first."""
    paths = [
        next(iter(catalogue.weights(name, models).paths.values()))
        for name in ("campplus", "pyannote-segmentation-3.0")
    ]
    found: dict[str, Diarizer] = {
        "voice-prints": diarizer.build(embedding=paths[0], segmentation=paths[1])
    }
    try:
        import sherpa_onnx  # noqa: F401  (whether it is there)
    except ImportError:
        print("left out: sherpa-onnx is not installed")
        return found
    segmentation, embedding = real_speakers.write(models, folder)
    found["sherpa"] = sherpa_diarizer.build(segmentation=segmentation, embedding=embedding)
    found["sherpa-onnx by itself"] = Runtime(segmentation, embedding)
    return found


def compared(found: dict[str, dict[str, list[Result]]]) -> Iterator[str]:
    """Yield a table of all diarizers."""
    yield HEAD.replace("| |", "| set | diarizer |", 1).replace("|---|", "|---|---|", 1)
    names = next(iter(found.values()))
    for kind in names:
        for name, by_set in found.items():
            if by_set[kind]:
                whole = table(by_set[kind])[-1].removeprefix("| **all**")
                yield f"| {kind} | {name}{whole}"


def measured(name: str, diarize: Diarizer, sets: dict[str, list[Case]]) -> dict[str, list[Result]]:
    vad = silero.build()
    found: dict[str, list[Result]] = {}
    for kind, cases in sets.items():
        found[kind] = [run(case, vad, diarize) for case in cases]
        print(f"{name}: {kind}: {len(cases)} tracks", flush=True)
    return found


INTRODUCTION = f"""# Diarization

Written by `python bench/diarization.py`. Collar {COLLAR} s, overlap counted; speech from Huiting's
voice detector at its defaults; one thread. RTF is processor time of the diarizer alone over the
length of the track. `voice-prints` is the usual diarizer, `sherpa` the one by that name in the
settings, and the last what its runtime, sherpa-onnx, says by itself of the whole track, at its own
threshold of 0.5. All three are of the same published weights (segmentation 3.0, CAM++ zh-en), not
of the files that sherpa-onnx publishes, which nobody here has. sherpa-onnx computes voice prints
from bands up to 7.6 kHz, and CAM++ was trained on bands up to 8 kHz.
"""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--shared", type=Path, default=Path(__file__).parents[2] / "shared")
    options.add_argument("--models", type=Path, default=user_cache_path("huiting") / "models")
    chosen = options.parse_args()
    sets = {
        "Mono calls": list(calls(chosen.shared / "calls" / "open", stereo=False)),
        "Stereo calls, mixed down": list(calls(chosen.shared / "calls" / "open", stereo=True)),
        "Meetings, far field": list(meetings(chosen.shared / "data" / "meetings-ami")),
    }
    with TemporaryDirectory() as folder:
        found = {
            name: measured(name, one, sets)
            for name, one in diarizers(chosen.models, Path(folder)).items()
        }
    usual = found["voice-prints"]
    mono = total(usual["Mono calls"], lambda r: r.given).der
    lines = [
        INTRODUCTION,
        (
            f"Aim: at most {TARGET:.0%} on the mono calls with two speakers given. "
            f"Reached: {mono:.1%}."
        ),
        "",
        *compared(found),
    ]
    for name, by_set in found.items():
        for kind, results in by_set.items():
            title = kind if by_set is usual else f"{kind}: {name}"
            lines += ["", f"## {title}", "", *table(results)] if results else []
    RESULTS.write_text("\n".join(lines) + "\n", "utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
