"""Senders that are too fast, readers that are too slow, and a disk that is full."""

import os
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from huiting.core.types import Span
from huiting.live.updates import Final, Partial, Pulse
from huiting.service.live.happening import Event, Missed, Why
from huiting.service.live.limits import Limits
from huiting.service.live.log import Log
from huiting.service.live.spool import NoRoom
from huiting.service.views import View
from live_service import (
    ROOT,
    Prompt,
    Ticks,
    ToneEars,
    With,
    live_in,
    opened,
    pcm,
    send,
    texts,
    to_the_end,
    wait_for,
    wav,
)
from tones import SENTENCES, speak

LONG = pcm(
    np.concatenate([speak(3.0, (0.5, 2.0, 400))] * 12),
    np.concatenate([speak(3.0, (2.2, 2.8, 700))] * 12),
)
PACED = Limits(ahead=4.0, unheard=6.0, backlog=5.0)


def test_a_sender_that_is_too_fast_waits_until_it_was_heard(tmp_path: Path) -> None:
    ears = ToneEars()
    ears.free.clear()
    with live_in(tmp_path, With(PACED, ears=ears)) as place:
        line = opened(place.live)
        events = line.events()
        sending = threading.Thread(target=send, args=(line, LONG))
        sending.start()
        wait_for(lambda: place.live.one(line.id, View(ROOT)).behind > 4)
        sending.join(1.0)
        waiting, came = sending.is_alive(), line.received
        ears.free.set()
        sending.join()
        line.finish()
        told, ended = to_the_end(events)

        assert waiting
        assert came < len(LONG) / 2
        assert texts(told) == [SENTENCES[400], SENTENCES[700]] * 12
        assert place.bytes_of(ended.recording) == wav(LONG)


def test_who_sends_at_the_pace_of_speech_never_waits_though_nothing_is_heard(
    tmp_path: Path,
) -> None:
    clock, ears = Ticks(), ToneEars()
    ears.free.clear()
    with live_in(tmp_path, With(PACED, ears=ears, clock=clock)) as place:
        line = opened(place.live)
        events = line.events()
        for at in range(0, len(LONG), 64_000):
            clock.at += 1.0
            line.feed(LONG[at : at + 64_000])
        held = len(ears.asked)
        line.finish()
        ears.free.set()
        told, ended = to_the_end(events)

        assert held < 6  # what is not heard yet waits on the disk, not in memory
        assert texts(told) == [SENTENCES[400], SENTENCES[700]] * 12
        assert place.bytes_of(ended.recording) == wav(LONG)


def test_a_call_does_not_wait_for_ever_for_its_last_words(tmp_path: Path) -> None:
    clock, ears = Ticks(), ToneEars()
    ears.free.clear()
    with live_in(tmp_path, With(ears=ears, clock=clock)) as place:
        line = opened(place.live)
        events = line.events()
        send(line, LONG[:640_000])
        line.finish()
        wait_for(lambda: ears.asked)
        clock.at += 31
        told, ended = to_the_end(events)

        assert texts(told) == []
        assert place.bytes_of(ended.recording) == wav(LONG[:640_000])


def test_a_reader_that_never_reads_holds_up_nobody(tmp_path: Path) -> None:
    with live_in(tmp_path) as place:
        line = opened(place.live)
        slow = place.live.watch(line.id, View(ROOT, unredacted=True))
        fast = Prompt(line)
        send(line, LONG)
        line.finish()
        told = fast.to_the_end()
        late, _ = to_the_end(slow)

        assert texts(late) == texts(told)
        assert len(late) < len(told)
        assert not any(isinstance(event.what, Partial) for event in late)


def test_a_reader_that_lost_what_is_no_longer_kept_is_told_so() -> None:
    log = Log(most=3)
    reader = log.read(0)
    for number in range(1, 6):
        log.add([Partial(0, number, Span(0, 1), "", "x")])
    found = reader.take()

    assert found[0].what == Missed(1, 2)
    assert [event.number for event in found] == [2, 3, 4, 5]
    assert reader.take() == []
    reader.close()
    assert log.readers == 0


def test_of_what_is_out_of_date_only_the_newest_is_kept() -> None:
    log = Log()
    log.add([Pulse(1.0), Partial(0, 1, Span(0, 1), "", "a"), Pulse(2.0)])
    log.add([Partial(0, 1, Span(0, 2), "", "ab"), Partial(1, 2, Span(0, 2), "", "c")])

    assert [event.number for event in log.after(0)] == [3, 4, 5]
    assert [event.number for event in log.after(3, most=1)] == [4]


def test_who_reads_is_woken() -> None:
    log, woken = Log(), threading.Event()
    reader = log.read(0, woken.set)
    assert reader.wait(0)
    assert reader.take() == []
    assert not reader.wait(0)
    log.add([Pulse(1.0)])

    assert woken.is_set()
    assert reader.wait(0)


def test_a_full_disk_is_told_and_what_came_before_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with live_in(tmp_path) as place:
        line = opened(place.live)
        events = line.events()
        send(line, LONG[:200_000])
        full = Path("/dev/full").open("ab", buffering=0)  # noqa: SIM115  (stands for the disk)
        with full, monkeypatch.context() as patch:
            own = os.write
            patch.setattr(os, "write", lambda _file, data: own(full.fileno(), data))
            with pytest.raises(NoRoom, match="no space left"):
                line.feed(LONG[200_000:])
        _, ended = to_the_end(events)

        assert ended.why is Why.NO_ROOM
        assert place.bytes_of(ended.recording) == wav(LONG[:200_000])


def test_a_reader_who_knows_all_but_the_latest_is_told_it_without_a_look_at_the_rest() -> None:
    class Counted(list[Event | None]):
        looks = 0

        def __getitem__(self, place: Any) -> Any:  # noqa: ANN401  (as of a list)
            self.looks += 1
            return super().__getitem__(place)

    log = Log()
    log.add([Final(number, ()) for number in range(5_000)])
    log.add([Pulse(1.0)])
    log._events = seen = Counted(log._events)
    found = [log.after(number) for number in (5_000, 5_001, 4_999)]

    assert [len(events) for events in found] == [1, 0, 2]
    assert seen.looks <= 6


def test_what_is_gone_takes_no_room() -> None:
    log = Log(most=100)
    reader = log.read(0)
    for number in range(3_000):
        log.add([Pulse(float(number)), Partial(0, number // 9, Span(0, 1), "", "x")])
        log.add([Final(number // 9, ())] if number % 9 == 8 else [])
    kept = len(log._events)
    found = reader.take()

    assert kept <= 2 * 100 + 65
    assert len(found) == 101
    assert isinstance(found[0].what, Missed)
    assert log.finals(0, log.last) == [e for e in found if isinstance(e.what, Final)]
    assert log.finals(log.last - 1, log.last) == []
