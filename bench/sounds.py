"""How often sounds are found, and heard where there are none; what it costs.

Usage: python bench/sounds.py [--shared ../shared] [--models FOLDER] [--recognize]

Clips of the labeled recordings count as found when an event of their label is reported
anywhere in them; every other clip is a negative. All of it wide-band and as a telephone
would carry it (8 kHz, mu-law). Tones, music and noise of the calls are compared with their
truth. YAMNet is measured where `huiting setup --with yamnet` has put it. With `--recognize`
derived events and the cost beside recognition are measured on the calls; that takes minutes.
Writes results/sounds.md.
"""

import argparse
import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray
from platformdirs import user_cache_path

from huiting import Analyzer
from huiting.audio.decode import decode
from huiting.core.errors import ModelUnavailable
from huiting.core.types import Audio, Event, EventLabel, Span
from huiting.engines import catalogue, silero, sounds
from huiting.quality.derived import derived

RESULTS = Path(__file__).parent / "results" / "sounds.md"
RATE = 16_000
WANTED = {
    "crying": EventLabel.CRY,
    "sneezing": EventLabel.SNEEZE,
    "events-cough": EventLabel.COUGH,
    "hold-music": EventLabel.MUSIC,
}
SPEECH = ("speech-zh", "speech-en", "speech-ja", "speech-ko", "calls-en-acted", "meetings-ami")
TONES = {
    "ringback": EventLabel.RINGBACK,
    "hold_music": EventLabel.MUSIC,
    "dtmf": EventLabel.DTMF,
}
HEARD = (EventLabel.SILENCE, EventLabel.HOLD)
Samples = NDArray[np.float32]


def telephone(samples: Samples) -> Samples:
    """Return what is left after 8 kHz and mu-law."""
    narrow = np.clip(soxr.resample(samples, RATE, 8000), -1, 1)
    coded = np.sign(narrow) * np.log1p(255 * np.abs(narrow)) / np.log(256)
    levels = np.round(coded * 127) / 127
    decoded = np.sign(levels) * (256 ** np.abs(levels) - 1) / 255
    return np.asarray(soxr.resample(decoded, 8000, RATE), np.float32)


@dataclass(frozen=True, slots=True)
class Clip:
    """One channel of a labeled recording."""

    group: str
    samples: Samples

    @property
    def seconds(self) -> float:
        """Return the length."""
        return len(self.samples) / RATE


def channels(path: Path) -> dict[int, Samples]:
    with decode(path, rate=RATE) as decoded:
        return {
            track.channel: np.concatenate([b.samples.copy() for b in track.blocks(60.0)])
            for track in decoded.tracks
        }


def clips(data: Path) -> Iterator[Clip]:
    """Yield every clip but for acted emotions, of which one in six is taken."""
    listed = [json.loads(line) for line in (data / "manifest.jsonl").open(encoding="utf-8")]
    acted = 0
    for entry in listed:
        folder = entry["path"].split("/")[0]
        if folder == "emotion-emodb":
            acted += 1
            if acted % 6:
                continue
        group = entry["label"] if folder == "events-esc10" else folder
        for samples in channels(data / entry["path"]).values():
            yield Clip(group, samples)


@dataclass
class Ears:
    """A tagger with what it has cost."""

    tagger: sounds.Sounds
    vad: silero.Silero
    seconds: float = 0.0
    spent: float = 0.0

    def listen(self, samples: Samples, channel: int = 0) -> list[Event]:
        """Return the events of a channel; voice detection is not counted as their cost."""
        track = Audio(samples, RATE)
        speech = self.vad.speech(track)
        began = time.process_time()
        found = self.tagger.events(track, channel, speech)
        self.spent += time.process_time() - began
        self.seconds += track.duration
        return found


