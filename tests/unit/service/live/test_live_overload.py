"""Three times as many calls as can be heard: partials go first, and that is said; nothing else."""

import math
import threading
from pathlib import Path

from huiting.live.updates import Final, Partial, Strain
from huiting.service.live.happening import Ended, Event
from huiting.service.live.hearing import Heard, Listen
from huiting.service.live.limits import Limits
from huiting.service.live.line import Line
from huiting.service.views import View
from live_service import (
    PATIENCE,
    ROOT,
    STEREO,
    Place,
    Ticks,
    ToneEars,
    With,
    live_in,
    opened,
    pcm,
    texts,
    wait_for,
    wav,
)
from tones import SENTENCES, speak

SAID = [SENTENCES[f] for f in (400, 500, 600, 700)]
CALL = pcm(
    speak(9.0, (0.5, 2.0, 400), (5.0, 6.0, 600)), speak(9.0, (3.0, 4.2, 500), (7.0, 8.0, 700))
)
SECOND = 64_000
"""Bytes."""
TAKES = 1.1
"""Seconds that each stretch takes to be heard, one after the other: two calls are all it can do."""


class Slow(ToneEars):
    """Ears of a machine with one core; time goes by as they hear, and more is spoken meanwhile."""

    def __init__(self, clock: Ticks) -> None:
        super().__init__()
        self._clock = clock
        self._core = threading.Lock()
        self._spoken = threading.Condition()
        self._until = clock.at
        self.idle = threading.Event()
        self.idle.set()

    def hear(self, asked: Listen) -> Heard:
        """Hear a stretch, in its time."""
        with self._core:
            self.idle.clear()
            self._clock.at += TAKES
            with self._spoken:
                self._spoken.wait_for(lambda: self._until >= self._clock.at, PATIENCE)
            heard = super().hear(asked)
            self.idle.set()
            return heard

    def spoken(self, until: float) -> None:
        """Say until when it is known what was spoken."""
        with self._spoken:
            self._until = until
            self._spoken.notify_all()


class Watch:
    """Somebody who reads each event at once, before another can take its place."""

    def __init__(self, place: Place, line: Line) -> None:
        self.told: list[Event] = []
        self._ready = threading.Event()
        view = View(ROOT, unredacted=True)
        self._watching = place.live.watch(line.id, view, wake=self._read)
        self._ready.set()

    def _read(self) -> None:
        self._ready.wait()
        self.told += self._watching.take()

    @property
    def ended(self) -> bool:
        """All was told."""
        return bool(self.told) and isinstance(self.told[-1].what, Ended)


def led(folder: Path, count: int) -> tuple[list[list[Event]], list[bytes]]:
    """Lead calls at once at the pace of speech; return what each was told, and what was kept."""
    clock = Ticks()
    ears = Slow(clock)
    folder.mkdir()
    with live_in(folder, With(Limits(own=9, last=300.0), ears, clock=clock)) as place:
        lines = [opened(place.live, roles=STEREO) for _ in range(count)]
        watches = [Watch(place, line) for line in lines]
        began = clock.at
        while min(line.received for line in lines) < len(CALL):
            now = clock.at
            for line in lines:
                line.feed(CALL[line.received : min(len(CALL), round((now - began) * SECOND))])
            wait_for(
                lambda: all(call._read == call.spool.size for call in place.live._calls.values())
            )
            ears.spoken(now)
            if ears.idle.wait(0.02):  # nothing is heard: time goes by all the same
                clock.at += 0.1
        ears.spoken(math.inf)
        for line in lines:
            line.finish()
        wait_for(lambda: all(watch.ended for watch in watches))
        ends = [watch.told[-1].what for watch in watches]
        kept = [place.bytes_of(end.recording) for end in ends if isinstance(end, Ended)]
        return [watch.told for watch in watches], kept


def test_finals_and_audio_are_all_there_partials_are_left_out_and_that_is_said(
    tmp_path: Path,
) -> None:
    few, _ = led(tmp_path / "few", 1)
    many, kept = led(tmp_path / "many", 6)
    partials = [sum(isinstance(e.what, Partial) for e in told) for told in (*few, *many)]
    strains = [[e.what.on for e in told if isinstance(e.what, Strain)] for told in many]

    assert [texts(told) for told in many] == [SAID] * 6
    assert kept == [wav(CALL)] * 6
    assert all(True in on for on in strains)
    assert sum(partials[1:]) < 6 * partials[0]
    assert not any(isinstance(e.what, Strain) for e in few[0])
    assert all(sum(isinstance(e.what, Final) for e in told) == 4 for told in many)
