import os
import tracemalloc
import wave
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from audio_files import ALAW, encoded, int16, syllables, tone, wav
from huiting.audio.cutout import cut_clip
from huiting.audio.decode import Limits, decode
from huiting.audio.native import pieces
from huiting.audio.raw import RawFormat
from huiting.audio.redaction import LEVEL, How, redact_audio
from huiting.audio.wave_file import writing
from huiting.audio.writer import Piece
from huiting.core.errors import ConfigError, InputError, UndecodableAudio
from huiting.core.types import Span

STEREO = np.stack([tone(4.0, hz=300), tone(4.0, hz=500)])
SOURCE = wav(int16(STEREO), channels=2)


def read(path: Path) -> tuple[NDArray[np.int16], int]:
    """Return samples, shape (n, channels), and the rate."""
    with wave.open(str(path)) as file:
        data = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        return data.reshape(-1, file.getnchannels()), file.getframerate()


def whole(source: bytes, tmp_path: Path) -> NDArray[np.int16]:
    redact_audio(source, {}, tmp_path / "whole.wav")
    return read(tmp_path / "whole.wav")[0]


def test_only_the_channel_and_the_span_are_silent_to_the_sample(tmp_path: Path) -> None:
    target = tmp_path / "out.wav"
    redact_audio(SOURCE, {1: [Span(1, 2)]}, target, how=How.SILENCE, margin=0.1)
    samples, rate = read(target)
    original = np.frombuffer(int16(STEREO), "<i2").reshape(-1, 2)
    first, last = round(0.9 * rate), round(2.1 * rate)

    assert rate == 8000
    assert not samples[first:last, 1].any()
    assert (samples[:first] == original[:first]).all()
    assert (samples[last:] == original[last:]).all()
    assert (samples[:, 0] == original[:, 0]).all()


def test_a_beep_is_a_tone_that_holds_nothing_of_the_voice(tmp_path: Path) -> None:
    redact_audio(SOURCE, {0: [Span(1, 2)]}, tmp_path / "a.wav", margin=0)
    other = wav(int16(np.stack([syllables(4.0, 8000), STEREO[1]])), channels=2)
    redact_audio(other, {0: [Span(1, 2)]}, tmp_path / "b.wav", margin=0)
    beep, _ = read(tmp_path / "a.wav")
    again, _ = read(tmp_path / "b.wav")
    inside = beep[8000:16000, 0]
    spectrum = np.abs(np.fft.rfft(inside.astype(float)))

    assert (inside == again[8000:16000, 0]).all()
    assert int(spectrum.argmax()) == 1000
    assert abs(int(inside.max()) - LEVEL * 32768) < 40
    assert inside[0] == inside[-1] == 0


def test_spans_may_touch_overlap_and_run_over_both_ends(tmp_path: Path) -> None:
    spans = [Span(3.9, 60), Span(0, 0.1), Span(0.05, 0.4), Span(1, 1)]
    redact_audio(SOURCE, {0: spans, 7: [Span(0, 1)]}, tmp_path / "o.wav", how=How.SILENCE, margin=0.1)  # fmt: skip
    samples, _ = read(tmp_path / "o.wav")
    quiet = np.flatnonzero(np.abs(samples[:, 0].astype(int)).reshape(-1, 80).max(axis=1) == 0)

    assert quiet.tolist() == [*range(50), *range(90, 110), *range(380, 400)]
    assert len(samples) == 32000


