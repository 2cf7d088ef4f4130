import errno
import os
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from audio_files import (
    ALAW,
    GSM,
    MULAW,
    amr_wb,
    clicks,
    encoded,
    filmed,
    gsm_frames,
    int16,
    syllables,
    tone,
    wav,
)
from huiting.audio.decode import Limits, decode, from_samples, probe
from huiting.audio.raw import RawFormat
from huiting.core.errors import ConfigError, InputError, UndecodableAudio
from huiting.core.types import ConditionKind, Span

ALL = Span(0, 1e5)


def kinds(data: bytes | Path, **options: Any) -> list[ConditionKind]:  # noqa: ANN401
    with decode(data, **options) as decoded:
        return [condition.kind for condition in decoded.conditions]


def onsets(samples: np.ndarray[Any, np.dtype[np.float32]], near: tuple[float, ...]) -> list[float]:
    """Return where it gets loud after each time, in seconds, looking 0.3 s around."""
    found = []
    for begin in near:
        start = round((begin - 0.3) * 16_000)
        part = np.abs(samples[start : start + 9600])
        found.append((start + int(np.flatnonzero(part > 0.3 * part.max())[0])) / 16_000)
    return found


STEREO = np.stack([tone(1.0, hz=300), tone(1.0, hz=500, level=0.1)])


@pytest.mark.parametrize(
    ("data", "codec", "channels", "rate"),
    [
        pytest.param(wav(int16(STEREO), channels=2), "pcm_s16le", 2, 8000, id="16-bit WAV"),
        pytest.param(wav(b"\x90\x70" * 4000, bits=8), "pcm_u8", 1, 8000, id="8-bit WAV"),
        pytest.param(encoded("wav", "pcm_s24le", STEREO, 8000), "pcm_s24le", 2, 8000, id="24 bit"),
        pytest.param(encoded("wav", "pcm_s32le", STEREO, 8000), "pcm_s32le", 2, 8000, id="32 bit"),
        pytest.param(encoded("wav", "pcm_f32le", STEREO, 8000), "pcm_f32le", 2, 8000, id="float"),
        pytest.param(encoded("wav", "pcm_f64le", STEREO, 8000), "pcm_f64le", 2, 8000, id="double"),
        pytest.param(encoded("wav", "pcm_mulaw", STEREO, 8000), "pcm_mulaw", 2, 8000, id="mu-law"),
        pytest.param(encoded("wav", "pcm_alaw", STEREO, 8000), "pcm_alaw", 2, 8000, id="A-law"),
        pytest.param(wav(gsm_frames(1), bits=0, tag=GSM), "gsm_ms", 1, 8000, id="GSM 6.10"),
        pytest.param(encoded("wav", "adpcm_ms", STEREO, 8000), "adpcm_ms", 2, 8000, id="MS ADPCM"),
        pytest.param(
            encoded("wav", "adpcm_ima_wav", STEREO, 8000), "adpcm_ima_wav", 2, 8000, id="IMA ADPCM"
        ),
        pytest.param(encoded("mp3", "libmp3lame", STEREO, 8000), "mp3float", 2, 8000, id="MP3"),
        pytest.param(encoded("ipod", "aac", STEREO, 8000), "aac", 2, 8000, id="M4A"),
        pytest.param(encoded("ogg", "libopus", STEREO, 8000), "opus", 2, 48_000, id="Opus"),
        pytest.param(encoded("flac", "flac", STEREO, 8000), "flac", 2, 8000, id="FLAC"),
        pytest.param(
            encoded("amr", "libopencore_amrnb", STEREO[0], 8000), "amrnb", 1, 8000, id="AMR"
        ),
        pytest.param(amr_wb(1), "amrwb", 1, 16_000, id="AMR wide-band"),
        pytest.param(
            encoded("asf", "wmav2", tone(1.0, 16_000), 16_000), "wmav2", 1, 16_000, id="WMA"
        ),
        pytest.param(encoded("webm", "libopus", STEREO, 8000), "opus", 2, 48_000, id="WebM"),
        pytest.param(encoded("mp4", "aac", STEREO, 8000), "aac", 2, 8000, id="MP4"),
        pytest.param(
            encoded("matroska", "pcm_s16le", STEREO, 8000), "pcm_s16le", 2, 8000, id="MKV"
        ),
        pytest.param(encoded("aiff", "pcm_s16be", STEREO, 8000), "pcm_s16be", 2, 8000, id="AIFF"),
    ],
)
def test_a_format_is_read_whole(data: bytes, codec: str, channels: int, rate: int) -> None:
    with decode(data) as decoded:
        assert (decoded.codec, decoded.channels, decoded.file_rate) == (codec, channels, rate)
        assert decoded.duration == pytest.approx(1.0, abs=0.15)
        assert all(track.duration == decoded.duration for track in decoded.tracks)
        assert all(
            len(track.cut(ALL).samples) == round(decoded.duration * 16_000)
            for track in decoded.tracks
        )


