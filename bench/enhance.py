"""Whether taking noise out of speech helps the recognizer: error rates with and without.

Usage: python bench/enhance.py [--shared ../shared] [--models FOLDER]
                               [--weights FOLDER] [--calls N]

The stereo calls of `calls/open` are heard as they are and with noise added at 10, 5 and 0 dB
(white, and the speech of other calls laid over each other), by Whisper alone and with GTCRN
at several strengths. CER as in docs/metrics.md. Without the weights of GTCRN, or without the
calls, it says so, and measures nothing. Writes results/enhance.md.
"""

import argparse
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from platformdirs import user_cache_path

from huiting import Analyzer
from huiting.audio.decode import decode
from huiting.core.errors import ModelUnavailable
from huiting.core.types import Span
from huiting.engines import catalogue
from huiting.text.error_rate import NOTHING, ErrorRate, score_channel, unit_of

RESULTS = Path(__file__).parent / "results" / "enhance.md"
RATE = 16_000
VOICES = 6
"""Recordings laid over each other to babble."""
STRENGTHS = (0.0, 0.5, 1.0)
Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Call:
    """A call and what was said."""

    name: str
    language: str
    tracks: Samples
    """Shape (channels, samples)."""
    turns: Sequence[Mapping[str, Any]]


def calls_in(folder: Path, most: int) -> Iterator[Call]:
    """Yield the stereo calls of a folder."""
    found = 0
    for truth in sorted(folder.glob("*.json")):
        told = json.loads(truth.read_text(encoding="utf-8"))
        if told["channels"] != 2 or found >= most:
            continue
        found += 1
        with decode(folder / told["file"], rate=RATE) as decoded:
            tracks = [t.cut(Span(0, decoded.duration)).samples for t in decoded.tracks]
        size = min(map(len, tracks))
        stacked = np.stack([track[:size] for track in tracks])
        yield Call(told["file"], told["lang"], stacked, told["turns"])


def noisy(call: Call, noise: Samples, snr: float) -> Call:
    """Return the call with noise on both channels, `snr` dB below its speech."""
    spoken = np.zeros(call.tracks.shape, np.bool_)
    for turn in call.turns:
        span = slice(round(turn["start"] * RATE), round(turn["end"] * RATE))
        spoken[turn["channel"], span] = True
    power = float(np.mean(call.tracks[spoken] ** 2, dtype=np.float64))
    repeated = np.resize(noise, call.tracks.shape[1])
    scale = np.sqrt(power / np.mean(repeated**2, dtype=np.float64) / 10 ** (snr / 10))
    mixed = np.clip(call.tracks + scale * repeated, -1, 1).astype(np.float32)
    return replace(call, tracks=mixed)


def babble(calls: Sequence[Call], without: Call) -> Samples:
    """Return the speech of other calls laid over each other."""
    others = [c.tracks.sum(0) for c in calls if c is not without][:VOICES]
    size = without.tracks.shape[1]
    return np.asarray(sum(np.resize(o, size) / (np.std(o) + 1e-9) for o in others), np.float32)


def conditions(calls: Sequence[Call]) -> Iterator[tuple[str, list[Call]]]:
    """Yield the calls under each condition."""
    yield "as recorded", list(calls)
    white = np.random.default_rng(1).normal(0, 1, 60 * RATE).astype(np.float32)
    for snr in (10, 5, 0):
        yield f"white noise, {snr} dB", [noisy(call, white, snr) for call in calls]
        if len(calls) > 1:
            yield f"babble, {snr} dB", [noisy(c, babble(calls, c), snr) for c in calls]


def errors(calls: Sequence[Call], analyzer: Analyzer) -> ErrorRate:
    """Return the error rate over calls."""
    found = NOTHING
    for call in calls:
        heard = analyzer.analyze(call.tracks, rate=RATE).call.segments
        for channel in range(len(call.tracks)):
            said = " ".join(s.spoken for s in heard if s.channel == channel)
            turns = [(t["spoken"], t["written"]) for t in call.turns if t["channel"] == channel]
            found += score_channel(said, turns, unit_of(call.language))
    return found


def table(calls: Sequence[Call], models: Path, weights: Mapping[str, str]) -> list[str]:
    """Return the rows of the report.

    Args:
        calls: heard under every condition.
        models: folder of model weights.
        weights: where those of GTCRN are, if not there.
    """
    ways = [f"strength {strength}" if strength else "as it is" for strength in STRENGTHS]
    rows = [f"| condition | {' | '.join(ways)} |", "|---" * (1 + len(ways)) + "|"]
    rates: dict[str, list[str]] = {}
    for name, strength in zip(ways, STRENGTHS, strict=True):
        options = {"enhancer": "gtcrn", "enhancer_options": {"strength": strength, **weights}}
        with Analyzer(
            models=models, emotion=False, sounds=False, names=False, **(options if strength else {})
        ) as one:
            began = time.perf_counter()
            for condition, changed in conditions(calls):
                rates.setdefault(condition, []).append(f"{errors(changed, one).rate:.2%}")
            print(f"{name}: {time.perf_counter() - began:.0f} s", flush=True)
    return rows + [f"| {condition} | {' | '.join(found)} |" for condition, found in rates.items()]


def main() -> None:
    """Measure, or say why not."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--shared", type=Path, default=Path(__file__).parents[2] / "shared")
    options.add_argument("--models", type=Path, default=user_cache_path("huiting") / "models")
    options.add_argument("--weights", type=Path, help="folder of GTCRN, not of the catalogue")
    options.add_argument("--calls", type=int, default=20)
    given = options.parse_args()
    lines = ["# Speech enhancement before recognition", ""]
    calls = list(calls_in(given.shared / "calls" / "open", given.calls))
    try:
        weights = {"weights": str(given.weights)} if given.weights else {}
        if not weights:
            catalogue.weights("gtcrn", given.models)
        missing = "" if calls else "there are no labelled calls here"
    except ModelUnavailable:
        missing = "the weights of GTCRN are not here; run `huiting models pull gtcrn`"
    if missing:
        lines += [f"Not measured: {missing}. Whether it helps is not known.", ""]
    else:
        lines += [f"CER of whisper-base on {len(calls)} stereo calls.", ""]
        lines += [*table(calls, given.models, weights), ""]
    RESULTS.write_text("\n".join(lines), encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