@pytest.mark.parametrize(
    ("source", "rate", "channels"),
    [
        pytest.param(SOURCE, 8000, 2, id="WAV"),
        pytest.param(encoded("wav", "pcm_mulaw", STEREO, 8000), 8000, 2, id="mu-law"),
        pytest.param(encoded("wav", "pcm_alaw", STEREO, 8000), 8000, 2, id="A-law"),
        pytest.param(encoded("flac", "flac", STEREO, 16_000), 16_000, 2, id="FLAC"),
        pytest.param(encoded("mp3", "mp3", STEREO, 16_000), 16_000, 2, id="MP3"),
        pytest.param(
            encoded("ogg", "libopus", np.repeat(STEREO, 6, axis=1), 48_000), 48_000, 2, id="Opus"
        ),
        pytest.param(encoded("ipod", "aac", STEREO, 16_000), 16_000, 2, id="M4A"),
        pytest.param(encoded("amr", "libopencore_amrnb", STEREO[0], 8000), 8000, 1, id="AMR"),
    ],
)
def test_every_format_that_is_analyzed_can_be_redacted(
    source: bytes, rate: int, channels: int, tmp_path: Path
) -> None:
    target = tmp_path / "out.wav"
    redact_audio(source, {0: [Span(0.5, 1)]}, target, how=How.SILENCE)
    samples, native = read(target)
    with decode(source) as decoded:
        same_length = abs(len(samples) / native - decoded.duration)

    assert (native, samples.shape[1]) == (rate, channels)
    assert not samples[round(0.1 * rate) : round(1.4 * rate), 0].any()
    assert samples[round(1.45 * rate) :, 0].any()
    assert same_length < 0.001


def test_a_gap_of_the_container_keeps_times_right() -> None:
    with decode(SOURCE) as decoded:
        length = decoded.duration

    assert sum(len(p.samples) for p in pieces(SOURCE)) == length * 8000


def test_audio_without_a_header(tmp_path: Path) -> None:
    raw = RawFormat.parse("s16le:8000:2")
    redact_audio(int16(STEREO), {0: [Span(0, 5)]}, tmp_path / "o.wav", how=How.SILENCE, raw=raw)

    assert not read(tmp_path / "o.wav")[0][:, 0].any()


def test_another_file_than_was_analyzed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not the recording that was analyzed"):
        redact_audio(SOURCE, {}, tmp_path / "o.wav", expected="ab" * 32)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("source", [b"no audio at all", wav(b"")], ids=["text", "empty"])
def test_what_is_no_audio_leaves_no_file_and_the_old_one(source: bytes, tmp_path: Path) -> None:
    (tmp_path / "o.wav").write_bytes(b"old")

    with pytest.raises(UndecodableAudio):
        redact_audio(source, {}, tmp_path / "o.wav")
    assert (tmp_path / "o.wav").read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_recording_beyond_the_limit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UndecodableAudio, match="longer than"):
        redact_audio(SOURCE, {}, tmp_path / "o.wav", limits=Limits(duration=2))


def test_a_recording_is_for_whom_the_umask_says(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        with writing(tmp_path / "x.wav") as file:
            file.write(Piece(np.zeros((8, 1), np.float32), 8000))
    finally:
        os.umask(before)

    assert (tmp_path / "x.wav").stat().st_mode & 0o777 == 0o600


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be written"):
        redact_audio(SOURCE, {}, tmp_path / "none" / "o.wav")


def test_a_target_that_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "o.wav").mkdir()

    with pytest.raises(ConfigError, match="cannot be written"):
        redact_audio(SOURCE, {}, tmp_path / "o.wav")


def test_more_than_a_wav_file_holds_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huiting.audio.wave_file.LARGEST", 1000)

    with pytest.raises(InputError, match="4 GiB"), writing(tmp_path / "o.wav") as file:
        file.write(Piece(np.zeros((501, 1), np.float32), 8000))
    assert list(tmp_path.iterdir()) == []


def test_memory_does_not_grow_with_the_length(tmp_path: Path) -> None:
    def peak(minutes: int) -> int:
        path = tmp_path / f"{minutes}.wav"
        path.write_bytes(wav(b"\0" * 2 * 8000 * 60 * minutes))
        tracemalloc.start()
        redact_audio(path, {0: [Span(1, 50)]}, tmp_path / "o.wav")
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    # What other threads allocate meanwhile passes; what grows does so every time.
    short = peak(1)
    assert any(peak(8) < short + (1 << 20) for _ in range(2))


