"""Whether taking noise out of speech helps the recognizer: error rates with and without.

Usage: python bench/enhance.py [--shared ../shared] [--models FOLDER] [--calls 10] [--threads 1]

What is heard are the turns of labelled calls, cut as the `fast` profile cuts them but where the
truth says, so that nothing but recognition is measured: calls without noise, as recorded and with
noise of several kinds added, each voice with every kind, 10, 5 or 0 dB below the speech by turns;
calls that were recorded in noise; and read speech of real people. GTCRN hears each clip as it does in a call, at several strengths.
Error rates as in docs/metrics.md; of each difference, where it lies in 95 of 100 draws of as many
voices. Without the weights of GTCRN, or without the calls, it says so, and measures nothing.
Writes results/enhance.md.
"""

import argparse
import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray
from platformdirs import user_cache_path

from huiting.audio.clips import CUTTINGS, clips_of
from huiting.audio.decode import decode
from huiting.core.errors import ModelUnavailable
from huiting.core.ports import Enhancer, Hints
from huiting.core.types import Audio, Span
from huiting.engines import catalogue, gtcrn, whisper
from huiting.text.error_rate import ErrorRate, score_channel, unit_of

RESULTS = Path(__file__).parent / "results" / "enhance.md"
RATE, PHONE = 16_000, 8_000
VOICES = 6
"""Recordings laid over each other to babble."""
STRENGTHS = (0.3, 0.5, 1.0)
SNRS = (10, 5, 0)
DRAWS = 2_000
Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Voice:
    """What one voice says: a channel of a call, or a clip of read speech."""

    language: str
    samples: Samples
    turns: tuple[Span, ...]
    said: tuple[tuple[str, ...], ...]
    """Accepted forms of each turn."""

    def clips(self) -> list[Audio]:
        """Return what the recognizer hears."""
        track = Audio(self.samples, RATE)
        cut = clips_of(track, 0, None, self.turns, CUTTINGS["fast"])
        return [clip.audio for clip in cut]

    def in_noise(self, noise: Samples, snr: float) -> "Voice":
        """Return it with noise, `snr` dB below its speech."""
        spoken = np.concatenate([self.samples[_slice(turn)] for turn in self.turns])
        repeated = np.resize(noise, len(self.samples))
        power = float(np.mean(spoken**2, dtype=np.float64))
        loud = float(np.mean(repeated**2, dtype=np.float64))
        scale = np.sqrt(power / loud / 10 ** (snr / 10))
        mixed = np.clip(self.samples + scale * repeated, -1, 1).astype(np.float32)
        return replace(self, samples=mixed)


def _slice(span: Span) -> slice:
    return slice(round(span.start * RATE), round(span.end * RATE))


def calls_in(folder: Path, *, noisy: bool) -> list[list[Voice]]:
    """Return the voices of each stereo call that was, or was not, recorded in noise."""
    found = []
    for path in sorted(folder.glob("*.json")):
        truth = json.loads(path.read_text(encoding="utf-8"))
        if truth["channels"] != 2 or any(e["type"] == "noise" for e in truth["events"]) != noisy:
            continue
        with decode(folder / truth["file"], rate=RATE) as decoded:
            tracks = [t.cut(Span(0, decoded.duration)).samples for t in decoded.tracks]
        voices = []
        for channel, samples in enumerate(tracks):
            turns = [t for t in truth["turns"] if t["channel"] == channel]
            spans = tuple(Span(t["start"], t["end"]) for t in turns)
            said = tuple((t["spoken"], t["written"]) for t in turns)
            if turns:
                voices.append(Voice(truth["lang"], samples, spans, said))
        found.append(voices)
    return found


