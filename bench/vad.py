"""How well the voice detectors find speech: silero, fsmn-vad and, where its weights are, ten-vad.

Usage: python bench/vad.py [--shared ../shared] [--models FOLDER]

Calls with exact truth (stereo without noise, stereo in noise, mono), meetings with reference
turns, sentences that are speech from end to end, and sounds in which nobody speaks. Of each
detector with its own thresholds: what it misses, what it takes for speech, how near its edges
are. Of fsmn-vad also what other thresholds would give, set by set, and what would be chosen on
all sets but one. Every recorded sound is also heard as a telephone carries it.
Detectors without weights, and sets that are not here, are left out and named. Writes
results/vad.md.
"""

import argparse
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray
from platformdirs import user_cache_path

from huiting.audio.clips import CUTTINGS, clips_of
from huiting.audio.decode import decode
from huiting.core.errors import ModelUnavailable
from huiting.core.ports import Hints, SpeechMeter
from huiting.core.speech import SpeechOptions
from huiting.core.types import Audio, Span
from huiting.engines import catalogue, fsmn_vad, gtcrn, silero, ten_vad, whisper
from huiting.engines.silero import regions_of
from huiting.text.error_rate import score_channel, unit_of

RESULTS = Path(__file__).parent / "results" / "vad.md"
RATE, PHONE = 16_000, 8_000
TONES = {"hold_music", "ringback", "dtmf"}
SPOKEN = ("speech-zh", "speech-en", "speech-ja", "speech-ko", "emotion-emodb")
"""Folders of sentences that are speech from end to end."""
SOUNDS = ("hold-music", "events-esc10", "events-cough")
"""Folders of what nobody says."""
THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9)
DRAWS = 2_000
STEP = 0.15
"""From the threshold down to the release."""
ENHANCED = "silero after GTCRN"
CALLS = ("stereo calls", "stereo calls in noise", "mono calls")
MEETINGS = ("meetings", "meetings by telephone")
Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Case:
    """One track and what is true of it."""

    group: str
    track: Audio
    turns: tuple[Span, ...]
    """Where somebody speaks; may overlap in mono."""
    tones: tuple[Span, ...] = ()
    language: str = ""
    said: tuple[tuple[str, str], ...] = ()
    """Accepted forms of each turn."""


def calls(folder: Path) -> Iterator[Case]:
    """Yield every channel of the labelled calls."""
    for path in sorted(folder.glob("*.json")):
        told = json.loads(path.read_text("utf-8"))
        noisy = any(e["type"] == "noise" for e in told["events"])
        group = CALLS[2] if told["channels"] == 1 else CALLS[1] if noisy else CALLS[0]
        with decode(folder / told["file"], rate=RATE) as decoded:
            for i, track in enumerate(decoded.tracks):
                mine = [t for t in told["turns"] if told["channels"] == 1 or t["channel"] == i]
                there = [
                    Span(e["start"], e["end"])
                    for e in told["events"]
                    if e["type"] in TONES and e.get("channel", i) == i
                ]
                turns = tuple(Span(t["start"], t["end"]) for t in mine)
                audio = track.cut(Span(0, track.duration))
                said = tuple((t["spoken"], t["written"]) for t in mine)
                yield Case(group, audio, turns, tuple(there), told["lang"], said)


def meetings(folder: Path) -> Iterator[Case]:
    """Yield the excerpts of meetings, wide and as a telephone carries them."""
    for path in sorted(folder.glob("*.rttm")):
        rows = [line.split() for line in path.read_text("utf-8").splitlines()]
        turns = tuple(
            Span(float(row[3]), float(row[3]) + float(row[4]))
            for row in rows
            if row and row[0] == "SPEAKER"
        )
        for name, audio in _wide_and_narrow("meetings", _read(path.with_suffix(".flac"))):
            yield Case(name, audio, turns)


def clips(data: Path, folders: Sequence[str]) -> Iterator[Case]:
    """Yield clips of the folders: all speech, or none."""
    for line in (data / "manifest.jsonl").read_text("utf-8").splitlines():
        told = json.loads(line)
        folder = told["path"].split("/")[0]
        if folder not in folders:
            continue
        group = told["label"] if folder == "events-esc10" else folder
        for name, audio in _wide_and_narrow(group, _read(data / told["path"])):
            turns = (Span(0, audio.duration),) if folder in SPOKEN else ()
            yield Case(name, audio, turns)