@pytest.mark.parametrize(
    ("container", "codec", "rate"),
    [
        pytest.param("wav", "pcm_s16le", 8000, id="WAV"),
        pytest.param("mp3", "libmp3lame", 16_000, id="MP3 that tells its delay"),
        pytest.param("wav", "libmp3lame", 16_000, id="MP3 that does not"),
        pytest.param("ipod", "aac", 16_000, id="M4A"),
        pytest.param("ipod", "aac", 8000, id="M4A at 8 kHz"),
        pytest.param("adts", "aac", 16_000, id="bare AAC"),
        pytest.param("ogg", "libopus", 48_000, id="Opus"),
        pytest.param("webm", "libopus", 48_000, id="WebM"),
        pytest.param("amr", "libopencore_amrnb", 8000, id="AMR"),
        pytest.param("wav", "adpcm_ms", 8000, id="ADPCM"),
        pytest.param("wav", "g723_1", 8000, id="G.723.1"),
    ],
)
def test_times_are_those_of_the_sound_before_it_was_encoded(
    container: str, codec: str, rate: int
) -> None:
    at = (0.5, 1.5, 2.5)

    with decode(encoded(container, codec, clicks(3.0, rate, at), rate)) as decoded:
        heard = onsets(decoded.tracks[0].cut(ALL).samples, at)

    assert heard == pytest.approx(at, abs=0.025)


@pytest.mark.parametrize(
    ("container", "codec", "late"),
    [
        pytest.param("mp4", "aac", 0.0, id="MP4"),
        pytest.param("mp4", "aac", 0.4, id="MP4 whose sound begins later"),
        pytest.param("matroska", "aac", 0.4, id="MKV whose sound begins later"),
        pytest.param("avi", "libmp3lame", 0.0, id="AVI"),
    ],
)
def test_the_sound_of_a_film_keeps_the_clock_of_the_picture(
    container: str, codec: str, late: float
) -> None:
    at = (0.5, 1.5, 2.5)
    data = filmed(container, codec, clicks(3.0, 16_000, at), 16_000, late=late)

    with decode(data) as decoded:
        moved = tuple(t + late for t in at)
        heard = onsets(decoded.tracks[0].cut(ALL).samples, moved)

    assert heard == pytest.approx(moved, abs=0.025)


@pytest.mark.parametrize("rate", [8000, 11_025, 22_050, 44_100, 48_000])
def test_resampling_keeps_time_and_level(rate: int) -> None:
    with decode(wav(int16(tone(2.3, rate)), rate=rate)) as decoded:
        samples = decoded.tracks[0].cut(ALL).samples

    expected = tone(2.3, 16_000)
    assert abs(len(samples) - len(expected)) <= 1
    assert np.abs(samples[800:36_000] - expected[800:36_000]).max() < 0.001


def test_channels_are_never_mixed() -> None:
    with decode(wav(int16(STEREO), channels=2)) as decoded:
        left, right = (track.cut(ALL).samples for track in decoded.tracks)

    spectrum = [np.abs(np.fft.rfft(side)) for side in (left, right)]
    assert [int(s.argmax()) for s in spectrum] == [300, 500]


def test_eight_channels_are_eight_tracks() -> None:
    many = np.stack([tone(1.0, hz=200 + 37 * i) for i in range(8)])

    with decode(wav(int16(many), channels=8)) as decoded:
        assert [track.channel for track in decoded.tracks] == list(range(8))


def test_a_track_is_cut_and_walked_as_one_in_memory() -> None:
    with decode(wav(int16(tone(2.0)))) as decoded:
        track = decoded.tracks[0]
        whole = track.cut(ALL).samples
        blocks = list(track.blocks(0.75))

        assert [round(block.duration, 3) for block in blocks] == [0.75, 0.75, 0.5]
        assert np.array_equal(np.concatenate([b.samples for b in blocks]), whole)
        assert np.array_equal(track.cut(Span(0.5, 0.75)).samples, whole[8000:12_000])
        assert track.cut(Span(1.9, 9)).duration == pytest.approx(0.1)
        assert track.cut(Span(5, 9)).duration == 0


