"""Recordings heard from any moment: the same samples, under the same numbers, as from the beginning."""

import io

import numpy as np
import pytest
from numpy.typing import NDArray

from audio_files import encoded, int16, wav
from huiting.audio import playing
from huiting.audio.container import AudioStream
from huiting.audio.native import pieces
from huiting.audio.playing import form_of, pieces_from
from huiting.audio.source import Source
from huiting.core.errors import UndecodableAudio

RATE, SECONDS = 16_000, 75


def sweep(seconds: int = SECONDS) -> NDArray[np.float32]:
    """Return two channels in which no stretch is like another."""
    at = np.arange(RATE * seconds) / RATE
    left = 0.4 * np.sin(2 * np.pi * (200 + 4 * at) * at)
    right = 0.4 * np.sin(2 * np.pi * 330 * at) * np.sin(0.9 * at)
    return np.stack([left, right]).astype(np.float32)


def source(content: bytes, suffix: str = "") -> Source:
    return Source("recording", suffix, "0" * 64, len(content), io.BytesIO(content))


def whole(content: bytes) -> NDArray[np.float32]:
    return np.concatenate([piece.samples for piece in pieces(content)])


def heard(content: bytes, first: int, count: int) -> tuple[int, NDArray[np.float32]]:
    """Return where decoding began, and the samples that are wanted."""
    file = source(content)
    form, duration = form_of(file), len(whole(content)) / RATE
    found: list[NDArray[np.float32]] = []
    begin = None
    for number, piece in pieces_from(file, form, first, duration):
        begin = number if begin is None else begin
        found.append(piece.samples)
        if number + len(piece.samples) >= first + count:
            break
    assert begin is not None
    return begin, np.concatenate(found)[first - begin :][:count]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(wav(int16(sweep().T), rate=RATE, channels=2), id="WAV"),
        pytest.param(encoded("mp3", "libmp3lame", sweep(), RATE), id="MP3"),
        pytest.param(encoded("flac", "flac", sweep(), RATE), id="FLAC"),
        pytest.param(encoded("ipod", "aac", sweep(), RATE), id="M4A"),
        pytest.param(encoded("adts", "aac", sweep(), RATE), id="AAC"),
        pytest.param(encoded("avi", "mp2", sweep(), RATE), id="MP2"),
        pytest.param(encoded("matroska", "flac", sweep(), RATE), id="Matroska"),
    ],
)
@pytest.mark.parametrize(
    "moment", [3.0, 40.0007, 74.5], ids=["near", "in the middle", "at the end"]
)
def test_after_a_jump_the_samples_are_those_of_the_whole(content: bytes, moment: float) -> None:
    first = round(moment * RATE)
    begin, found = heard(content, first, RATE // 4)

    assert np.abs(found - whole(content)[first:][: RATE // 4]).max() < 1e-4
    assert (begin > 0) == (moment > playing.NEAR)


def test_a_file_whose_clock_starts_again_is_decoded_from_its_beginning() -> None:
    half = encoded("ogg", "flac", sweep(SECONDS // 2), RATE)
    twice = half + half
    first = 50 * RATE

    begin, found = heard(twice, first, RATE)
    assert begin == 0
    assert np.array_equal(found, whole(twice)[first:][:RATE])


def test_a_jump_that_ends_elsewhere_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(playing, "LANDED", 0.5)
    content = wav(int16(sweep().T), rate=RATE, channels=2)
    first = 50 * RATE

    begin, found = heard(content, first, RATE)
    assert begin == 0
    assert np.array_equal(found, whole(content)[first:][:RATE])


@pytest.mark.parametrize("refused", [1, 2], ids=["to its end", "to the moment"])
def test_a_format_that_cannot_be_jumped_in_is_decoded_from_its_beginning(
    refused: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    jumps = []
    jump = AudioStream.go_to

    def go_to(stream: AudioStream, clock: float) -> bool:
        jumps.append(clock)
        return len(jumps) != refused and jump(stream, clock)

    monkeypatch.setattr(AudioStream, "go_to", go_to)
    content = wav(int16(sweep().T), rate=RATE, channels=2)

    begin, found = heard(content, 50 * RATE, RATE)
    assert (begin, len(jumps)) == (0, refused)
    assert np.array_equal(found, whole(content)[50 * RATE :][:RATE])


def test_what_holds_no_sound_cannot_be_played() -> None:
    with pytest.raises(UndecodableAudio):
        form_of(source(wav(b"", rate=RATE, channels=2)))
