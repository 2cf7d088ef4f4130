"""The embedded weights on labelled calls: error rates with a margin, never exact text."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from platformdirs import user_cache_path

from huiting.audio.clips import CUTTINGS, clips_of, pieces_of
from huiting.audio.decode import decode
from huiting.core.errors import ModelUnavailable
from huiting.core.ports import Hints
from huiting.core.types import Audio
from huiting.engines import catalogue, silero, whisper
from huiting.text.error_rate import NOTHING, ErrorRate, score_channel, unit_of

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"
CALLS = SHARED / "calls" / "open"
SAMPLES = ROOT / "samples"
MARGIN = 0.005
RECORDED = {"zh": 0.1461, "en": 0.0679, "ja": 0.1307}
"""Of the fast profile over all stereo calls, language given, as this test measures them."""


@pytest.fixture(scope="module")
def recognizer() -> whisper.Whisper:
    try:
        entry = catalogue.weights("whisper-base", user_cache_path("huiting") / "models")
    except ModelUnavailable as error:
        pytest.skip(str(error))
    return whisper.build(weights=entry.folder, threads=2)


def heard(path: Path, language: str, recognizer: whisper.Whisper) -> Iterator[tuple[int, str]]:
    detector = silero.build()
    with decode(path, rate=recognizer.rate) as decoded:
        for channel, track in enumerate(decoded.tracks):
            clips = list(clips_of(track, channel, None, detector.speech(track), CUTTINGS["fast"]))
            found = recognizer.transcribe([c.audio for c in clips], Hints(language=language))
            pieces = [p for c, h in zip(clips, found, strict=True) for p in pieces_of(c, h)]
            yield channel, " ".join(piece.text for piece in pieces)


def rate_of(truth: Path, recognizer: whisper.Whisper) -> tuple[str, ErrorRate]:
    call = json.loads(truth.read_text(encoding="utf-8"))
    rate = NOTHING
    for channel, text in heard(truth.parent / call["file"], call["lang"], recognizer):
        turns = [(t["spoken"], t["written"]) for t in call["turns"] if t["channel"] == channel]
        rate += score_channel(text, turns, unit_of(call["lang"]))
    return call["lang"], rate


@pytest.mark.model
@pytest.mark.shared
def test_error_rates_are_no_worse_than_recorded(recognizer: whisper.Whisper) -> None:
    if not CALLS.is_dir():
        pytest.skip(f"{CALLS} is not there")
    rates = dict.fromkeys(RECORDED, NOTHING)
    for truth in sorted(CALLS.glob("*.json")):
        if json.loads(truth.read_text(encoding="utf-8"))["channels"] == 2:
            language, rate = rate_of(truth, recognizer)
            rates[language] += rate

    found = {language: rate.rate for language, rate in rates.items()}
    assert all(found[code] <= RECORDED[code] + MARGIN for code in RECORDED), found


@pytest.mark.model
def test_tones_and_noise_are_not_transcribed(recognizer: whisper.Whisper) -> None:
    """What the voice detector would never let through is still not believed."""
    rng = np.random.default_rng(0)
    t = np.arange(8 * 16_000) / 16_000
    clips = [
        Audio(sound.astype(np.float32), 16_000)
        for sound in (
            np.zeros(len(t)),
            0.2 * np.sin(2 * np.pi * 450 * t),
            rng.normal(0, 0.05, len(t)),
            rng.normal(0, 0.0005, len(t)),
        )
    ]
    found = list(recognizer.transcribe(clips, Hints(language="zh")))

    assert [h.gate is not None for h in found] == [True] * len(clips), found


@pytest.mark.model
def test_word_times_are_near_the_words(recognizer: whisper.Whisper) -> None:
    """A clip put one second later gives words one second later."""
    truth = next(iter(sorted(SAMPLES.glob("*.wav"))))
    with decode(truth, rate=16_000) as decoded:
        track = decoded.tracks[0]
        region = max(silero.build().speech(track), key=lambda s: s.duration)
        clip = track.cut(region)
    later = Audio(np.concatenate((np.zeros(16_000, np.float32), clip.samples)), 16_000)
    first, second = recognizer.transcribe([clip, later], Hints(language="zh"))

    assert len(first.words) > 3
    shift = second.words[-1].span.start - first.words[-1].span.start
    assert shift == pytest.approx(1.0, abs=0.3)
