"""A server is killed amid a live call: what it had said it took is heard, once, by the next one."""

import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from faults.live_program import PIECE
from huiting.service.live.happening import Why
from huiting.store.live import LiveCalls
from huiting.vault.sealed import KeyRing
from live_service import ROOT, Ticks, With, live_in, pcm, send, to_the_end, wait_for, wav
from tones import speak

CALL = pcm(
    speak(12.0, (0.5, 2.0, 400), (5.0, 6.0, 600), (9.0, 10.0, 600)),
    speak(12.0, (3.0, 4.2, 500), (7.0, 8.0, 700)),
)


RING = KeyRing((bytes(range(32)),))


def killed(folder: Path, pieces: int, ahead: int, ring: KeyRing | None) -> tuple[str, int]:
    """Let a server take pieces, and kill it while it takes more; return the key and what it took."""
    sound = folder / "sound"
    sound.write_bytes(CALL)
    keys = [key.hex() for key in ring.keys] if ring else []
    with subprocess.Popen(
        [sys.executable, "-m", "faults.live_program", str(folder), str(sound), *keys],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parent.parent,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        key = process.stdout.readline().strip()
        process.stdin.write("\n" * pieces)
        process.stdin.flush()
        took = [int(process.stdout.readline()) for _ in range(pieces)]
        process.stdin.write("\n" * ahead)
        process.stdin.flush()
        process.send_signal(signal.SIGKILL)
        took += [int(line) for line in process.stdout]
    return key, took[-1]


@pytest.mark.parametrize("ring", [None, RING], ids=["in the clear", "sealed"])
@pytest.mark.parametrize("back", [True, False], ids=["comes back", "stays away"])
def test_what_was_taken_is_kept_and_analyzed_once(
    tmp_path: Path, ring: KeyRing | None, *, back: bool
) -> None:
    chance, clock = random.Random(20260105), Ticks()
    key, took = killed(tmp_path, chance.randrange(55, 70), 20, ring)
    with live_in(tmp_path, With(clock=clock, ring=ring)) as place:
        place.live.tick()
        [call] = place.folders
        if back:
            line = place.live.resume(key, ROOT)
            assert took <= line.received <= took + 20 * PIECE
            events = line.events()
            send(line, CALL[line.received :])
            line.finish()
            _, ended = to_the_end(events)
            assert ended.why is Why.FINISHED
        else:
            clock.at += 31
            place.live.tick()
        wait_for(lambda: place.folders == [])
        row = LiveCalls(place.store.database).find(call)

        assert row is not None
        with place.vault.plain(str(row.recording)) as plain:
            kept = plain.read_bytes()
        whole = len(kept) - len(wav(b""))
        assert whole >= (len(CALL) if back else took // 4 * 4)
        assert kept == wav(CALL[:whole])
        assert place.analyses(row.recording) == 1
