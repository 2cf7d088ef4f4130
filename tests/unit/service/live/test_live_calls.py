"""Live calls: what is said is told, what came is kept, and becomes one recording."""

import random
import stat
import threading
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import text

from huiting.access.permissions import Permission
from huiting.audio.arriving import Arriving, Encoding
from huiting.audio.decode import decode
from huiting.core.errors import (
    Conflict,
    EngineError,
    Forbidden,
    InputError,
    StoreError,
    TooMany,
    Unknown,
)
from huiting.core.types import Role, Span
from huiting.live.updates import Final, Lost, Partial
from huiting.service.live.happening import Away, Why
from huiting.service.live.limits import Limits, Unconsented
from huiting.service.live.line import Line
from huiting.service.live.spool import ACCEPTED, NoRoom, Spool
from huiting.service.troubles import Gone
from huiting.service.views import View
from huiting.store._index import index_for
from huiting.store.audit import Audit
from huiting.store.erasing import erase
from huiting.store.keeping import put_in_bin
from huiting.store.live import LiveCalls
from live_service import (
    NOON,
    ROOT,
    Loud,
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
from served import PEOPLE, refund
from tones import SENTENCES, speak

GREETS, WANTS, WILL, THANKS = (SENTENCES[f] for f in (400, 500, 600, 700))
AGENT = speak(9.0, (0.5, 2.0, 400), (5.0, 6.0, 600))
CUSTOMER = speak(9.0, (3.0, 4.2, 500), (7.0, 8.0, 700))
CALL = pcm(AGENT, CUSTOMER)
ALL = View(ROOT, unredacted=True)
SAID = [GREETS, WANTS, WILL, THANKS]


def test_what_is_said_is_told_and_what_came_becomes_the_recording_of_the_same_sound(
    tmp_path: Path,
) -> None:
    chance = random.Random(7)
    with live_in(tmp_path) as place:
        line = opened(place.live, metadata={"agent": "8001"}, language="zh")
        events = line.events()
        send(line, CALL, [chance.randrange(1, 999) for _ in range(300)])
        line.finish()
        told, ended = to_the_end(events)
        row = LiveCalls(place.store.database).of(str(ended.recording))

        assert texts(told) == SAID
        assert ended.why is Why.FINISHED
        assert ended.duration == 9.0
        assert ended.recording == sha256(wav(CALL)).hexdigest()
        assert place.bytes_of(ended.recording) == wav(CALL)
        assert place.analyses(ended.recording) == 1
        assert place.folders == []
        assert row is not None
        assert (row.id, row.why, row.duration, row.metadata) == (
            line.id, "finished", 9.0, {"agent": "8001"},
        )  # fmt: skip
        assert place.actions() == [("user:root", "live-ended"), ("user:root", "live-opened")]


def test_while_somebody_speaks_it_is_told_as_far_as_it_goes(tmp_path: Path) -> None:
    with live_in(tmp_path) as place:
        line = opened(place.live)
        events = line.events()
        send(line, pcm(speak(3.0, (0.5, 3.0, 400)), speak(3.0)))
        told = until(events, lambda event: isinstance(event.what, Partial))

        assert GREETS in [event.what.text for event in told if isinstance(event.what, Partial)]
        line.finish()


def test_who_wants_no_partials_is_told_none(tmp_path: Path) -> None:
    with live_in(tmp_path) as place:
        line = opened(place.live, interim=False)
        events = line.events()
        send(line, CALL)
        line.finish()
        told, _ = to_the_end(events)

        assert texts(told) == SAID
        assert not any(isinstance(event.what, Partial) for event in told)


@pytest.mark.parametrize("encoding", list(Encoding), ids=str)
@pytest.mark.parametrize("roles", [(Role.UNKNOWN,), (Role.AGENT, Role.CUSTOMER)], ids=["1", "2"])
def test_whatever_comes_is_kept_as_it_was_heard(
    tmp_path: Path, encoding: Encoding, roles: tuple[Role, ...]
) -> None:
    data = random.Random(3).randbytes(8_001)  # garbage, and half a sample at the end
    arriving = Arriving(8_000, len(roles), encoding)
    heard = [*arriving.feed(data), *arriving.finish()]
    with live_in(tmp_path) as place:
        line = opened(place.live, rate=8_000, roles=roles, encoding=encoding)
        events = line.events()
        send(line, data, [1, 2, 3, 5, 7])
        line.finish()
        _, ended = to_the_end(events)
        with decode(place.vault.path(str(ended.recording)), rate=16_000) as decoded:
            found = [track.cut(Span(0, 10)).samples for track in decoded.tracks]

        assert place.bytes_of(ended.recording)[-100:] in data
        assert len(found) == len(roles) == len(heard) // 2
        assert decoded.file_rate == 8_000
        assert abs(len(found[0]) - sum(map(len, heard[:: len(roles)]))) <= 1


def test_a_call_in_which_nothing_comes_is_no_recording(tmp_path: Path) -> None:
    with live_in(tmp_path) as place:
        line = opened(place.live)
        events = line.events()
        line.feed(b"\0")
        line.finish()
        _, ended = to_the_end(events)

        assert (ended.recording, ended.job, ended.kept_later) == (None, None, False)
        assert place.queue.counts().total == 0
        assert place.folders == []


def test_after_its_end_nothing_is_taken(tmp_path: Path) -> None:
    with live_in(tmp_path) as place:
        line = opened(place.live)
        events = line.events()
        send(line, CALL)
        line.finish()
        line.finish()
        with pytest.raises(Gone, match="it is over"):
            line.feed(b"\0\0\0\0")
        _, ended = to_the_end(events)
        line.gone()
        with pytest.raises(Unknown):
            place.live.resume(line.key, ROOT)

        assert place.bytes_of(ended.recording) == wav(CALL)


def test_a_side_that_comes_back_in_time_goes_on_where_it_was(tmp_path: Path) -> None:
    clock = Ticks()
    with live_in(tmp_path, With(clock=clock)) as place:
        line = opened(place.live)
        events = line.events()
        send(line, CALL[:100_001])
        line.gone()
        line.gone()
        clock.at += 30
        place.live.tick()
        again = place.live.resume(line.key, ROOT)
        assert again.received == 100_001
        send(again, CALL[again.received :])
        again.finish()
        told, ended = to_the_end(events)

        assert texts(told) == SAID
        assert [e.what.on for e in told if isinstance(e.what, Away)] == [False]
        assert ended.why is Why.FINISHED
        assert place.bytes_of(ended.recording) == wav(CALL)
        assert place.analyses(ended.recording) == 1


def test_a_side_that_stays_away_ends_the_call_and_what_came_is_kept(tmp_path: Path) -> None:
    clock = Ticks()
    with live_in(tmp_path, With(clock=clock)) as place:
        line = opened(place.live)
        events = line.events()
        send(line, CALL[:200_000])
        line.gone()
        assert place.live.running(View(ROOT))[0].away
        clock.at += 30.1
        place.live.tick()
        told, ended = to_the_end(events)

        assert texts(told) == [GREETS, WANTS]
        assert ended.why is Why.GONE
        assert place.bytes_of(ended.recording) == wav(CALL[:200_000])
        with pytest.raises(Unknown, match="none waits with this key"):
            place.live.resume(line.key, ROOT)


def test_who_comes_back_before_the_gap_was_noticed_takes_the_place_of_the_old_line(
    tmp_path: Path,
) -> None:
    clock = Ticks()
    with live_in(tmp_path, With(clock=clock)) as place:
        old = opened(place.live)
        events = old.events()
        send(old, CALL[:64_000])
        new = place.live.resume(old.key, ROOT)
        with pytest.raises(Conflict, match="another connection"):
            old.feed(b"\0\0\0\0")
        old.gone()
        old.finish()
        clock.at += 100
        place.live.tick()
        send(new, CALL[new.received :])
        new.finish()
        _, ended = to_the_end(events)

        assert place.bytes_of(ended.recording) == wav(CALL)


def test_a_key_is_of_use_to_nobody_else(tmp_path: Path) -> None:
    with live_in(tmp_path) as place:
        line = opened(place.live)
        for key, who in ((line.key, PEOPLE["other"]), (line.key + "x", ROOT), ("", ROOT)):
            with pytest.raises(Unknown):
                place.live.resume(key, who)

        assert line.key not in (tmp_path / "live" / line.id / "opening.json").read_text()


def test_no_more_calls_run_than_may(tmp_path: Path) -> None:
    with live_in(tmp_path, With(Limits(calls=3, own=2, last=0.0))) as place:
        first, _second = opened(place.live), opened(place.live)
        with pytest.raises(TooMany, match="of this user: 2 run") as refused:
            opened(place.live)
        opened(place.live, PEOPLE["other"])
        with pytest.raises(TooMany, match="live calls: 3 run"):
            opened(place.live, PEOPLE["lead"])
        events = first.events()
        first.finish()
        to_the_end(events)
        opened(place.live)

        assert refused.value.wait > 0
        assert place.live.load().speaking == 3


def test_who_may_see_only_a_team_opens_calls_of_that_team(tmp_path: Path) -> None:
    with live_in(tmp_path) as place:
        opened(place.live, PEOPLE["team-a"])
        with pytest.raises(Forbidden, match="another team"):
            opened(place.live, PEOPLE["team-a"], metadata={"team": "B"})
        seen = place.live.running(View(PEOPLE["team-a"]))

        assert [dict(call.metadata) for call in seen] == [{"team": "A"}]
        assert list(place.live.running(View(PEOPLE["team-b"]))) == []
        with pytest.raises(Unknown):
            place.live.watch(seen[0].id, View(PEOPLE["team-b"]))
        with pytest.raises(Unknown):
            place.live.one(seen[0].id, View(PEOPLE["team-b"]))


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        pytest.param({"rate": 4_000}, "rate 4000", id="a rate too low"),
        pytest.param({"roles": ()}, "0 roles", id="no channel"),
        pytest.param({"roles": (Role.AGENT,) * 9}, "9 roles", id="too many channels"),
        pytest.param({"metadata": {"x": "a\nb"}}, "metadata", id="metadata that is no line"),
    ],
)
def test_a_form_that_is_not_taken_is_refused(
    tmp_path: Path, wrong: dict[str, object], why: str
) -> None:
    with live_in(tmp_path) as place, pytest.raises(InputError, match=why):
        opened(place.live, ROOT, **wrong)


