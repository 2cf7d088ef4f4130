"""What runs in the other environment: loads a program by path and answers with it.

Started as `python -I child.py PROGRAM`. Here is the standard library alone, in a dialect that
Python 3.10 reads, and numpy once samples have come: nothing of Huiting is installed over there.
The program is described in `huiting.engines.apart`.

Messages on standard input and output: two lengths, a head in JSON, and the samples of clips one
after the other, float32; `samples` in the head tells how many each clip has. What a library
prints goes to the error stream. Who loses the parent dies, whatever it is doing.
"""

import json
import os
import queue
import signal
import struct
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from runpy import run_path
from typing import Any, BinaryIO

LENGTHS = struct.Struct("<II")
"""Bytes of the head, and of the samples."""
LARGEST_HEAD = 1 << 24
"""Bytes; more is no message of ours, such as something that a library printed."""
LOOK = 1.0
"""Seconds between two looks at whether the parent is there."""
SIGNS = (
    *("out of memory", "alloc_failed", "allocate memory", "bad_alloc", "no available memory"),
    "free memory on device",  # of vLLM, which wants a share of it
)
"""What runtimes say when memory ran out, in lower case."""
SAYS_NO_TEXT = (RuntimeError, OSError, ImportError, MemoryError, NotImplementedError)
"""Errors whose words are those of a library or the system. Others, such as a key that was not
found, may quote what somebody said, and only their kind is told."""
LONGEST = 300
"""Characters of an error that are told."""

Head = dict[str, Any]
Answer = Callable[[Mapping[str, Any], Sequence[Any]], Mapping[str, Any]]


class Ended(Exception):
    """The other side is gone."""


def packed(head: Mapping[str, Any], samples: Sequence[Any] = ()) -> bytes:
    """Return a message.

    Args:
        head: what JSON can hold.
        samples: float32 arrays of one dimension.
    """
    raw = b"".join(clip.tobytes() for clip in samples)
    counts = {"samples": [len(clip) for clip in samples]} if samples else {}
    said = json.dumps({**head, **counts}, ensure_ascii=False).encode()
    return LENGTHS.pack(len(said), len(raw)) + said + raw


def unpacked(take: Callable[[int], bytes]) -> tuple[Head, bytes]:
    """Return head and samples of the next message.

    Args:
        take: returns exactly as many bytes as it is asked for.

    Raises:
        Ended: the stream is over.
        ValueError: this is no message.
    """
    head, raw = LENGTHS.unpack(take(LENGTHS.size))
    if head > LARGEST_HEAD:
        raise ValueError("not a message")
    found = json.loads(take(head))
    if not isinstance(found, dict):
        raise ValueError("not a message")  # noqa: TRY004  (of the data, not of an argument)
    return found, take(raw)


def main() -> None:
    """Load the program, then answer until there is nobody to answer."""
    source, sink = _streams()
    asked: queue.SimpleQueue[tuple[Head, bytes]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(source, asked), daemon=True).start()
    threading.Thread(target=_stay_with, args=(os.getppid(),), daemon=True).start()

    def tell(head: Mapping[str, Any]) -> None:
        sink.write(packed(head))
        sink.flush()

    head, _ = asked.get()
    try:
        answer, facts = _loaded(sys.argv[1], head["options"])
    except BaseException as error:  # noqa: BLE001  (whatever a library raises, sys.exit() too)
        traceback.print_exc()
        tell({"failed": _loading_failed(error)})
        return
    tell({"loaded": facts})
    while True:
        head, raw = asked.get()
        try:
            tell({"answer": answer(head["question"], _clips(head.get("samples", []), raw))})
        except Exception as error:  # noqa: BLE001  (likewise)
            tell({"failed": _failed(error)})


def _streams() -> tuple[BinaryIO, BinaryIO]:
    """Return the streams of messages, and keep everything else that is read or written off them."""
    source, sink = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    return source, sink


def _listen(source: BinaryIO, asked: "queue.SimpleQueue[tuple[Head, bytes]]") -> None:
    def take(count: int) -> bytes:
        found = source.read(count)
        if len(found) < count:
            raise Ended
        return found

    try:
        while True:
            asked.put(unpacked(take))
    except (Ended, ValueError, OSError):
        _die()


def _stay_with(parent: int) -> None:
    """Die when the parent has: its end of the stream may be held open by another child of it."""
    while os.getppid() == parent:
        time.sleep(LOOK)
    _die()


def _die() -> None:
    """End this process and all that it started, at once."""
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(1)


def _loaded(program: str, options: Mapping[str, Any]) -> tuple[Answer, Mapping[str, Any]]:
    found: tuple[Answer, Mapping[str, Any]] = run_path(program)["load"](options)
    return found


def _clips(counts: Sequence[int], raw: bytes) -> list[Any]:
    if not counts:
        return []
    import numpy as np

    clips, at = [], 0
    for count in counts:
        clips.append(np.frombuffer(raw, np.float32, count, at).copy())
        at += 4 * count
    return clips


def _loading_failed(error: BaseException) -> Head:
    """Tell why a program did not load; no speech has been seen yet, so in full."""
    if _ran_out(error):
        kind = "memory"
    elif getattr(error, "kind", None) == "device":
        kind = "device"
    elif isinstance(error, ImportError):
        kind = "package"
    elif isinstance(error, OSError):
        kind = "weights"
    else:
        kind = "other"
    return {"kind": kind, "said": f"{type(error).__name__}: {_line(error)}"}


def _failed(error: Exception) -> Head:
    """Tell why a question was not answered, without a word of what was said in a call."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{os.path.basename(frame.filename)}:{frame.lineno}"  # noqa: PTH119
    said = f": {_line(error)}" if isinstance(error, SAYS_NO_TEXT) else ""
    kind = "memory" if _ran_out(error) else "other"
    return {"kind": kind, "said": f"{type(error).__name__} at {place}{said}"}


def _ran_out(error: BaseException) -> bool:
    said = str(error).lower()
    return isinstance(error, MemoryError) or any(sign in said for sign in SIGNS)


def _line(error: BaseException) -> str:
    """Return the first line that an error says."""
    lines = str(error).strip().splitlines()
    return lines[0][:LONGEST] if lines else ""


if __name__ == "__main__":
    main()