def on_clips(ears: Ears, data: Path) -> list[str]:
    """Return tables of what is found in clips of each kind."""
    lines: list[str] = []
    found: dict[tuple[str, str], list[set[EventLabel]]] = defaultdict(list)
    hours: dict[str, float] = defaultdict(float)
    false: dict[str, Counter[EventLabel]] = defaultdict(Counter)
    for clip in clips(data):
        for band, samples in (("wide", clip.samples), ("tel", telephone(clip.samples))):
            events = [e for e in ears.listen(samples) if e.label is not EventLabel.NOISE]
            found[clip.group, band].append({e.label for e in events})
            if clip.group in (*SPEECH, "emotion-emodb"):
                hours[band] += clip.seconds / 3600
                false[band].update(e.label for e in events)
    lines += ["| event | clips | recall wide | recall tel | precision wide | precision tel |"]
    lines += ["|---|---|---|---|---|---|"]
    for group, label in WANTED.items():
        cells = [_scored(found, group, label, band) for band in ("wide", "tel")]
        recall, precision = zip(*cells, strict=True)
        row = " | ".join([*recall, *precision])
        lines.append(f"| {label} ({group}) | {len(found[group, 'wide'])} | {row} |")
    lines += ["", "What is reported in clips of each kind (share of clips):", ""]
    lines += ["| clips | n | wide | tel |", "|---|---|---|---|"]
    for group in sorted({group for group, _ in found}):
        cells_of = [_reported(found[group, band]) for band in ("wide", "tel")]
        lines.append(f"| {group} | {len(found[group, 'wide'])} | {' | '.join(cells_of)} |")
    for band in ("wide", "tel"):
        said = ", ".join(f"{label} {n}" for label, n in sorted(false[band].items())) or "none"
        lines += ["", f"On {hours[band]:.1f} hours of speech ({band}), events in all: {said}."]
    return lines


def _scored(
    found: dict[tuple[str, str], list[set[EventLabel]]], group: str, label: EventLabel, band: str
) -> tuple[str, str]:
    right = sum(label in labels for labels in found[group, band])
    wrong = sum(
        label in labels
        for (other, where), clips_ in found.items()
        for labels in clips_
        if where == band and other != group
    )
    recall = right / len(found[group, band])
    precision = f"{right / (right + wrong):.2f}" if right + wrong else "–"
    return f"{recall:.2f}", precision


def _reported(found: Sequence[set[EventLabel]]) -> str:
    counts = Counter(label for labels in found for label in labels)
    shares = [f"{label} {n / len(found):.2f}" for label, n in counts.most_common()]
    return ", ".join(shares) or "–"


def truths(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))]


def on_calls(ears: Ears, folder: Path) -> list[str]:
    """Return how the tones, the music and the noise of the calls compare with their truth."""
    right: Counter[str] = Counter()
    there: Counter[str] = Counter()
    extra: Counter[str] = Counter()
    digits, off, noises, quiet = [], [], [], 0
    for truth in truths(folder):
        for channel, samples in channels(folder / truth["file"]).items():
            events = ears.listen(samples, channel)
            placed = [e for e in truth["events"] if e.get("channel") in (channel, None)]
            for kind, label in TONES.items():
                mine = [e for e in events if e.label is label]
                wanted = [e for e in placed if e["type"] == kind]
                hits = [(w, m) for w in wanted for m in mine if _meets(m.span, w)]
                there[kind] += len(wanted)
                right[kind] += len(hits)
                extra[kind] += len(mine) - len(hits)
                off += [abs(m.span.start - w["start"]) for w, m in hits]
                digits += [m.text == w["digits"] for w, m in hits if kind == "dtmf"]
            told = [e.value for e in events if e.label is EventLabel.NOISE and e.value is not None]
            truly = [e["snr_db"] for e in placed if e["type"] == "noise"]
            noises += [(t, told[0] if told else None) for t in truly]
            quiet += bool(told) and not truly
    lines = ["| in the calls | there | found | false |", "|---|---|---|---|"]
    lines += [f"| {k} | {there[k]} | {right[k]} | {extra[k]} |" for k in TONES]
    lines += ["", f"Keys read right: {sum(digits)} of {len(digits)} numbers. Median error of a"]
    lines[-1] += f" start: {np.median(off):.2f} s."
    lines += ["", "| noise, true SNR in dB | channels | reported | mean error of the SNR |"]
    lines += ["|---|---|---|---|"]
    for level in sorted({t for t, _ in noises}):
        said = [m for t, m in noises if t == level]
        errors = [abs(m - level) for m in said if m is not None]
        error = f"{np.mean(errors):.1f} dB" if errors else "–"
        lines.append(f"| {level:.0f} | {len(said)} | {len(errors)} | {error} |")
    lines += ["", f"Channels without noise of which it was reported: {quiet}."]
    return lines


def _meets(span: Span, truth: dict[str, Any]) -> bool:
    true = Span(truth["start"], truth["end"])
    return span.overlap(true) >= 0.5 * max(true.duration, span.duration)