@pytest.mark.parametrize(
    ("kept", "sound", "words"),
    [
        pytest.param(Unconsented.WORDS, False, True, id="what was shown"),
        pytest.param(Unconsented.NOTHING, False, False, id="nothing"),
        pytest.param(Unconsented.ALL, True, True, id="all"),
    ],
)
def test_without_consent_as_much_is_kept_as_the_team_wants(
    tmp_path: Path, kept: Unconsented, *, sound: bool, words: bool
) -> None:
    with live_in(tmp_path, With(Limits(unconsented=kept))) as place:
        line = opened(place.live, consent=False)
        events = line.events()
        send(line, CALL)
        line.finish()
        _, ended = to_the_end(events)
        row = LiveCalls(place.store.database).find(line.id)

        assert row is not None
        assert (row.consent, row.recording is not None) == (False, sound)
        assert (row.told is not None) is words
        assert (ended.recording is not None) is sound
        assert place.folders == []
        assert list((tmp_path / "recordings").rglob("*.*")) == [] or sound
        past = place.live.told(line.id, ALL)
        assert texts(past.told) == (SAID if words else [])
        if sound:
            path = str(ended.recording)
            assert place.live.past(path, ALL) == past


def test_of_a_recording_that_was_no_live_call_nothing_was_seen(tmp_path: Path) -> None:
    with live_in(tmp_path) as place:
        assert place.live.past("ab" * 32, View(ROOT)) is None
        with pytest.raises(Unknown):
            place.live.told("nobody", View(ROOT))