def test_a_spool_on_disk_reads_as_one_in_memory(tmp_path: Path) -> None:
    sound = np.concatenate([tone(1.0), np.zeros(24_000, np.float32), tone(1.0)])
    data = wav(int16(np.stack([sound, sound[::-1]])), channels=2)

    with (
        decode(data) as memory,
        decode(data, limits=Limits(memory=1000), temporary=tmp_path) as disk,
    ):
        pairs = zip(memory.tracks, disk.tracks, strict=True)
        assert all(np.array_equal(a.cut(ALL).samples, b.cut(ALL).samples) for a, b in pairs)
    assert not list(tmp_path.iterdir())


def test_several_threads_read_one_track(tmp_path: Path) -> None:
    data = wav(int16(syllables(20, 8000)))
    with decode(data, limits=Limits(memory=0), temporary=tmp_path) as decoded:
        track = decoded.tracks[0]
        whole = track.cut(ALL).samples
        wrong: list[float] = []

        def read(offset: float) -> None:
            for second in range(15):
                start = second + offset
                part = track.cut(Span(start, start + 1)).samples
                if not np.array_equal(part, whole[round(start * 16_000) :][:16_000]):
                    wrong.append(start)

        threads = [threading.Thread(target=read, args=(i / 10,)) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert not wrong


def test_a_closed_recording_says_so() -> None:
    with decode(wav(int16(tone()))) as decoded:
        track = decoded.tracks[0]

    with pytest.raises(ValueError, match="closed"):
        track.cut(ALL)


def test_the_same_bytes_have_the_same_identity_under_any_name(tmp_path: Path) -> None:
    data = wav(int16(tone()))
    for name in ("a.wav", "b 😀\n𠮷.mp3"):
        (tmp_path / name).write_bytes(data)

    with decode(tmp_path / "a.wav") as first, decode(tmp_path / "b 😀\n𠮷.mp3") as second:
        assert first.id == second.id
        assert first.size == len(data)


def test_bytes_that_are_no_utf8_name_a_file(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe.wav"))
    path.write_bytes(wav(int16(tone())))

    assert kinds(path) == []


GOOD = wav(int16(tone(4.0)))
MP3 = encoded("mp3", "libmp3lame", tone(4.0, 16_000), 16_000)
OGG = encoded("ogg", "libopus", tone(4.0, 48_000), 48_000)
TAIL = int16(tone(4.0))[16_000:]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(GOOD, [], id="sound"),
        pytest.param(GOOD[:40_000], [ConditionKind.TRUNCATED], id="WAV cut off"),
        pytest.param(MP3[:-4000], [ConditionKind.TRUNCATED], id="MP3 cut off"),
        pytest.param(OGG, [], id="sound Ogg"),
        pytest.param(OGG[:-9000], [ConditionKind.TRUNCATED], id="Ogg cut off"),
        pytest.param(
            wav(int16(tone(4.0)), claimed=0), [ConditionKind.MISSING_DURATION], id="no length"
        ),
        pytest.param(
            wav(int16(tone(4.0)), claimed=0xFFFFFFFF),
            [ConditionKind.MISSING_DURATION],
            id="length left open",
        ),
        pytest.param(
            wav(int16(tone(4.0))[:16_000], tail=TAIL),
            [ConditionKind.WRONG_DURATION],
            id="recorder died before the last length",
        ),
        pytest.param(
            wav(int16(tone(4.0)), tail=b"LIST\x04\0\0\0INFO"),
            [],
            id="another chunk after the sound",
        ),
    ],
)
def test_what_the_header_claims_is_compared(data: bytes, expected: list[ConditionKind]) -> None:
    assert kinds(data) == expected


def test_all_of_a_file_whose_header_stops_early_is_read() -> None:
    with decode(wav(int16(tone(4.0))[:16_000], tail=TAIL)) as decoded:
        assert decoded.duration == pytest.approx(4.0)


def test_what_comes_before_the_cut_is_read() -> None:
    with decode(GOOD[: 44 + 16_000]) as decoded:
        assert decoded.conditions[0].value == pytest.approx(1.0)
        assert decoded.duration == pytest.approx(1.0)


