"""Regions of speech as files that other programs read. Times in seconds from the start."""

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from huiting.core.speech import Speech, SpeechOptions, told
from huiting.service.speech.desk import Region


class SpeechForm(StrEnum):
    """A form of file."""

    CSV = "csv"
    JSON = "json"
    AUDACITY = "audacity"
    """Labels of Audacity, tab-separated."""
    RTTM = "rttm"
    """As speaker diarization and speech detection are scored."""
    TEXTGRID = "textgrid"
    """Of Praat, a tier a channel."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is to be written."""

    recording: str
    """SHA-256 of the bytes."""
    speech: Speech
    options: SpeechOptions
    regions: Sequence[Region]

    @property
    def name(self) -> str:
        """What the recording is called in files: a name of its own may tell a person's number."""
        return self.recording[:16]


@dataclass(frozen=True, slots=True)
class File:
    """A file."""

    content: str
    suffix: str
    media_type: str


def written(sheet: Sheet, form: SpeechForm) -> File:
    """Return the whole file; the same regions always give the same text."""
    write, suffix, media_type = _FORMS[form]
    return File(write(sheet), suffix, media_type)


def _csv(sheet: Sheet) -> str:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(("channel", "start", "end", "duration"))
    for region in sheet.regions:
        span = region.span
        rows.writerow((region.channel, *map(_time, (span.start, span.end, span.duration))))
    return text.getvalue()


def _json(sheet: Sheet) -> str:
    content = {
        "recording": sheet.recording,
        "duration": round(sheet.speech.duration, 3),
        "options": told(sheet.options),
        "regions": [
            {
                "channel": region.channel,
                "start": round(region.span.start, 3),
                "end": round(region.span.end, 3),
            }
            for region in sheet.regions
        ],
    }
    return json.dumps(content, indent=2) + "\n"


def _audacity(sheet: Sheet) -> str:
    ordered = sorted(sheet.regions, key=lambda r: (r.span.start, r.channel))
    lines = (
        f"{_time(r.span.start)}\t{_time(r.span.end)}\tspeech {r.channel + 1}\n" for r in ordered
    )
    return "".join(lines)


def _rttm(sheet: Sheet) -> str:
    """Return the form that NIST's Rich Transcription evaluations defined; channels count from 1."""
    lines = (
        f"SPEAKER {sheet.name} {r.channel + 1} {_time(r.span.start)} {_time(r.span.duration)} "
        f"<NA> <NA> speech{r.channel + 1} <NA> <NA>\n"
        for r in sheet.regions
    )
    return "".join(lines)


def _textgrid(sheet: Sheet) -> str:
    end = sheet.speech.duration
    by_channel = {
        channel: list(own) for channel, own in groupby(sheet.regions, key=lambda r: r.channel)
    }
    tracks = sheet.speech.tracks
    lines = [
        'File type = "ooTextFile"', 'Object class = "TextGrid"', "",
        "xmin = 0", f"xmax = {_time(end)}", "tiers? <exists>", f"size = {len(tracks)}", "item []:",
    ]  # fmt: skip
    for number, track in enumerate(tracks, 1):
        parts = list(_intervals(by_channel.get(track.channel, ()), end))
        lines += [
            f"    item [{number}]:", '        class = "IntervalTier"',
            f'        name = "channel {track.channel + 1}"',
            "        xmin = 0", f"        xmax = {_time(end)}",
            f"        intervals: size = {len(parts)}",
        ]  # fmt: skip
        for place, (start, stop, text) in enumerate(parts, 1):
            lines += [
                f"        intervals [{place}]:", f"            xmin = {_time(start)}",
                f"            xmax = {_time(stop)}", f'            text = "{text}"',
            ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _intervals(regions: Sequence[Region], end: float) -> list[tuple[float, float, str]]:
    """Return stretches that together are all of the time, as a tier must be."""
    found: list[tuple[float, float, str]] = []
    at = 0.0
    for region in regions:
        if region.span.start > at:
            found.append((at, region.span.start, ""))
        found.append((region.span.start, region.span.end, "speech"))
        at = region.span.end
    if at < end or not found:
        found.append((at, end, ""))
    return found


def _time(seconds: float) -> str:
    return f"{seconds:.3f}"


_FORMS: Mapping[SpeechForm, tuple[Callable[[Sheet], str], str, str]] = {
    SpeechForm.CSV: (_csv, ".csv", "text/csv"),
    SpeechForm.JSON: (_json, ".json", "application/json"),
    SpeechForm.AUDACITY: (_audacity, ".labels.txt", "text/plain"),
    SpeechForm.RTTM: (_rttm, ".rttm", "text/plain"),
    SpeechForm.TEXTGRID: (_textgrid, ".TextGrid", "text/plain"),
}
"""How each is written, how its name ends, and its media type."""