def test_what_cannot_be_decoded_is_told_and_kept_all_the_same(tmp_path: Path) -> None:
    with live_in(tmp_path, With(ears=ToneEars(broken=True))) as place:
        line = opened(place.live)
        events = line.events()
        send(line, CALL)
        line.finish()
        told, ended = to_the_end(events)

        assert texts(told) == []
        assert [e.what.reason for e in told if isinstance(e.what, Lost)] == ["it hurts"] * 4
        assert place.bytes_of(ended.recording) == wav(CALL)


def test_a_call_that_nobody_can_hear_any_more_is_kept_all_the_same(tmp_path: Path) -> None:
    class Broken(Loud):
        def feed(self, samples: NDArray[np.float32], /) -> list[Span]:
            if self.settled > 2.5:
                raise EngineError("silero", "the network failed", "report this")
            return super().feed(samples)

    class Deaf(Voices):
        def stream(self) -> Loud:
            return Broken()

    with live_in(tmp_path, With(voices=Deaf)) as place:
        line = opened(place.live)
        events = line.events()
        send(line, CALL)
        line.finish()
        told, ended = to_the_end(events)

        assert texts(told) in ([], [GREETS])
        assert ended.why is Why.FINISHED
        assert place.bytes_of(ended.recording) == wav(CALL)


