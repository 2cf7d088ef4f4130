"""Three times as many calls as can be heard: partials go first, and that is said; nothing else."""

import math
import threading
from functools import partial
from pathlib import Path

from huiting.live.desk import Desk
from huiting.live.session import TICK
from huiting.live.updates import Final, Partial, Strain
from huiting.service.live.happening import Ended, Event
from huiting.service.live.hearing import Heard, Listen
from huiting.service.live.limits import Limits
from huiting.service.live.ongoing import Ongoing
from live_service import (
    PATIENCE,
    STEREO,
    Prompt,
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
from tones import RATE, SENTENCES, speak

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

    def hear(self, asked: Listen) -> Heard:
        """Hear a stretch, in its time."""
        with self._core:
            self._clock.at += TAKES
            with self._spoken:
                self._spoken.wait_for(lambda: self._until >= self._clock.at, PATIENCE)
            return super().hear(asked)

    def spoken(self, until: float) -> None:
        """Say until when it is known what was spoken."""
        with self._spoken:
            self._until = until
            self._spoken.notify_all()


def heard(call: Ongoing) -> bool:
    """Tell whether all that came was heard, and what follows from it is asked for."""
    with call._hearing:
        session, samples = call._session, call.spool.size // call.kept.opening.frame
        return session is None or session.at >= samples // TICK * TICK / RATE


def settled(desk: Desk, clock: Ticks, now: float) -> bool:
    """Tell whether time has gone by, or nothing is heard, nor is to be."""
    with desk._changed:
        return clock.at > now or not (desk._taken or desk._ready())


def led(folder: Path, count: int) -> tuple[list[list[Event]], list[bytes]]:
    """Lead calls at once at the pace of speech; return what each was told, and what was kept.

    Time goes by only as stretches are heard, or while there is nothing to be heard.
    """
    clock = Ticks()
    ears = Slow(clock)
    folder.mkdir()
    with live_in(folder, With(Limits(own=9, last=300.0), ears, clock=clock)) as place:
        lines = [opened(place.live, roles=STEREO) for _ in range(count)]
        watches = [Prompt(line) for line in lines]
        desk, began = place.live._means.desk, clock.at
        while min(line.received for line in lines) < len(CALL):
            now = clock.at
            for line in lines:
                line.feed(CALL[line.received : min(len(CALL), round((now - began) * SECOND))])
            wait_for(lambda: all(map(heard, place.live._calls.values())))
            ears.spoken(now)
            wait_for(partial(settled, desk, clock, now))
            if clock.at == now:
                clock.at += 0.1
        ears.spoken(math.inf)
        for line in lines:
            line.finish()
        told = [watch.to_the_end() for watch in watches]
        ends = [events[-1].what for events in told]
        return told, [place.bytes_of(end.recording) for end in ends if isinstance(end, Ended)]


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
