"""A server ends while calls run, and another one begins in its place."""

import os
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text

from huiting.core.errors import EngineError, Unknown
from huiting.live.plan import Plan
from huiting.live.updates import Final, Lost
from huiting.service.live import spool as spools
from huiting.service.live.happening import Event, Why
from huiting.service.live.limits import Limits
from huiting.service.live.log import Watching
from huiting.service.live.ongoing import Ongoing
from huiting.service.live.spool import Spool
from huiting.service.troubles import Leaving
from huiting.service.views import View
from huiting.store.live import LiveCall, LiveCalls
from huiting.vault.sealed import KeyRing
from live_service import (
    NOON,
    ROOT,
    Ticks,
    ToneEars,
    Voices,
    With,
    live_in,
    opened,
    pcm,
    send,
    texts,
    to_the_end,
    until,
    wait_for,
    wav,
)
from tones import SENTENCES, speak

GREETS, WANTS, WILL, THANKS = (SENTENCES[f] for f in (400, 500, 600, 700))
CALL = pcm(
    speak(9.0, (0.5, 2.0, 400), (5.0, 6.0, 600)), speak(9.0, (3.0, 4.2, 500), (7.0, 8.0, 700))
)
HALF = 320_001


def said(words: str, event: Event) -> bool:
    return isinstance(event.what, Final) and any(s.text == words for s in event.what.segments)


def lost(number: int, event: Event) -> bool:
    return isinstance(event.what, Lost) and event.what.number == number


def until_each(watching: Watching, *wanted: Callable[[Event], bool]) -> list[Event]:
    """Read until each of these was told, in any order: channels are heard side by side."""
    left = list(wanted)

    def none_left(event: Event) -> bool:
        left[:] = [told for told in left if not told(event)]
        return not left

    return until(watching, none_left)


def first_half(folder: Path) -> tuple[str, str, int]:
    """Let a server hear half a call and end; return the id, the key, and how far one has read."""
    with live_in(folder) as place:
        line = opened(place.live, metadata={"agent": "8001"})
        events = line.events()
        send(line, CALL[:HALF])
        told = until_each(events, partial(said, GREETS), partial(said, WANTS))
        return line.id, line.key, told[-1].number


def test_who_comes_back_to_the_new_server_goes_on_in_the_same_call(tmp_path: Path) -> None:
    call, key, read = first_half(tmp_path)
    ears = ToneEars()
    with live_in(tmp_path, With(ears=ears)) as place:
        place.live.tick()
        [shown] = place.live.running(View(ROOT, unredacted=True))
        assert (shown.id, shown.away, shown.metadata) == (call, True, {"agent": "8001"})
        assert shown.last is not None
        line = place.live.resume(key, ROOT)
        assert (line.id, line.received) == (call, HALF)
        events, all_of_it = line.events(read), line.events()
        send(line, CALL[HALF:])
        line.finish()
        new, ended = to_the_end(events)
        told, _ = to_the_end(all_of_it)

        assert texts(new) == [WILL, THANKS]
        assert texts(told) == [GREETS, WANTS, WILL, THANKS]
        assert min(event.number for event in new) > read
        finals = [e.what for e in told if isinstance(e.what, Final)]
        assert sorted(final.number for final in finals) == [1, 2, 3, 4]
        for channel in (0, 1):  # in order on each, in any between the two
            own = [f.number for f in finals if f.segments[0].channel == channel]
            assert own == sorted(own) != []
        assert {round(asked.since) for asked in ears.asked if asked.complete} == {5, 7}
        assert ended.why is Why.FINISHED
        assert place.bytes_of(ended.recording) == wav(CALL)
        assert place.analyses(ended.recording) == 1