class Changing:
    """Frames of two rates and other channels, as some containers switch."""

    def __call__(self, *_given: object, **_named: object) -> list[Piece]:
        mono = np.full((8000, 1), 0.25, np.float32)
        return [
            Piece(np.zeros((8000, 2), np.float32), 8000),
            Piece(np.repeat(mono, 2, axis=0), 16_000),
            Piece(np.repeat(mono, 3, axis=1), 8000),
            Piece(np.repeat(mono, 2, axis=0), 16_000),
        ]


def test_rates_and_channels_that_change_midway_become_those_of_the_beginning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huiting.audio.native.on_clock", Changing())
    redact_audio(SOURCE, {}, tmp_path / "o.wav")
    samples, rate = read(tmp_path / "o.wav")

    assert rate == 8000
    assert samples.shape == (32000, 2)
    for start in (10_000, 18_000, 26_000):  # away from the seams, where a resampler rings
        assert abs(samples[start : start + 4000].astype(int) - 8192).max() < 20


def test_a_clip_is_cut_to_the_sample(tmp_path: Path) -> None:
    held = cut_clip(SOURCE, Span(1, 2), 1, tmp_path / "c.wav", margin=0.25)
    samples, rate = read(tmp_path / "c.wav")
    original = np.frombuffer(int16(STEREO), "<i2").reshape(-1, 2)

    assert held == Span(0.75, 2.25)
    assert (samples[:, 0] == original[round(0.75 * rate) : round(2.25 * rate), 1]).all()


def test_a_clip_of_all_channels_at_the_edges(tmp_path: Path) -> None:
    held = cut_clip(SOURCE, Span(0, 9), None, tmp_path / "c.wav")

    assert held == Span(0, 4)
    assert read(tmp_path / "c.wav")[0].shape == (32000, 2)


def test_a_clip_reads_no_further_than_it_must(tmp_path: Path) -> None:
    broken = wav(int16(np.concatenate([tone(2.0), syllables(60, 8000)])))
    cut_clip(broken, Span(0.5, 1), 0, tmp_path / "c.wav", limits=Limits(duration=3))

    assert len(read(tmp_path / "c.wav")[0]) == round(1.1 * 8000)


@pytest.mark.parametrize(
    ("span", "channel", "message"),
    [
        (Span(8, 9), 0, "ends at 0:04, before 0:08"),
        (Span(1, 2), 2, "channels 0 to 1"),
        (Span(1, 2), -1, "channels 0 to 1"),
    ],
)
def test_a_clip_that_is_not_there(span: Span, channel: int, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=message):
        cut_clip(SOURCE, span, channel, tmp_path / "c.wav")
    assert list(tmp_path.iterdir()) == []


def test_a_clip_of_another_file_or_of_no_channel_of_mono(tmp_path: Path) -> None:
    mono = wav(int16(tone(1.0)), tag=1)
    with pytest.raises(InputError, match="channel 0"):
        cut_clip(mono, Span(0, 1), 1, tmp_path / "c.wav")
    with pytest.raises(InputError, match="not the recording"):
        cut_clip(mono, Span(0, 1), 0, tmp_path / "c.wav", expected="0")


def test_g711_outside_the_spans_is_as_decoded(tmp_path: Path) -> None:
    source = wav(bytes(range(256)) * 40, bits=8, tag=ALAW)
    redact_audio(source, {0: [Span(0.5, 0.6)]}, tmp_path / "o.wav", how=How.SILENCE, margin=0)
    samples, _ = read(tmp_path / "o.wav")
    plain = whole(source, tmp_path)

    assert (samples[:4000] == plain[:4000]).all()
    assert (samples[4800:] == plain[4800:]).all()
    assert len(np.unique(plain)) == 256