def test_a_call_that_is_too_long_ends(tmp_path: Path) -> None:
    with live_in(tmp_path, With(Limits(longest=5.0))) as place:
        line = opened(place.live)
        events = line.events()
        with pytest.raises(Gone):
            send(line, CALL)
        _, ended = to_the_end(events)

        assert ended.why is Why.TOO_LONG
        assert place.bytes_of(ended.recording) == wav(CALL[: 5 * 64_000])


def test_a_call_that_cannot_be_put_away_now_is_put_away_later(tmp_path: Path) -> None:
    clock = Ticks()
    with live_in(tmp_path, With(clock=clock)) as place:
        line = opened(place.live)
        events = line.events()
        send(line, CALL)
        blocked = tmp_path / "recordings"
        blocked.write_text("in the way")
        line.finish()
        _, ended = to_the_end(events)
        assert (ended.recording, ended.kept_later) == (None, True)
        assert place.folders == [line.id]
        blocked.unlink()
        clock.at += 61
        place.live.tick()
        place.live.tick()
        wait_for(lambda: place.folders == [])
        row = LiveCalls(place.store.database).find(line.id)

        assert row is not None
        assert (row.why, row.duration) == ("finished", 9.0)
        assert place.bytes_of(row.recording) == wav(CALL)
        assert place.analyses(row.recording) == 1


def test_a_call_is_put_away_once_though_there_is_no_room_to_note_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = Spool.note

    def note(spool: Spool, record: dict[str, Any]) -> None:
        if ACCEPTED in record:
            raise NoRoom("folder of live calls", "no space left", "make room on the disk")
        own(spool, record)

    monkeypatch.setattr(Spool, "note", note)
    with live_in(tmp_path) as place:
        line = opened(place.live)
        events = line.events()
        send(line, CALL)
        line.finish()
        _, ended = to_the_end(events)

        assert (ended.recording, ended.kept_later) == (sha256(wav(CALL)).hexdigest(), False)
        assert place.folders == []
        assert place.analyses(ended.recording) == 1


def test_a_call_for_which_there_is_no_room_is_not_begun(tmp_path: Path) -> None:
    (tmp_path / "live").write_text("in the way")
    with live_in(tmp_path) as place, pytest.raises(NoRoom, match="folder of live calls"):
        opened(place.live)