def read_speech(data: Path) -> list[Voice]:
    """Return the clips of read Mandarin and English whose text is known."""
    found = []
    for line in (data / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        if told["path"].split("/")[0] in {"speech-zh", "speech-en"} and told.get("text"):
            with decode(data / told["path"], rate=RATE) as decoded:
                samples = decoded.tracks[0].cut(Span(0, decoded.duration)).samples
            whole = Span(0, len(samples) / RATE)
            found.append(Voice(told["lang"], samples, (whole,), ((told["text"],),)))
    return found


@dataclass(frozen=True, slots=True)
class Noises:
    """Noise of each kind, as long as wanted."""

    data: Path
    others: Sequence[Sequence[Voice]]
    """Calls whose voices babble."""

    def kinds(self, *, phone: bool) -> dict[str, Samples]:
        """Return a minute of each kind; over a telephone nothing above 4 kHz."""
        rng = np.random.default_rng(1)
        size = 60 * RATE
        second = np.arange(size) / RATE
        hum = sum(np.sin(2 * np.pi * 50 * k * second + k) / k for k in range(1, 21))
        found = {
            "white": rng.normal(0, 1, size),
            "hum of 50 Hz": np.asarray(hum),
            "babble": self._babble(size),
            "music on hold": self._recorded("hold-music", size),
            "rain": self._recorded("events-esc10", size, label="rain"),
        }
        if phone:
            found = {name: _narrow(noise) for name, noise in found.items()}
        return {name: noise.astype(np.float32) for name, noise in found.items()}

    def _babble(self, size: int) -> NDArray[np.float64]:
        talking = []
        for voice in [call[0] for call in self.others][:VOICES]:
            said = np.concatenate([voice.samples[_slice(turn)] for turn in voice.turns])
            talking.append(np.resize(said, size).astype(np.float64) / (np.std(said) + 1e-9))
        return np.asarray(np.sum(talking, 0), np.float64)

    def _recorded(self, folder: str, size: int, label: str = "") -> NDArray[np.float64]:
        parts: list[Samples] = []
        for line in (self.data / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
            told = json.loads(line)
            if told["path"].startswith(folder) and label in {"", told.get("label")}:
                with decode(self.data / told["path"], rate=RATE) as decoded:
                    whole = Span(0, min(decoded.duration, 12.0))
                    samples = decoded.tracks[0].cut(whole).samples
                if np.std(samples) > 1e-4:
                    parts.append(samples / np.std(samples))
        return np.resize(np.concatenate(parts), size).astype(np.float64)


def _narrow(noise: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(soxr.resample(soxr.resample(noise, RATE, PHONE), PHONE, RATE), np.float64)


@dataclass(frozen=True, slots=True)
class Condition:
    """Voices as they are heard once."""

    group: str
    noise: str
    snr: int | None
    voices: Sequence[Voice]
    who: Sequence[int] = ()
    """Number of each voice, the same under all conditions of calls with added noise."""


def conditions(shared: Path, most: int) -> Iterator[Condition]:
    """Yield all of them; those of calls first."""
    folder, data = shared / "calls" / "open", shared / "data"
    quiet = calls_in(folder, noisy=False)
    step = max(1, len(quiet) // most)
    chosen, others = quiet[::step][:most], [c for i, c in enumerate(quiet) if i % step]
    voices = [voice for call in chosen for voice in call]
    yield Condition("calls", "none", None, voices)
    noises = Noises(data, others or quiet)
    for turn, (kind, noise) in enumerate(noises.kinds(phone=True).items()):
        for k, snr in enumerate(SNRS):
            # By turns: every voice meets every kind, and most meet every level.
            who = [i for i in range(len(voices)) if (i + turn) % len(SNRS) == k]
            mixed = [voices[i].in_noise(noise, snr) for i in who]
            yield Condition("calls", kind, snr, mixed, who)
    recorded = [voice for call in calls_in(folder, noisy=True) for voice in call]
    yield Condition("calls recorded in noise", "of the recording, 5 to 20 dB", None, recorded)
    read = read_speech(data)
    yield Condition("read speech", "none", None, read)
    for kind, noise in noises.kinds(phone=False).items():
        if kind in {"white", "babble", "rain"}:
            yield Condition("read speech", kind, 5, [v.in_noise(noise, 5) for v in read])


@dataclass(slots=True)
class Ears:
    """A recognizer, and what may go before it."""

    recognizer: whisper.Whisper
    enhancer: Enhancer
    seconds: float = 0.0
    """Of clips that were enhanced."""
    spent: float = field(default=0.0)
    """Seconds of the processor for that."""

    def errors(self, voices: Sequence[Voice]) -> NDArray[np.int64]:
        """Return edits and units of each voice, shape (ways, voices, 2); the first way is none."""
        clips = [voice.clips() for voice in voices]
        cleaned = [[self._cleaned(clip) for clip in own] for own in clips]
        found = [self._heard(voices, clips)]
        for strength in STRENGTHS:
            # As the engine mixes them, but the network is asked once for all strengths.
            mixed = [
                [Audio(strength * b.samples + (1 - strength) * a.samples, RATE) for a, b in pairs]
                for pairs in (zip(a, b, strict=True) for a, b in zip(clips, cleaned, strict=True))
            ]
            found.append(self._heard(voices, mixed))
        return np.array([[(rate.edits, rate.units) for rate in way] for way in found])

    def _cleaned(self, clip: Audio) -> Audio:
        began = time.process_time()
        found = self.enhancer.enhance(clip)
        self.spent += time.process_time() - began
        self.seconds += clip.duration
        return found

    def _heard(self, voices: Sequence[Voice], clips: Sequence[Sequence[Audio]]) -> list[ErrorRate]:
        texts = [""] * len(voices)
        for language in sorted({voice.language for voice in voices}):
            these = [i for i, voice in enumerate(voices) if voice.language == language]
            together = [clip for i in these for clip in clips[i]]
            found = self.recognizer.transcribe(together, Hints(language=language))
            for i in these:
                texts[i] = " ".join(next(found).text for _ in clips[i])
        return [
            score_channel(text, voice.said, unit_of(voice.language))
            for text, voice in zip(texts, voices, strict=True)
        ]


Measured = tuple[Condition, NDArray[np.int64]]
"""And edits and units, shape (ways, voices, 2)."""


def row(name: Sequence[str], counts: NDArray[np.int64]) -> str:
    """Return a row: the error rate without, and with each strength the difference.

    Args:
        name: its first cells.
        counts: edits and units, shape (ways, voices, 2).
    """
    edits, units = counts[..., 0], counts[0, :, 1]
    rates = edits.sum(1) / units.sum()
    rng = np.random.default_rng(0)
    drawn = rng.integers(0, len(units), (DRAWS, len(units)))
    again = edits[:, drawn].sum(2) / units[drawn].sum(1)
    cells = [*name, str(units.sum()), f"{rates[0]:.1%}"]
    for way in range(1, len(rates)):
        low, high = np.percentile(again[way] - again[0], [2.5, 97.5]) * 100
        mark = "**" if low > 0 or high < 0 else ""
        cells.append(
            f"{mark}{(rates[way] - rates[0]) * 100:+.1f}{mark} ({low:+.1f} to {high:+.1f})"
        )
    return f"| {' | '.join(cells)} |"


def pooled(found: Sequence[Measured]) -> Iterable[str]:
    """Yield rows of several conditions of calls together; a voice is drawn with all it said."""
    noisy = [one for one in found if one[0].who]
    groups: dict[tuple[str, str], list[Measured]] = {}
    for one in noisy:
        groups.setdefault(("all kinds", f"{one[0].snr} dB"), []).append(one)
    for one in noisy:
        groups.setdefault((one[0].noise, "10 to 0 dB"), []).append(one)
    groups["all kinds", "10 to 0 dB"] = noisy
    for name, parts in groups.items():
        count = 1 + max(number for condition, _ in noisy for number in condition.who)
        total = np.zeros((1 + len(STRENGTHS), count, 2), np.int64)
        for condition, counts in parts:
            total[:, list(condition.who)] += counts
        yield row(name, total[:, total[0, :, 1] > 0])


def report(found: Sequence[Measured], cost: str) -> list[str]:
    """Return the report."""
    ways = [f"strength {strength}" for strength in STRENGTHS]
    tail = ["units", "without", *ways]
    voices = {c.group: len(c.voices) for c, _ in found if not c.who}
    told = ", ".join(f"{count} voices of {group}" for group, count in voices.items())
    lines = [
        f"Whisper base, profile fast, on {told}.",
        "Of calls with added noise a line has a third of the voices. Rates in units (characters; words",
        "of English); then points more or less with GTCRN, and where 95 of 100 draws of as many voices",
        "lie. In bold what lies beyond chance by that: of twenty figures one does so by chance. Less",
        "is better.",
        "",
        f"| speech | noise | SNR | {' | '.join(tail)} |",
        "|---" * (3 + len(tail)) + "|",
    ]
    for condition, counts in found:
        snr = "" if condition.snr is None else f"{condition.snr} dB"
        lines.append(row((condition.group, condition.noise, snr), counts))
    lines += ["", "Calls with added noise, together:", ""]
    lines += [f"| noise | SNR | {' | '.join(tail)} |", "|---" * (2 + len(tail)) + "|"]
    return [*lines, *pooled(found), "", cost, ""]


def measured(shared: Path, models: Path, most: int, threads: int) -> list[str]:
    """Measure everything."""
    folder = catalogue.weights("whisper-base", models).folder
    recognizer = whisper.build(weights=folder, device="cpu", threads=threads)
    ears = Ears(
        recognizer, gtcrn.build(weights=catalogue.weights("gtcrn", models).folder, strength=1.0)
    )
    found: list[Measured] = []
    for condition in conditions(shared, most):
        began = time.perf_counter()
        counts = ears.errors(condition.voices)
        found.append((condition, counts))
        name = (condition.group, condition.noise, str(condition.snr))
        print(f"{row(name, counts)} {time.perf_counter() - began:.0f} s", flush=True)
    return report(
        found,
        f"GTCRN takes {ears.spent / ears.seconds * 1000:.0f} ms of one core a second of clip.",
    )


def lacking(shared: Path, models: Path) -> str:
    """Say what is not here; nothing when all is."""
    try:
        for name in ("gtcrn", "whisper-base"):
            catalogue.weights(name, models)
    except ModelUnavailable as error:
        return f"{error.reason}; {error.remedy}"
    here: Mapping[str, Any] = {"calls": shared / "calls" / "open", "data": shared / "data"}
    return "; ".join(
        f"no ../shared/{name} here" for name, path in here.items() if not path.is_dir()
    )


def main() -> None:
    """Measure, or say why not."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--shared", type=Path, default=Path(__file__).parents[2] / "shared")
    options.add_argument("--models", type=Path, default=user_cache_path("huiting") / "models")
    options.add_argument("--calls", type=int, default=10)
    options.add_argument("--threads", type=int, default=1)
    given = options.parse_args()
    lines = ["# Speech enhancement before recognition", ""]
    if missing := lacking(given.shared, given.models):
        print(f"nothing is measured, and {RESULTS.name} stays: {missing}")
        return
    lines += measured(given.shared, given.models, given.calls, given.threads)
    RESULTS.write_text("\n".join(lines), encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