def _read(path: Path) -> Audio:
    with decode(path, rate=RATE) as decoded:
        return decoded.tracks[0].cut(Span(0, decoded.duration))


def _wide_and_narrow(name: str, audio: Audio) -> Iterator[tuple[str, Audio]]:
    yield name, audio
    narrow = np.clip(soxr.resample(audio.samples, RATE, PHONE), -1, 1)
    coded = np.round(np.sign(narrow) * np.log1p(255 * np.abs(narrow)) / np.log(256) * 127) / 127
    plain = np.sign(coded) * (256 ** np.abs(coded) - 1) / 255
    back = np.asarray(soxr.resample(plain, PHONE, RATE), np.float32)
    yield f"{name} by telephone", Audio(back, RATE)


@dataclass(frozen=True, slots=True)
class Heard:
    """What a detector said of a track."""

    case: Case
    probabilities: list[float]

    def regions(self, options: SpeechOptions) -> list[Span]:
        """Return where it finds speech."""
        return regions_of(self.probabilities, self.case.track.duration, options)


@dataclass(slots=True)
class Found:
    """Sums over tracks. Seconds."""

    turns: int = 0
    missed: int = 0
    """Turns of which less than half was found."""
    speech: float = 0.0
    lost: float = 0.0
    """Speech that was not found."""
    rest: float = 0.0
    """Where nobody speaks."""
    false: float = 0.0
    """Of that, what was taken for speech."""
    tones: float = 0.0
    starts: list[float] = field(default_factory=list)
    ends: list[float] = field(default_factory=list)

    @property
    def errors(self) -> float:
        """Lost and false seconds per second of speech."""
        return (self.lost + self.false) / max(self.speech, 1e-9)


def judged(heard: Sequence[Heard], options: SpeechOptions) -> Found:
    """Compare regions with the truth."""
    found = Found()
    for one in heard:
        case, regions = one.case, one.regions(options)
        said = _union(case.turns)
        found.speech += sum(s.duration for s in said)
        both = sum(r.overlap(s) for r in regions for s in said)
        found.lost += sum(s.duration for s in said) - both
        found.false += sum(r.duration for r in regions) - both
        found.rest += case.track.duration - sum(s.duration for s in said)
        found.tones += sum(r.overlap(t) for r in regions for t in case.tones)
        for turn in case.turns:
            mine = [r for r in regions if r.overlap(turn) > 0]
            found.turns += 1
            found.missed += sum(r.overlap(turn) for r in mine) < turn.duration / 2
            found.starts += [mine[0].start - turn.start] if mine else []
            found.ends += [mine[-1].end - turn.end] if mine else []
    return found


def _union(spans: Sequence[Span]) -> list[Span]:
    joined: list[Span] = []
    for span in sorted(spans, key=lambda s: s.start):
        if joined and span.start <= joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return joined


USUAL: dict[str, SpeechOptions] = {
    "silero": SpeechOptions(),
    "fsmn-vad": fsmn_vad.USUAL,
    "ten-vad": ten_vad.USUAL,
}


@dataclass(frozen=True, slots=True)
class Detector:
    """One of those that are compared."""

    name: str
    meter: SpeechMeter
    options: SpeechOptions
    before: Callable[[Audio], Audio] | None = None
    """What is done to a track first."""

    def hear(self, cases: Sequence[Case]) -> list[Heard]:
        """Return what it hears."""
        return [Heard(case, self._probabilities(case.track)) for case in cases]

    def _probabilities(self, track: Audio) -> list[float]:
        heard = self.before(track) if self.before else track
        return [float(p) for p in self.meter.probabilities(heard)]


def detectors(models: Path) -> tuple[list[Detector], list[str]]:
    """Return the detectors whose weights are here, and what is left out."""
    usual = silero.build()
    found, left = [Detector("silero", usual, USUAL["silero"])], []
    for name, build in {"fsmn-vad": fsmn_vad.build, "ten-vad": ten_vad.build}.items():
        try:
            meter = build(weights=catalogue.weights(name, models).folder)
            found.append(Detector(name, meter, USUAL[name]))
        except ModelUnavailable as error:
            left.append(f"{name} ({error.remedy})")
    try:
        enhancer = gtcrn.build(weights=catalogue.weights("gtcrn", models).folder, strength=1.0)
        found.append(Detector(ENHANCED, usual, USUAL["silero"], enhancer.enhance))
    except ModelUnavailable as error:
        left.append(f"{ENHANCED} ({error.remedy})")
    return found, left


