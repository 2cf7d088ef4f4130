"""Live speech heard in a child, by an ear that one tone kills."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial

from host_calls import Fragile
from huiting.app.hosting import Made
from huiting.app.live_hosting import heard
from huiting.app.settings import Settings
from huiting.core.ports import Hints
from huiting.core.watch import Progress
from huiting.engines.careful import shared_with_care
from huiting.jobs.host.child import Function
from huiting.jobs.host.journal import Journal
from huiting.service.live.hearing import LISTEN, Listen
from tones import kit

FACTORY = "live_work:build"


@contextmanager
def build(_payload: bytes, journal: Journal) -> Iterator[Mapping[str, Function]]:
    """Offer `listen`. A `child.Factory`."""
    with shared_with_care(Fragile(), journal) as ear:
        yield {LISTEN: partial(listen, made=Made(kit(ear), Hints(), Settings()))}  # type: ignore[arg-type]


def listen(payload: bytes, _progress: Callable[[Progress], None], *, made: Made) -> bytes:
    """Return what is said in a stretch."""
    return heard(Listen.read(payload), made, set()).packed()