def test_of_who_does_not_come_back_all_that_came_is_kept(tmp_path: Path) -> None:
    call, key, _ = first_half(tmp_path)
    clock = Ticks()
    with live_in(tmp_path, With(clock=clock)) as place:
        place.live.tick()
        clock.at += 30.1
        place.live.tick()
        wait_for(lambda: place.folders == [])
        row = LiveCalls(place.store.database).find(call)

        assert row is not None
        assert (row.why, row.recording is not None) == ("restarted", True)
        assert place.bytes_of(row.recording) == wav(CALL[: HALF // 4 * 4])
        assert place.analyses(row.recording) == 1
        assert texts(place.live.told(call, View(ROOT, unredacted=True)).told) == [GREETS, WANTS]
        with pytest.raises(Unknown):
            place.live.resume(key, ROOT)


def test_a_call_that_was_ending_is_ended_at_once(tmp_path: Path) -> None:
    ears = ToneEars()
    ears.free.clear()
    with live_in(tmp_path, With(ears=ears)) as place:
        line = opened(place.live)
        send(line, CALL)
        line.finish()
        wait_for(lambda: ears.asked)
    with live_in(tmp_path) as place:
        place.live.tick()
        with pytest.raises(Unknown):
            place.live.resume(line.key, ROOT)
        place.live.tick()
        wait_for(lambda: place.folders == [])
        row = LiveCalls(place.store.database).find(line.id)

        assert row is not None
        assert (row.why, place.bytes_of(row.recording)) == ("finished", wav(CALL))


def test_what_could_not_be_decoded_before_is_not_tried_again(tmp_path: Path) -> None:
    with live_in(tmp_path, With(ears=ToneEars(broken=True))) as place:
        line = opened(place.live)
        events = line.events()
        send(line, CALL[:HALF])
        until_each(events, partial(lost, 1), partial(lost, 2))
    with live_in(tmp_path) as place:
        place.live.tick()
        again = place.live.resume(line.key, ROOT)
        events = again.events()
        send(again, CALL[HALF:])
        again.finish()
        told, _ = to_the_end(events)

        assert texts(told) == [WILL, THANKS]
        assert sorted(e.what.number for e in told if isinstance(e.what, Lost)) == [1, 2]


def test_a_server_leaves_alone_what_another_one_is_hearing(tmp_path: Path) -> None:
    with live_in(tmp_path) as first, live_in(tmp_path) as second:
        line = opened(first.live)
        send(line, CALL[:1_000])
        second.live.tick()

        assert list(second.live.running(View(ROOT))) == []
        assert second.folders == [line.id]


def test_folders_in_which_no_call_began_go_when_they_are_old(tmp_path: Path) -> None:
    (tmp_path / "live" / "new").mkdir(parents=True)
    os.utime(tmp_path / "live" / "new", (NOON.timestamp(),) * 2)
    with live_in(tmp_path) as place:
        place.live.tick()
        assert place.folders == ["new"]
    (tmp_path / "live" / "old").mkdir(parents=True)
    os.utime(tmp_path / "live" / "old", (0, 0))
    with live_in(tmp_path) as place:
        place.live.tick()

        assert place.folders == ["new"]


def test_a_damaged_folder_hinders_no_other(tmp_path: Path) -> None:
    call, _, _ = first_half(tmp_path)
    damaged = tmp_path / "live" / "0000"
    damaged.mkdir()
    (damaged / "opening.json").write_text("{")
    with live_in(tmp_path, With(Limits(gap=-1.0))) as place:
        place.live.tick()
        place.live.tick()
        wait_for(lambda: place.folders == ["0000"])

        assert LiveCalls(place.store.database).find(call) is not None


def test_of_a_call_that_was_put_away_but_for_its_folder_there_is_one_recording(
    tmp_path: Path,
) -> None:
    call, _, _ = first_half(tmp_path)
    folder = tmp_path / "live" / call
    saved = {path.name: path.read_bytes() for path in folder.iterdir()}
    kept = []
    for _ in range(2):  # the second time as if it had been killed before the folder went
        folder.mkdir(exist_ok=True)
        for name, data in saved.items():
            (folder / name).write_bytes(data)
        with live_in(tmp_path, With(Limits(gap=-1.0))) as place:
            place.live.tick()
            place.live.tick()
            wait_for(lambda: place.folders == [])
            kept.append(LiveCalls(place.store.database).find(call))
            assert kept[0] is not None
            assert place.analyses(kept[0].recording) == 1

    assert kept[0] == kept[1]


def threads() -> list[str]:
    """Return the threads of calls; one that loads models ends by itself."""
    names = [thread.name for thread in threading.enumerate()]
    return [name for name in names if name.startswith("live-") and name != "live-warm"]


def test_of_a_call_that_begins_as_the_server_ends_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = LiveCalls.begin

    def ending(calls: LiveCalls, call: LiveCall) -> None:
        own(calls, call)
        place.live.close()

    with live_in(tmp_path) as place:
        with monkeypatch.context() as late:
            late.setattr(LiveCalls, "begin", ending)
            with pytest.raises(Leaving):
                opened(place.live)
        with place.store.database.reading() as connection:
            rows = connection.execute(text("SELECT count(*) FROM live_call")).scalar()

        assert rows == 0
        assert place.folders == []
        assert threads() == []


def test_a_call_whose_thread_began_as_the_server_ends_does_not_hold_it_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = Ongoing.attach

    def ending(call: Ongoing) -> int:
        side = own(call)
        place.live._crew.dismiss()
        return side

    with live_in(tmp_path) as place:
        with monkeypatch.context() as late:
            late.setattr(Ongoing, "attach", ending)
            with pytest.raises(Leaving):
                opened(place.live)
        place.live.close()

        assert place.folders == []
        assert threads() == []


def test_who_comes_back_as_the_server_ends_comes_back_to_the_next_one(tmp_path: Path) -> None:
    call, key, _ = first_half(tmp_path)
    with live_in(tmp_path) as place:
        place.live.tick()
        place.live.close()
        with pytest.raises(Leaving):
            place.live.resume(key, ROOT)
    with live_in(tmp_path) as place:
        place.live.tick()

        assert place.live.resume(key, ROOT).id == call


def test_what_is_taken_up_as_the_server_ends_can_be_taken_up_by_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call, _, _ = first_half(tmp_path)
    own = spools.take_up

    def ending(folder: Path, ring: KeyRing | None = None) -> Spool | None:
        spool = own(folder, ring)
        place.live.close()
        return spool

    with live_in(tmp_path) as place:
        with monkeypatch.context() as late:
            late.setattr(spools, "take_up", ending)
            place.live.tick()
        with live_in(tmp_path) as after:
            after.live.tick()

            assert [one.id for one in after.live.running(View(ROOT))] == [call]


def test_a_line_that_a_crash_cut_is_left_out(tmp_path: Path) -> None:
    call, key, _ = first_half(tmp_path)
    with (tmp_path / "live" / call / "told.jsonl").open("a") as file:
        file.write('{"number": 9, "upd')
    with live_in(tmp_path) as place:
        place.live.tick()
        line = place.live.resume(key, ROOT)
        events = line.events()
        send(line, CALL[HALF:])
        line.finish()

        assert texts(to_the_end(events)[0]) == [GREETS, WANTS, WILL, THANKS]


def test_a_call_that_cannot_be_heard_yet_waits_on_and_is_put_away(tmp_path: Path) -> None:
    call, key, _ = first_half(tmp_path)
    clock, broken = Ticks(), [True]

    def voices() -> Voices:
        if broken:
            raise EngineError("voices", "no model", "wait")
        return Voices()

    with live_in(tmp_path, With(clock=clock, voices=voices, plan=Plan(context=0.0))) as place:
        place.live.tick()
        with pytest.raises(EngineError):
            place.live.resume(key, ROOT)
        [shown] = place.live.running(View(ROOT))
        assert (shown.id, shown.away) == (call, True)
        clock.at += 30.1
        place.live.tick()
        wait_for(lambda: place.folders == [])
        row = LiveCalls(place.store.database).find(call)

        assert row is not None
        assert place.bytes_of(row.recording) == wav(CALL[: HALF // 4 * 4])


def test_a_call_for_which_no_thread_was_had_is_put_away_when_it_stays_quiet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call, key, _ = first_half(tmp_path)
    clock, own = Ticks(), threading.Thread.start

    def start(thread: threading.Thread) -> None:
        if thread.name == f"live-{call}":
            raise RuntimeError("can't start new thread")
        own(thread)

    with live_in(tmp_path, With(Limits(quiet=60.0), clock=clock)) as place:
        place.live.tick()
        with monkeypatch.context() as full:
            full.setattr(threading.Thread, "start", start)
            with pytest.raises(RuntimeError, match="new thread"):
                place.live.resume(key, ROOT)
        clock.at += 60.1
        place.live.tick()
        wait_for(lambda: place.folders == [])

        assert LiveCalls(place.store.database).find(call) is not None