def test_a_call_that_has_ended_is_shown_for_a_minute(tmp_path: Path) -> None:
    clock = Ticks()
    with live_in(tmp_path, With(clock=clock)) as place:
        line = opened(place.live)
        events = line.events()
        send(line, CALL)
        line.finish()
        to_the_end(events)
        [shown] = place.live.running(View(ROOT))
        assert shown.ended is not None
        assert isinstance(shown.last, Final)
        assert (shown.seconds, shown.opened_at, shown.need) == (9.0, NOON, 0)
        clock.at += 61
        place.live.tick()

        assert list(place.live.running(View(ROOT))) == []


def test_who_looks_just_as_a_call_is_forgotten_leaves_nothing_of_it(tmp_path: Path) -> None:
    clock, lead = Ticks(), View(PEOPLE["lead"])
    with live_in(tmp_path, With(clock=clock)) as place:
        line = opened(place.live)
        events = line.events()
        send(line, CALL)
        line.finish()
        to_the_end(events)
        found, showing = place.live._calls[line.id], place.live._showing
        place.live.watch(line.id, lead).close()
        assert (list(showing._veils), len(showing._noted)) == ([line.id], 1)
        clock.at += 61
        place.live.tick()
        showing.running(found, lead)
        showing.watch(found, lead, 0, None, "").close()

        assert (showing._veils, showing._noted) == ({}, set())


def test_a_call_that_cannot_be_noted_is_not_begun(tmp_path: Path) -> None:
    with live_in(tmp_path) as place:
        opened(place.live)
        with place.store.database.writing() as connection:
            connection.execute(text("DROP TABLE live_call"))
        with pytest.raises(StoreError):
            opened(place.live)

        assert len(place.folders) == 1
        assert len(place.live.running(ALL)) == 1


def test_of_a_call_that_could_not_begin_nothing_is_known(tmp_path: Path) -> None:
    class Absent(Voices):
        def stream(self) -> Loud:
            raise EngineError("silero", "it is not installed", "run `huiting setup`")

    with live_in(tmp_path, With(voices=Absent)) as place:
        with pytest.raises(EngineError):
            opened(place.live, metadata={"phone": "13800138000"})
        with place.store.database.reading() as connection:
            rows = connection.execute(text("SELECT count(*) FROM live_call")).scalar()

        assert rows == 0
        assert place.folders == []


def test_sound_in_the_clear_is_for_nobody_else_on_the_machine(tmp_path: Path) -> None:
    with live_in(tmp_path) as place:
        line = opened(place.live)
        send(line, CALL)

        assert stat.S_IMODE((place.root / line.id).stat().st_mode) == 0o700


def test_who_comes_back_as_their_time_runs_out_goes_on(tmp_path: Path) -> None:
    clock, once = Ticks(), threading.Lock()
    back: list[Line] = []

    class Just(float):
        """A time that is over, and as that is found somebody comes back."""

        def __lt__(self, other: float) -> bool:
            with once:  # more than one thread may look
                if not back:
                    back.append(place.live.resume(line.key, ROOT))
            return True

    with live_in(tmp_path, With(clock=clock, limits=Limits(gap=Just(30.0)))) as place:
        line = opened(place.live)
        line.gone()
        clock.at += 31
        place.live.tick()
        [again] = back
        again.feed(CALL[:64_000])

        assert place.live.load().speaking == 1


def test_who_sees_what_is_private_is_noted_though_they_watched_before(tmp_path: Path) -> None:
    with live_in(tmp_path) as place:
        line = opened(place.live)
        for view in (View(ROOT), View(ROOT), ALL, ALL):
            place.live.watch(line.id, view).close()
        entries = Audit(place.store.database, lambda: NOON).entries()
        noted = [one.entry.detail for one in entries if one.entry.action == "live-watched"]

        assert sorted(map(str, noted)) == ["{'kind': 'unredacted'}", "{}"]


