"""Calls of tones heard in a child, by an ear that one tone kills and another one stops."""

import ctypes
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from huiting.core.codec import to_json
from huiting.core.ports import Hints, Hypothesis
from huiting.core.types import Audio
from huiting.core.watch import Progress, Watch
from huiting.engines.careful import shared_with_care
from huiting.jobs.host.child import Function
from huiting.jobs.host.journal import Journal
from huiting.pipeline import Kit, Source, analyze
from tones import Ear, kit

FACTORY = "host_calls:build"
PATH = tuple(sys.path)
DEADLY, STICKY = "我想退货", "谢谢"
"""What kills the ear, and what it never comes back from."""


class Fragile(Ear):
    """A `Recognizer`."""

    def transcribe(self, clips: Sequence[Audio], hints: Hints, /) -> Iterator[Hypothesis]:
        """Hear, if that is survived; all clips are heard before the first is told."""
        heard = list(super().transcribe(clips, hints))
        for hypothesis in heard:
            if hypothesis.text == DEADLY:
                ctypes.string_at(0)
            if hypothesis.text == STICKY:
                time.sleep(1000)
        yield from heard


@contextmanager
def build(_payload: bytes, journal: Journal) -> Iterator[Mapping[str, Function]]:
    """Offer `analyze`. A `child.Factory`."""
    with shared_with_care(Fragile(), journal) as ear:
        yield {"analyze": partial(hear, kit=kit(asr=ear))}


def hear(payload: bytes, listen: Callable[[Progress], None], *, kit: Kit) -> bytes:
    """Return the analysis of the file that the payload names."""
    path = Path(payload.decode())
    return to_json(analyze(Source(path, path.name), kit, Hints(), Watch(listen)))