def on_recognized(folder: Path, models: Path, spent: float) -> list[str]:
    """Return derived events against the truth, and the cost beside that of recognition."""
    gaps = [0, 0, 0]
    talk = [0, 0, 0]
    seconds = 0.0
    began = time.process_time()
    analyses = []
    with Analyzer(models=models, sounds=False, emotion=False, threads=1, parallel=1) as analyzer:
        for truth in truths(folder):
            roles = truth["roles"] if truth["channels"] > 1 else None
            analyses.append((truth, analyzer.analyze(folder / truth["file"], roles=roles)))
            seconds += truth["duration"]
    cost = (time.process_time() - began) / seconds
    for truth, analysis in analyses:
        if truth["channels"] < 2:
            continue
        events = derived(analysis.call, analysis.metrics)
        mine = [e.span for e in events if e.label in HEARD]
        gaps = [a + b for a, b in zip(gaps, _compared(mine, _gaps(truth)), strict=True)]
        wanted = [e for e in truth["events"] if e["type"] == "crosstalk"]
        said = [e.span for e in events if e.label is EventLabel.CROSSTALK]
        compared = _compared(said, [Span(e["start"], e["end"]) for e in wanted])
        talk = [a + b for a, b in zip(talk, compared, strict=True)]
    return [
        "| derived, calls of two channels | there | found | false |",
        "|---|---|---|---|",
        f"| silence or hold of 3 s and more | {gaps[0]} | {gaps[1]} | {gaps[2]} |",
        f"| cross-talk | {talk[0]} | {talk[1]} | {talk[2]} |",
        "",
        (
            f"Analysis without sounds and emotion: {cost * 1000:.1f} ms of CPU a second of call, "
            f"models loaded. Sounds: {spent * 1000:.2f} ms, {spent / cost:.1%} of it."
        ),
    ]


def _gaps(truth: dict[str, Any]) -> list[Span]:
    """Return where nobody speaks for 3 s and more, between turns."""
    found, reach = [], None
    for turn in sorted(truth["turns"], key=lambda t: t["start"]):
        if reach is not None and turn["start"] - reach >= 3:
            found.append(Span(reach, turn["start"]))
        reach = max(reach or 0.0, turn["end"])
    return found


def _compared(mine: Sequence[Span], true: Sequence[Span]) -> list[int]:
    hits = sum(any(m.overlap(t) >= 0.5 * t.duration for m in mine) for t in true)
    false = sum(not any(m.overlap(t) > 0 for t in true) for m in mine)
    return [len(true), hits, false]


def yamnet(models: Path) -> Path | None:
    try:
        return catalogue.weights("yamnet", models).paths["yamnet.zip"]
    except ModelUnavailable:
        return None


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--shared", type=Path, default=Path(__file__).parents[2] / "shared")
    options.add_argument("--models", type=Path, default=user_cache_path("huiting") / "models")
    options.add_argument("--recognize", action="store_true")
    chosen = options.parse_args()
    data, folder = chosen.shared / "data", chosen.shared / "calls" / "open"
    lines = ["# Sounds", "", "Written by `python bench/sounds.py --recognize`."]
    spent = 0.0
    for name, weights in (("without YAMNet", None), ("with YAMNet", yamnet(chosen.models))):
        if name == "with YAMNet" and weights is None:
            lines += ["", "YAMNet is not installed (`huiting setup --with yamnet`): left out."]
            continue
        if folder.is_dir():
            ears = Ears(sounds.build(yamnet=weights), silero.build())
            lines += ["", f"## Calls, {name}", "", *on_calls(ears, folder), ""]
            of_call = sum(truth["duration"] for truth in truths(folder))
            spent = ears.spent / of_call
            lines += [
                (
                    f"Cost: {ears.spent / ears.seconds * 1000:.2f} ms of CPU a second of channel, "
                    f"{spent * 1000:.2f} ms a second of call."
                )
            ]
        if data.is_dir():
            ears = Ears(sounds.build(yamnet=weights), silero.build())
            lines += ["", f"## Clips, {name}", "", *on_clips(ears, data)]
    if not folder.is_dir() or not data.is_dir():
        lines += ["", "Labeled recordings beside the project are missing: left out."]
    if chosen.recognize and folder.is_dir():
        lines += ["", "## Beside recognition", "", *on_recognized(folder, chosen.models, spent)]
    text = "\n".join(_single(lines)) + "\n"
    RESULTS.write_text(text, "utf-8")
    print(text)


def _single(lines: Sequence[str]) -> list[str]:
    """Drop empty lines that follow another."""
    return [b for a, b in pairwise(["", *lines]) if a or b]


if __name__ == "__main__":
    main()