def test_damaged_packets_are_counted_and_keep_their_time() -> None:
    at = (0.5, 1.5, 2.5)
    data = bytearray(encoded("mp4", "libmp3lame", clicks(3.0, 16_000, at), 16_000))
    middle = len(data) // 3
    data[middle : middle + 150] = b"\x55" * 150

    with decode(bytes(data)) as decoded:
        heard = onsets(decoded.tracks[0].cut(ALL).samples, at[1:])

    assert heard == pytest.approx(at[1:], abs=0.03)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"", "empty", id="empty"),
        pytest.param(b"RIFF", "no audio file", id="four bytes"),
        pytest.param(b"hello, I am text\n" * 200, "no audio file", id="text"),
        pytest.param(b"\xff\xd8\xff\xe0\0\x10JFIF" + bytes(9000), "no audio", id="picture"),
        pytest.param(b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "no audio file", id="playlist"),
        pytest.param(wav(b""), "no sound", id="header alone"),
        pytest.param(wav(int16(tone()), channels=0), "no audio", id="no channel"),
        pytest.param(wav(int16(tone()), channels=40), "40 channels", id="40 channels"),
        pytest.param(wav(int16(tone()), rate=1), "at 1 Hz", id="1 Hz"),
        pytest.param(wav(int16(tone()), rate=2**31 - 1), "2147483647 Hz", id="2 GHz"),
        pytest.param(
            encoded("ipod", "aac", tone(), 8000)[:2000], "index is missing", id="M4A cut off"
        ),
    ],
)
def test_what_is_no_audio_is_refused_with_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(UndecodableAudio, match=reason):
        decode(data)


def test_a_video_without_sound_is_refused(tmp_path: Path) -> None:
    picture = b"\x1a\x45\xdf\xa3" + bytes(100)
    path = tmp_path / "screen.webm"
    path.write_bytes(picture)

    with pytest.raises(UndecodableAudio, match=r"screen\.webm"):
        decode(path)


def test_a_codec_that_is_not_let_in_is_named() -> None:
    with pytest.raises(UndecodableAudio, match=r"pcm_s64le|not read"):
        decode(encoded("avi", "pcm_s64le", tone(), 8000))


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        pytest.param(Limits(duration=2.0), "more than the limit", id="too long"),
        pytest.param(Limits(size=1000), "more than the limit of 1000", id="too large"),
    ],
)
def test_limits_are_kept(limits: Limits, reason: str) -> None:
    with pytest.raises(UndecodableAudio, match=reason):
        decode(GOOD, limits=limits)


def test_a_claim_beyond_the_limit_is_refused_before_decoding() -> None:
    with pytest.raises(UndecodableAudio, match="claims"):
        decode(MP3, limits=Limits(duration=2.0))


def test_a_bomb_of_silence_is_refused() -> None:
    silence = encoded("flac", "flac", np.zeros(8000 * 40, np.float32), 8000)

    with pytest.raises(UndecodableAudio, match="unpack to more than"):
        decode(silence, limits=Limits(density=0.002, brief=10))


def test_silence_takes_no_room_on_disk(tmp_path: Path) -> None:
    with decode(wav(bytes(16_000 * 60)), limits=Limits(memory=0), temporary=tmp_path) as decoded:
        file = decoded.tracks[0].samples._file
        assert file is not None
        assert os.fstat(file.fileno()).st_size == 60 * 32_000
        assert os.fstat(file.fileno()).st_blocks * 512 < 100_000


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        pytest.param("gone.wav", "no such file", id="vanished"),
        pytest.param(".", "folder", id="folder"),
        pytest.param("pipe", "no ordinary file", id="named pipe"),
    ],
)
def test_what_is_no_file_is_told(tmp_path: Path, name: str, reason: str) -> None:
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(InputError, match=reason):
        decode(tmp_path / name)


def test_a_name_is_told_on_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        decode(tmp_path / "two\nlines\udcff.wav")

    assert "two\\nlines\\udcff.wav" in str(caught.value)


def test_a_file_that_may_not_be_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object, **_options: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    (tmp_path / "a.wav").write_bytes(GOOD)
    monkeypatch.setattr(Path, "open", refuse)

    with pytest.raises(InputError, match="may not be read"):
        decode(tmp_path / "a.wav")


def test_a_file_that_grows_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(GOOD)

    def grow(_done: float) -> None:
        with path.open("ab") as file:
            file.write(b"more")

    with pytest.raises(InputError, match="changed while it was read"):
        decode(path, advance=grow)


def test_a_file_that_vanishes_while_it_is_read_is_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(GOOD)

    with decode(path, advance=lambda _done: path.unlink(missing_ok=True)) as decoded:
        assert decoded.duration == pytest.approx(4.0)


def test_progress_ends_at_the_whole() -> None:
    told: list[float] = []

    decode(GOOD, advance=told.append).close()

    assert told == sorted(told)
    assert told[-1] == pytest.approx(1.0)


def test_a_full_disk_names_the_temporary_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_file: int, _data: object, _place: int) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)

    with pytest.raises(ConfigError, match="disk is full") as caught:
        decode(GOOD, limits=Limits(memory=0), temporary=tmp_path)
    assert str(tmp_path) in str(caught.value)


