"""Peak memory of decoding against the length of the file: 3 minutes and 10 hours, stereo.

    python bench/ingest_memory.py [HOURS]

Each length is decoded, and read back block by block, in a process of its own. The file is
mu-law WAV written a second at a time; its samples and the spool go to the temporary folder
(10 hours: 0.6 GB and 2.3 GB).
"""

import resource
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from huiting.audio.decode import decode

RATE = 8000
CHANNELS = 2
MOST_MORE = 150.0
"""MB that the long file may need beyond the short one."""


def write(path: Path, seconds: int) -> None:
    random = np.random.default_rng(0)
    speech = [random.integers(0, 256, RATE * CHANNELS, np.uint8).tobytes() for _ in range(16)]
    pauses = bytes([0xFF]) * (RATE * CHANNELS)
    form = struct.pack("<HHIIHH", 7, CHANNELS, RATE, RATE * CHANNELS, CHANNELS, 8)
    size = seconds * RATE * CHANNELS
    with path.open("wb") as file:
        file.write(b"RIFF" + struct.pack("<I", size + 36) + b"WAVEfmt " + struct.pack("<I", 16))
        file.write(form + b"data" + struct.pack("<I", size))
        for second in range(seconds):
            file.write(pauses if second % 3 == 0 else speech[second % 16])


def child(path: Path) -> None:
    began = time.perf_counter()
    with decode(path) as decoded:
        decoded_in = time.perf_counter() - began
        samples = sum(len(b.samples) for t in decoded.tracks for b in t.blocks(30.0))
        assert samples == round(decoded.duration * 16_000) * len(decoded.tracks)
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(used, decoded_in, decoded.duration)


def measure(folder: Path, seconds: int) -> tuple[float, float]:
    path = folder / f"{seconds}.wav"
    write(path, seconds)
    command = [sys.executable, __file__, "--child", str(path)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    path.unlink()
    used, decoded_in, duration = (float(n) for n in answer.split())
    print(f"{duration / 60:8.1f} min  peak {used:7.1f} MB  decoded in {decoded_in:7.2f} s")
    return used, decoded_in


def main() -> None:
    if sys.argv[1:2] == ["--child"]:
        child(Path(sys.argv[2]))
        return
    hours = float(sys.argv[1]) if sys.argv[1:] else 10.0
    with tempfile.TemporaryDirectory() as folder:
        short, _ = measure(Path(folder), 180)
        long, _ = measure(Path(folder), round(hours * 3600))
    print(f"{long - short:.1f} MB more for {hours:g} h (at most {MOST_MORE:g})")
    sys.exit(long - short > MOST_MORE)


if __name__ == "__main__":
    main()