def of_turns(name: str, group: str, found: Found) -> str:
    """Return a row of the table of turns."""
    edges = [
        f"{np.median(np.abs(e)) * 1000:.0f} / {np.percentile(np.abs(e), 90) * 1000:.0f} ms"
        for e in (found.starts, found.ends)
    ]
    return _row(
        group,
        name,
        f"{found.missed} of {found.turns}",
        f"{found.lost / found.speech:.1%}",
        f"{found.false / found.speech:.1%}",
        f"{found.tones:.1f} s",
        *edges,
    )


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _head(*cells: str) -> list[str]:
    return [_row(*cells), "|---" * len(cells) + "|"]


Sets = dict[str, list[Heard]]


def by_group(heard: Sequence[Heard]) -> Sets:
    """Return what was heard, by set."""
    found: Sets = {}
    for one in heard:
        found.setdefault(one.case.group, []).append(one)
    return found


def of_clips(sets: Sets, options: SpeechOptions) -> dict[str, str]:
    """Return by set: clips in which no speech is found, and the share of all that is."""
    cells = {}
    for group, heard in sets.items():
        regions = [one.regions(options) for one in heard]
        share = sum(r.duration for own in regions for r in own)
        share /= sum(one.case.track.duration for one in heard)
        none = sum(not own for own in regions)
        cells[group] = f"{len(heard) - none} of {len(heard)}, {share:.1%}"
    return cells


def thresholds(sets: Sets, sounds: Sequence[Heard]) -> list[str]:
    """Return what thresholds of fsmn-vad give, and what would be chosen on all sets but one."""
    names = list(sets)
    table = {
        value: [judged(sets[name], _at(value)).errors for name in names] for value in THRESHOLDS
    }
    lines = _head("threshold / release", *names, "mean", "sounds taken for speech")
    for value, errors in table.items():
        mark = "**" if np.isclose(value, fsmn_vad.USUAL.threshold) else ""
        cells = [f"{error:.1%}" for error in [*errors, float(np.mean(errors))]]
        wrong = judged(sounds, _at(value))
        cells.append(f"{wrong.false / wrong.rest:.1%}")
        lines.append(_row(f"{mark}{value:g} / {value - STEP:g}{mark}", *cells))
    lines += ["", *_head("left out", "chosen on the others", "there", "best there")]
    held = []
    for i, name in enumerate(names):
        others = {v: np.mean([e for j, e in enumerate(es) if j != i]) for v, es in table.items()}
        chosen = min(others, key=lambda v: others[v])
        best = min(table, key=lambda v: table[v][i])
        held.append(table[chosen][i])
        lines.append(
            _row(name, f"{chosen:g}", f"{table[chosen][i]:.1%}", f"{best:g}: {table[best][i]:.1%}")
        )
    usual = [judged(sets[name], fsmn_vad.USUAL).errors for name in names]
    told = f"Mean of what was chosen elsewhere: {np.mean(held):.1%}; of the default: {np.mean(usual):.1%}."
    return [*lines, "", told]


def _at(threshold: float) -> SpeechOptions:
    usual = fsmn_vad.USUAL
    release = round(threshold - STEP, 3)
    return SpeechOptions(threshold, release, usual.min_silence, usual.min_speech, usual.pad)


