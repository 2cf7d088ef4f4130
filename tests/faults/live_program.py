"""A server of live calls that is killed: one line of output for each piece that it has taken.

Usage: live_program.py FOLDER SOUND [KEY, in hex, to seal with]; a line of standard input for each 0.1 s that it is to take.
The first line it says is the key of the call.
"""

import sys
from pathlib import Path

from huiting.vault.sealed import KeyRing
from live_service import With, live_in, opened

PIECE = 6_400


def main() -> None:
    """Take what is asked for until killed."""
    folder, sound = Path(sys.argv[1]), Path(sys.argv[2]).read_bytes()
    ring = KeyRing(tuple(bytes.fromhex(key) for key in sys.argv[3:])) if sys.argv[3:] else None
    with live_in(folder, With(ring=ring)) as place:
        line = opened(place.live)
        print(line.key, flush=True)  # noqa: T201  (what it is for)
        for _ in sys.stdin:
            line.feed(sound[line.received : line.received + PIECE])
            print(line.received, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
