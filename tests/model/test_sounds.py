import json
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from huiting.audio.decode import decode
from huiting.core.types import Audio, Event, EventLabel, Span
from huiting.engines import sounds
from network_tones import RATE, hiss, melody

SHARED = Path(__file__).resolve().parents[3] / "shared"
CALLS = SHARED / "calls" / "open"

pytestmark = pytest.mark.model
calls = pytest.mark.skipif(not CALLS.is_dir(), reason="no labeled calls beside the project")
recordings = pytest.mark.skipif(
    not (SHARED / "data").is_dir(), reason="no recordings beside the project"
)


@cache
def tagger() -> sounds.Sounds:
    return sounds.build()


def heard(path: Path) -> list[list[Event]]:
    with decode(path, rate=RATE) as decoded:
        return [tagger().events(track, track.channel, ()) for track in decoded.tracks]


def labels(path: Path) -> set[EventLabel]:
    return {event.label for channel in heard(path) for event in channel}


def test_a_tune_is_music_and_noise_is_not() -> None:
    tune = np.concatenate((melody(8), hiss(8, -30)))
    [event] = tagger().events(Audio(tune, RATE), 0, ())

    assert event.label is EventLabel.MUSIC
    assert event.span.end == pytest.approx(8, abs=1)


@pytest.mark.shared
@recordings
@pytest.mark.parametrize("folder", ["speech-zh", "speech-en", "speech-ja", "speech-ko"])
def test_speech_is_neither_music_nor_a_tone(folder: str) -> None:
    found = [labels(path) for path in sorted((SHARED / "data" / folder).glob("*.flac"))]

    assert set().union(*found) <= {EventLabel.NOISE}


@pytest.mark.shared
@recordings
def test_music_on_hold_is_music() -> None:
    for path in sorted((SHARED / "data" / "hold-music").glob("*.flac")):
        [events] = heard(path)

        assert sum(e.span.duration for e in events if e.label is EventLabel.MUSIC) > 50


@pytest.mark.shared
@calls
@pytest.mark.parametrize("call", ["8001", "8002", "8019", "8024", "8026"])
def test_tones_and_music_of_a_call_are_where_they_were_put(call: str) -> None:
    [path] = CALLS.glob(f"{call}_*.json")
    truth = json.loads(path.read_text("utf-8"))
    names = {"ringback": EventLabel.RINGBACK, "hold_music": EventLabel.MUSIC}
    names["dtmf"] = EventLabel.DTMF
    events = [e for channel in heard(path.parent / truth["file"]) for e in channel]
    wanted = [e for e in truth["events"] if e["type"] in names]
    tones = [e for e in events if e.label in names.values()]

    assert len(tones) == len(wanted)
    for true in wanted:
        [mine] = [e for e in tones if e.label is names[true["type"]]]
        span = Span(true["start"], true["end"])
        assert mine.channel == true["channel"]
        assert mine.span.overlap(span) > 0.7 * span.duration
        assert mine.text == true.get("digits")


def test_long_tracks_are_heard_as_short_ones() -> None:
    long = np.concatenate((hiss(100, -70), melody(30), hiss(50, -70)))
    events = tagger().events(Audio(long, RATE), 0, ())

    assert [e.label for e in events] == [EventLabel.MUSIC]
    assert all(a.span.end <= b.span.start for a, b in pairwise(events))