@dataclass(frozen=True, slots=True)
class Report:
    """What is measured of all detectors."""

    shared: Path
    found: Sequence[Detector]

    def turns(self) -> tuple[list[str], Sets]:
        """Return the table of calls and meetings, and what fsmn-vad heard of them."""
        folder, data = self.shared / "calls" / "open", self.shared / "data"
        cases = [*calls(folder), *meetings(data / "meetings-ami")]
        lines = _head(
            *("set", "detector", "turns missed", "speech lost", "false, of speech"),
            *("in tones and music", "start p50 / p90", "end p50 / p90"),
        )
        rows: dict[str, list[str]] = {}
        heard_by_fsmn: Sets = {}
        for one in self.found:
            began = time.process_time()
            sets = by_group(one.hear(cases))
            spent = (time.process_time() - began) / sum(c.track.duration for c in cases)
            print(f"{one.name}: {spent * 1000:.1f} ms of a core a second of track", flush=True)
            for group, heard in sets.items():
                found = judged(heard, one.options)
                rows.setdefault(group, []).append(of_turns(one.name, group, found))
            if one.name == "fsmn-vad":
                heard_by_fsmn = sets
        return [*lines, *(row for group in rows.values() for row in group)], heard_by_fsmn

    def errors(self, models: Path) -> list[str]:
        """Return the table of what Whisper makes of the speech that each finds in stereo calls."""
        recognizer = whisper.build(weights=catalogue.weights("whisper-base", models).folder)
        cases = [c for c in calls(self.shared / "calls" / "open") if c.group != CALLS[2]]
        counts: dict[str, dict[str, list[tuple[int, int]]]] = {}
        for one in self.found:
            if one.name == ENHANCED:
                continue
            own = counts.setdefault(one.name, {name: [] for name in CALLS[:2]})
            for heard in one.hear(cases):
                case, speech = heard.case, heard.regions(one.options)
                cut = clips_of(case.track, 0, None, speech, CUTTINGS["fast"])
                clips = [clip.audio for clip in cut]
                texts = recognizer.transcribe(clips, Hints(language=case.language))
                text = " ".join(said.text for said in texts)
                rate = score_channel(text, case.said, unit_of(case.language))
                own[case.group].append((rate.edits, rate.units))
        rows = [
            _row(name, *(_against(own[group], counts["silero"][group]) for group in own))
            for name, own in counts.items()
        ]
        return [*_head("detector", *CALLS[:2]), *rows]

    def clips(self, folders: Sequence[str], what: str) -> tuple[list[str], list[Heard]]:
        """Return the table of clips of one kind, and what fsmn-vad heard of them."""
        cases = list(clips(self.shared / "data", folders))
        alone = [one for one in self.found if one.name != ENHANCED]
        heard = {one.name: one.hear(cases) for one in alone}
        columns = {one.name: of_clips(by_group(heard[one.name]), one.options) for one in alone}
        lines = _head(what, *columns)
        for group in columns["silero"]:
            lines.append(_row(group, *(cells[group] for cells in columns.values())))
        return lines, heard.get("fsmn-vad", [])


def _against(own: Sequence[tuple[int, int]], usual: Sequence[tuple[int, int]]) -> str:
    """Return an error rate, and how far it is from the usual one in 95 of 100 draws of tracks."""
    edits, units = np.array(own).T
    rate = f"{edits.sum() / units.sum():.1%}"
    if own is usual:
        return rate
    drawn = np.random.default_rng(0).integers(0, len(units), (DRAWS, len(units)))
    others = np.array(usual)[:, 0]
    apart = (edits - others)[drawn].sum(1) / units[drawn].sum(1) * 100
    low, high = np.percentile(apart, [2.5, 97.5])
    return f"{rate} ({low:+.1f} to {high:+.1f} points)"


def report(shared: Path, models: Path) -> list[str]:
    """Measure everything that is here."""
    found, left = detectors(models)
    measured = Report(shared, found)
    turns, sets = measured.turns()
    spoken, _ = measured.clips(SPOKEN, "sentences")
    other, sounds = measured.clips(SOUNDS, "sounds")
    lines = ["# Voice detectors", "", "Each with its own thresholds.", ""]
    lines += [f"Left out: {'; '.join(left)}.", ""] if left else []
    lines += [
        "## Calls and meetings",
        "",
        "A turn is missed when less than half of it is found.",
        "",
    ]
    lines += [*turns, "", "## Errors of recognition in what is found", ""]
    lines += [
        "Whisper base, profile fast: characters, or words of English. In brackets how far from"
    ]
    lines += ["Silero 95 of 100 draws of as many channels lie.", ""]
    lines += [*measured.errors(models), "", "## Sentences", ""]
    lines += ["Clips in which speech is found, and the share of their sound that is found.", ""]
    lines += [*spoken, "", "## Sounds in which nobody speaks", ""]
    lines += ["Clips in which speech is found all the same, and the share of their sound.", ""]
    lines += [*other, ""]
    if sets:
        lines += ["## Thresholds of fsmn-vad", ""]
        lines += ["Lost and false seconds together, of a second of speech.", ""]
        lines += [*thresholds(sets, sounds), ""]
    return lines


def main() -> None:
    """Measure, or say why not."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--shared", type=Path, default=Path(__file__).parents[2] / "shared")
    options.add_argument("--models", type=Path, default=user_cache_path("huiting") / "models")
    given = options.parse_args()
    folders = (given.shared / "calls" / "open", given.shared / "data")
    if missing := [str(folder) for folder in folders if not folder.is_dir()]:
        print(f"nothing is measured, and {RESULTS.name} stays: no {', '.join(missing)}")
        return
    lines = report(given.shared, given.models)
    RESULTS.write_text("\n".join(lines), encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
