"""Damaged recordings: small files of every format, changed in ways that files break.

Run as a program it decodes them one after the other and says which one it is at, so that
whoever started it knows the culprit of a crash:

    python tests/fuzz/mutations.py FOLDER FIRST COUNT
"""

import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random

import numpy as np

from audio_files import ALAW, GSM, MULAW, amr_wb, encoded, gsm_frames, int16, tone, wav
from huiting.audio.decode import decode
from huiting.audio.raw import RawFormat
from huiting.core.errors import HuitingError

LONGEST = 10
"""Seconds one file may take."""
MOST_MEMORY = 1 << 30
"""Bytes the process may have held."""
SECONDS = 0.3
FILES = Path("/proc/self/fd")
SMALLEST = 16
"""Bytes under which a file is damaged no further."""


def seeds() -> Mapping[str, bytes]:
    """Return a small good file of every format, by the name it would have."""
    mono, wide = tone(SECONDS), tone(SECONDS, 16_000)
    full = tone(SECONDS, 48_000)
    stereo = np.stack([mono, tone(SECONDS, hz=300)])
    return {
        "pcm16.wav": wav(int16(stereo), channels=2),
        "pcm8.wav": wav(int16(mono)[1::2], bits=8),
        "pcm24.wav": encoded("wav", "pcm_s24le", stereo, 8000),
        "float.wav": encoded("wav", "pcm_f32le", mono, 8000),
        "mulaw.wav": wav(int16(mono)[1::2], bits=8, tag=MULAW),
        "alaw.wav": wav(int16(mono)[1::2], bits=8, tag=ALAW),
        "gsm.wav": wav(gsm_frames(SECONDS), bits=0, tag=GSM),
        "adpcm_ms.wav": encoded("wav", "adpcm_ms", stereo, 8000),
        "adpcm_ima.wav": encoded("wav", "adpcm_ima_wav", mono, 8000),
        "g723.wav": encoded("wav", "g723_1", mono, 8000),
        "layer3.mp3": encoded("mp3", "libmp3lame", wide, 16_000),
        "joint.mp3": encoded("mp3", "libmp3lame", np.stack([wide, wide]), 16_000),
        "aac.m4a": encoded("ipod", "aac", wide, 16_000),
        "adts.aac": encoded("adts", "aac", wide, 16_000),
        "alac.m4a": encoded("ipod", "alac", wide, 16_000),
        "opus.ogg": encoded("ogg", "libopus", full, 48_000),
        "flac.ogg": encoded("ogg", "flac", wide, 16_000),
        "flac.flac": encoded("flac", "flac", stereo, 8000),
        "narrow.amr": encoded("amr", "libopencore_amrnb", mono, 8000),
        "wide.awb": amr_wb(SECONDS),
        "amr.3gp": encoded("3gp", "libopencore_amrnb", mono, 8000),
        "wma.wma": encoded("asf", "wmav2", wide, 16_000),
        "opus.webm": encoded("webm", "libopus", full, 48_000),
        "aac.mkv": encoded("matroska", "aac", wide, 16_000),
        "aac.mp4": encoded("mp4", "aac", np.stack([wide, wide]), 16_000),
        "mp3.avi": encoded("avi", "libmp3lame", wide, 16_000),
        "mp2.ts": encoded("mpegts", "mp2", wide, 16_000),
        "pcm.aiff": encoded("aiff", "pcm_s16be", mono, 8000),
        "mulaw.au": encoded("au", "pcm_mulaw", mono, 8000),
        "pcm.caf": encoded("caf", "pcm_s16le", mono, 8000),
        "pcm.w64": encoded("w64", "pcm_s16le", mono, 8000),
        "mp3.flv": encoded("flv", "libmp3lame", tone(SECONDS, 22_050), 22_050),
        "sub.g722": encoded("g722", "g722", wide, 16_000),
    }


def _flip(data: bytearray, random: Random) -> None:
    for _ in range(random.choice((1, 3, 10, 40))):
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)


def _header(data: bytearray, random: Random) -> None:
    for _ in range(random.choice((1, 2, 4))):
        data[random.randrange(min(128, len(data)))] = random.choice((0, 1, 0x7F, 0x80, 0xFF))


def _lengths(data: bytearray, random: Random) -> None:
    size = random.choice((2, 4, 8))
    place = random.randrange(max(1, min(len(data), 1024) - size))
    number = random.choice((0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, random.getrandbits(31)))
    order = random.choice(("little", "big"))
    data[place : place + size] = (number & (256**size - 1)).to_bytes(size, order)


def _cut(data: bytearray, random: Random) -> None:
    del data[random.randrange(1, len(data)) :]


def _splice(data: bytearray, random: Random) -> None:
    place, start = random.randrange(len(data)), random.randrange(len(data))
    data[place:place] = data[start : start + random.randrange(1, 400)]


def _drop(data: bytearray, random: Random) -> None:
    place = random.randrange(len(data))
    del data[place : place + random.randrange(1, 300)]


def _overwrite(data: bytearray, random: Random) -> None:
    place = random.randrange(len(data))
    data[place : place + random.randrange(1, 200)] = random.randbytes(random.randrange(1, 200))


MUTATIONS: tuple[Callable[[bytearray, Random], None], ...] = (
    _flip,
    _header,
    _lengths,
    _cut,
    _splice,
    _drop,
    _overwrite,
)


def mutated(good: Mapping[str, bytes], number: int) -> tuple[str, bytes]:
    """Return the damaged file with this number: always the same one."""
    random = Random(number)
    name = sorted(good)[number % len(good)]
    data = bytearray(good[name])
    for mutate in random.choices(MUTATIONS, k=random.choice((1, 1, 2, 3))):
        if len(data) > SMALLEST:
            mutate(data, random)
    return name, bytes(data)


def _decode_all(folder: Path, first: int, count: int) -> None:
    good = seeds()
    raw = RawFormat.parse("mulaw:8000:2")
    before = len(list(FILES.iterdir()))
    for number in range(first, first + count):
        name, data = mutated(good, number)
        path = folder / f"{number}-{name}"
        path.write_bytes(data)
        sys.stdout.write(f"{number} {name}\n")
        sys.stdout.flush()
        signal.alarm(LONGEST)  # ends the process, even inside native code
        try:
            with decode(path, raw=raw if number % 97 == 0 else None) as decoded:
                for track in decoded.tracks:
                    peak = max(float(np.abs(b.samples).max()) for b in track.blocks(1.0))
                    assert peak <= 1.0, f"{name}: peak {peak}"
        except HuitingError:
            pass
        signal.alarm(0)
        path.unlink()
    left = len(list(FILES.iterdir())) - before
    assert left == 0, f"{left} files left open"
    # Not ru_maxrss: a new process begins with its parent's, and the parent may have held models.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    used = int(status.partition("VmHWM:")[2].split()[0]) * 1024
    assert used < MOST_MEMORY, f"{used} bytes of memory"
    sys.stdout.write("done\n")


if __name__ == "__main__":
    _decode_all(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