def test_what_was_told_of_a_call_in_the_bin_is_not_shown(tmp_path: Path) -> None:
    with live_in(tmp_path) as place:
        line = opened(place.live)
        events = line.events()
        send(line, CALL)
        line.finish()
        _, ended = to_the_end(events)
        assert texts(place.live.told(line.id, ALL).told) == SAID
        made = refund()
        call = replace(made.call, recording=replace(made.call.recording, id=str(ended.recording)))
        place.store.save(replace(made, call=call), at=NOON)
        assert texts(place.live.told(line.id, ALL).told) == SAID
        with place.store.database.writing() as connection:
            put_in_bin(connection, str(ended.recording), {}, "user:root", NOON, "")

        with pytest.raises(Unknown):
            place.live.told(line.id, ALL)


def test_who_only_speaks_reads_what_was_told_of_their_own_calls(tmp_path: Path) -> None:
    speaks = frozenset({Permission.LIVE_SPEAK})
    own, other = (replace(PEOPLE[name], permissions=speaks) for name in ("root", "other"))
    with live_in(tmp_path) as place:
        line = opened(place.live, own)
        events = line.events()
        send(line, CALL)
        line.finish()
        to_the_end(events)

        assert len(place.live.told(line.id, View(own)).told) == len(SAID)
        assert len(place.live.told(line.id, View(PEOPLE["viewer"])).told) == len(SAID)
        with pytest.raises(Unknown):
            place.live.told(line.id, View(other))


def test_who_watches_without_the_right_sees_nothing_private_and_is_noted_once(
    tmp_path: Path,
) -> None:
    with live_in(tmp_path) as place:
        line = opened(place.live, metadata={"phone": "13800138000"})
        lead = View(PEOPLE["lead"])
        watching, _again = (place.live.watch(line.id, lead) for _ in range(2))
        send(line, CALL)
        line.finish()
        told, _ = to_the_end(watching)
        [shown] = place.live.running(lead)

        assert texts(told) == ["您好工号****为您服务", WANTS, WILL, THANKS]
        assert "138" not in shown.metadata["phone"]
        assert shown.name == line.id
        assert place.live.one(line.id, ALL).name == f"live-{line.id}.wav"
        assert place.actions().count(("user:lead", "live-watched")) == 1


def test_models_that_cannot_be_loaded_hinder_no_call(tmp_path: Path) -> None:
    class Cold(ToneEars):
        def warm(self) -> None:
            raise EngineError("model host", "it does not start", "look at its log")

    with live_in(tmp_path, With(ears=Cold())) as place:
        place.live.start()
        line = opened(place.live)
        events = line.events()
        send(line, CALL)
        line.finish()

        assert texts(to_the_end(events)[0]) == SAID


def test_a_call_whose_side_sends_no_audio_does_not_keep_others_out(tmp_path: Path) -> None:
    clock = Ticks()
    with live_in(tmp_path, With(Limits(calls=1), clock=clock)) as place:
        opened(place.live)
        clock.at += 899
        place.live.tick()
        with pytest.raises(TooMany):
            opened(place.live)
        clock.at += 2
        place.live.tick()
        wait_for(lambda: place.live.load().speaking == 0)

        opened(place.live)
        assert len(place.folders) == 1


def test_what_was_erased_while_a_call_waited_to_be_put_away_does_not_come_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Ticks()
    with live_in(tmp_path, With(clock=clock)) as place:
        line = opened(place.live)
        events = line.events()
        send(line, CALL)
        with monkeypatch.context() as broken:
            broken.setattr(LiveCalls, "end", unavailable)
            line.finish()
            to_the_end(events)
        recording = sha256(wav(CALL)).hexdigest()
        assert place.vault.has(recording)
        with place.store.database.writing() as connection:
            erase(connection, index_for(connection.dialect.name), recording)
        place.vault.remove(recording)
        clock.at += 61
        place.live.tick()
        wait_for(lambda: place.folders == [])

        assert not place.vault.has(recording)
        assert LiveCalls(place.store.database).find(line.id) is None


def unavailable(*_: object) -> None:
    raise StoreError("database", "it is away", "look")