def test_a_temporary_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="gone"):
        decode(GOOD, limits=Limits(memory=0), temporary=tmp_path / "gone")


def test_a_failed_decode_leaves_no_file_open(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(GOOD)
    before = len(list(Path("/proc/self/fd").iterdir()))

    with pytest.raises(UndecodableAudio):
        decode(path, limits=Limits(duration=2.0, memory=0), temporary=tmp_path)

    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_headerless_audio_is_read_as_told() -> None:
    data = encoded("mulaw", "pcm_mulaw", STEREO, 8000)

    with decode(data, raw=RawFormat.parse("mulaw:8000:2")) as decoded:
        assert (decoded.duration, len(decoded.tracks)) == (1.0, 2)
        assert decoded.conditions == ()


def test_g722_is_known_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "call.G722"
    path.write_bytes(encoded("g722", "g722", tone(1.0, 16_000), 16_000))

    with decode(path) as decoded:
        assert decoded.duration == pytest.approx(1.0)


def test_a_raw_format_that_does_not_fit_is_refused() -> None:
    with pytest.raises(UndecodableAudio, match=r"g729|no sound|no packet"):
        decode(b"\0", raw=RawFormat.parse("g729"))


@pytest.mark.parametrize("tag", [pytest.param(MULAW, id="mu-law"), pytest.param(ALAW, id="A-law")])
def test_telephone_noise_at_full_scale_is_clipping(tag: int) -> None:
    loud = np.clip(tone(2.0, level=3.0), -1, 1)
    codec = {MULAW: "pcm_mulaw", ALAW: "pcm_alaw"}[tag]

    assert kinds(encoded("wav", codec, loud, 8000)) == [ConditionKind.CLIPPING]


def test_an_array_is_taken_as_a_file_is() -> None:
    samples = np.stack([tone(1.0, 16_000, 300), tone(1.0, 16_000, 500)])

    with from_samples(samples, 16_000) as decoded:
        assert decoded.codec == "array"
        assert [track.channel for track in decoded.tracks] == [0, 1]
        assert np.abs(decoded.tracks[1].cut(ALL).samples - samples[1]).max() < 1 / 32_000


def test_an_array_of_16_bit_integers_is_the_same_call_as_its_floats() -> None:
    integers = (tone() * 32_767).astype(np.int16)
    floats = integers.astype(np.float32) / 32_768

    with from_samples(integers, 8000) as first, from_samples(floats, 8000) as second:
        assert first.id == second.id


def test_the_rate_of_an_array_is_part_of_its_identity() -> None:
    with from_samples(tone(), 8000) as first, from_samples(tone(), 16_000) as second:
        assert first.id != second.id


@pytest.mark.parametrize(
    ("samples", "rate"),
    [
        pytest.param([], 8000, id="nothing"),
        pytest.param(np.zeros((9, 100), np.float32), 8000, id="nine channels"),
        pytest.param(np.zeros((2, 2, 2), np.float32), 8000, id="three dimensions"),
        pytest.param(np.zeros(100, np.int64), 8000, id="wide integers"),
        pytest.param(np.full(100, np.nan, np.float32), 8000, id="not a number"),
        pytest.param(np.zeros(100, np.float32), 0, id="no rate"),
    ],
)
def test_an_array_that_is_no_sound_is_refused(samples: Any, rate: int) -> None:  # noqa: ANN401
    with pytest.raises(InputError, match="samples"):
        from_samples(samples, rate)


def test_a_kept_recording_is_read_by_the_name_it_came_with(tmp_path: Path) -> None:
    kept = tmp_path / ("ab" * 32)
    kept.write_bytes(gsm_frames(1.0))

    with pytest.raises(UndecodableAudio):
        decode(kept)
    with decode(kept, called="8001.GSM") as decoded:
        assert decoded.codec == "gsm"
    probe(kept, called="8001.gsm")


@pytest.mark.parametrize(
    "data", [b"not audio at all, only words", b"", b"RIFF\x24\x00\x00\x00WAVEfmt "]
)
def test_what_is_no_audio_is_found_by_a_look(data: bytes, tmp_path: Path) -> None:
    file = tmp_path / "a.wav"
    file.write_bytes(data)

    with pytest.raises(UndecodableAudio):
        probe(file)


def test_a_look_at_audio_says_nothing(tmp_path: Path) -> None:
    file = tmp_path / "a.wav"
    file.write_bytes(wav(int16(tone(1.0))))

    probe(file)
