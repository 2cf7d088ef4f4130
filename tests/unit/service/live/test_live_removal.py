"""What was seen of a call without a recording can be removed for good."""

import shutil
import zlib
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from huiting.core.errors import Conflict, StoreError, Unknown
from huiting.core.types import Role
from huiting.live.updates import Final
from huiting.service.live import spool as spools
from huiting.service.live.limits import Limits, Unconsented
from huiting.service.live.opening import Opening
from huiting.service.live.spool import Kept
from huiting.service.recordings import Recordings
from huiting.service.views import View
from huiting.store import erasing, keeping
from huiting.store._index import index_for
from huiting.store.audit import Audit, Entry
from huiting.store.live import LiveCalls
from huiting.vault.sealed import KeyRing
from live_service import (
    NOON,
    ROOT,
    Place,
    Ticks,
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
from served import PEOPLE
from tones import SENTENCES, speak

CALL = pcm(speak(3.0, (0.5, 2.0, 400)), speak(3.0))
RING = KeyRing((bytes(range(32)),))
ALL = View(ROOT, unredacted=True)
BY = ROOT.at("10.1.2.3")
METADATA = {"agent": "8001", "team": "A", "note": "only-here-4711"}


def ended(place: Place, *, consent: bool | None = False) -> str:
    """Lead a call to its end; return its id."""
    line = opened(place.live, metadata=METADATA, consent=consent)
    events = line.events()
    send(line, CALL)
    line.finish()
    told, _ = to_the_end(events)
    assert texts(told) == [SENTENCES[400]]
    return line.id


def traces(folder: Path, packed: bytes = b"only-here-4711") -> list[str]:
    """Return the files in which something of the call stands."""
    said = SENTENCES[400]
    words = (
        said.encode(),
        ascii(said)[1:-1].encode(),
        b"only-here-4711",
        packed,
        CALL[40_000:40_100],
    )
    return sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and any(word in path.read_bytes() for word in words)
    )


def noted(place: Place) -> list[Entry]:
    return [one.entry for one in Audit(place.store.database, lambda: NOON).entries()]


def test_nothing_of_it_is_left_in_any_file(tmp_path: Path) -> None:
    with live_in(tmp_path) as place:
        call = ended(place)
        watcher = place.live.running(ALL)
        row = LiveCalls(place.store.database).find(call)
        assert row is not None
        assert row.told is not None
        packed = zlib.compress(row.told, 9)[10:60]  # as it stands in the database
        before = traces(tmp_path, packed)
        assert any(packed in path.read_bytes() for path in tmp_path.glob("calls.db*"))
        place.live.remove(call, ROOT, BY)

        assert [one.id for one in watcher] == [call]
        assert before != []
        assert traces(tmp_path, packed) == []
        assert list(place.live.running(ALL)) == []
        with pytest.raises(Unknown):
            place.live.told(call, ALL)
        with pytest.raises(Unknown):
            place.live.watch(call, ALL)
        [entry] = [one for one in noted(place) if one.action == "purged"]
        assert (entry.who, entry.subject, entry.address) == (ROOT.id, f"live:{call}", "10.1.2.3")
    assert traces(tmp_path, packed) == []


def left_folder(folder: Path, call: str) -> None:
    """Leave a folder of a call as a crash does."""
    left = Kept(call, "0" * 64, opened_with(), ROOT.id, "root", ROOT.role, ROOT.person, NOON)
    spool = spools.create(folder / "live", left)
    spool.append(CALL)
    spool.close()


def test_what_could_not_be_scrubbed_is_when_it_is_removed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(_: object) -> bool:
        raise StoreError("database", "is being read", "try again")

    with live_in(tmp_path) as place:
        call = ended(place)
        with monkeypatch.context() as busy:
            busy.setattr(erasing, "scrub", read)
            for _ in range(2):
                with pytest.raises(StoreError, match="being read"):
                    place.live.remove(call, ROOT, BY)
        scrubbed: list[object] = []
        monkeypatch.setattr(erasing, "scrub", scrubbed.append)
        for name in (call, "0000"):
            with pytest.raises(Unknown):
                place.live.remove(name, ROOT, BY)

    assert len(scrubbed) == 1


def test_a_folder_that_does_not_go_is_told_and_goes_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with live_in(tmp_path) as place:
        call = ended(place)
    left_folder(tmp_path, call)
    with live_in(tmp_path) as place:
        with monkeypatch.context() as broken:
            broken.setattr(shutil, "rmtree", lambda *_, **__: None)
            with pytest.raises(StoreError, match="cannot be removed"):
                place.live.remove(call, ROOT, BY)
        place.live.tick()
        assert list(place.live.running(ALL)) == []
        place.live.remove(call, ROOT, BY)

        assert place.folders == []
        assert LiveCalls(place.store.database).find(call) is None


def test_what_a_crash_left_of_its_folder_goes_too(tmp_path: Path) -> None:
    with live_in(tmp_path) as place:
        call = ended(place)
    left = Kept(call, "0" * 64, opened_with(), ROOT.id, "root", ROOT.role, ROOT.person, NOON)
    spool = spools.create(tmp_path / "live", left)
    spool.append(CALL)
    spool.close()
    with live_in(tmp_path) as place:
        place.live.remove(call, ROOT, BY)
        place.live.tick()

        assert place.folders == []
        assert LiveCalls(place.store.database).find(call) is None
        assert traces(tmp_path) == []


@pytest.mark.parametrize("gone", ["opening.json", "told.jsonl"], ids=["first", "more"])
def test_what_a_removal_left_when_it_was_killed_goes_at_the_next_look(
    tmp_path: Path, gone: str
) -> None:
    left_folder(tmp_path, "left")
    folder = tmp_path / "live" / "left"
    (folder / "audio.cut").write_bytes(CALL)
    (folder / "opening.json").unlink()
    (folder / gone).unlink(missing_ok=True)
    assert traces(tmp_path) != []
    with live_in(tmp_path) as place:
        place.live.tick()

        assert place.folders == []
        assert list(place.live.running(ALL)) == []


def test_a_folder_in_which_a_call_is_about_to_begin_stays(tmp_path: Path) -> None:
    left_folder(tmp_path, "begins")
    folder = tmp_path / "live" / "begins"
    (folder / "opening.json").rename(folder / "opening.new")
    spools.remove_stray(folder, before=0.0)
    (folder / "opening.new").rename(folder / "opening.json")
    spools.remove_stray(folder, before=0.0)

    assert folder.is_dir()


def test_a_damaged_call_that_is_removed_leaves_nothing_that_was_put_aside(tmp_path: Path) -> None:
    with live_in(tmp_path, With(ring=RING)) as place:
        call = ended(place)
        left = Kept(call, "0" * 64, opened_with(), ROOT.id, "", ROOT.role, ROOT.person, NOON)
        spool = spools.create(tmp_path / "live", left, RING)
        for at in range(0, len(CALL), 3_200):
            spool.append(CALL[at : at + 3_200])
        spool.close()
    audio = tmp_path / "live" / call / "audio"
    data = bytearray(audio.read_bytes())
    data[len(data) // 2] ^= 1
    audio.write_bytes(data)
    taken = spools.take_up(audio.parent, RING)
    assert taken is not None
    taken.close()
    assert audio.with_name("audio.cut").stat().st_size > len(CALL) // 3
    with live_in(tmp_path, With(ring=RING)) as place:
        place.live.remove(call, ROOT, BY)
        place.live.tick()

        assert place.folders == []
        assert LiveCalls(place.store.database).find(call) is None


def handed_over(folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """Lead a call to where its recording is made, and no further; return both ids."""
    with live_in(folder, With(ring=RING)) as place, monkeypatch.context() as broken:
        broken.setattr(LiveCalls, "end", away)
        call = ended(place, consent=None)
        recording = sha256(wav(CALL)).hexdigest()
        assert place.vault.has(recording)
        return call, recording


def away(*_: object) -> None:
    raise StoreError("database", "away", "wait")


def settle(place: Place) -> None:
    """Take up what was left, and put it away."""
    place.live.tick()
    place.live.tick()
    wait_for(lambda: place.folders == [])


@pytest.mark.parametrize("damage", [False, True], ids=["whole", "damaged"])
def test_a_call_that_was_removed_before_the_service_came_back_stays_removed(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    damage: bool,  # noqa: FBT001  (of the test)
) -> None:
    call, recording = handed_over(tmp_path, monkeypatch)
    if damage:  # what was made of it is noted last
        told = tmp_path / "live" / call / "told.jsonl"
        told.write_bytes(told.read_bytes()[:-1] + b"?")
    with live_in(tmp_path, With(ring=RING)) as place:
        with place.store.database.writing() as connection:
            erasing.erase(connection, index_for(connection.dialect.name), recording)
        Audit(place.store.database, lambda: NOON).note(
            None, Entry("user:root", "root", "purged", f"call:{recording}")
        )
        place.vault.remove(recording)
        settle(place)

        assert not place.vault.has(recording)
        assert LiveCalls(place.store.database).find(call) is None
        assert traces(tmp_path) == []


def test_sound_that_was_removed_before_the_service_came_back_stays_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call, recording = handed_over(tmp_path, monkeypatch)
    with live_in(tmp_path, With(ring=RING)) as place:
        with place.store.database.writing() as connection:
            erasing.forget_audio(connection, recording)
        Audit(place.store.database, lambda: NOON).note(
            None, Entry("user:root", "root", "purged", f"audio:{recording}")
        )
        place.vault.remove(recording)
        settle(place)
        row = LiveCalls(place.store.database).find(call)

        assert not place.vault.has(recording)
        assert row is not None
        assert row.recording == recording


def purged_before(place: Place, recording: str) -> None:
    """Note that a recording of the same bytes was removed the day before."""
    Audit(place.store.database, lambda: NOON - timedelta(days=1)).note(
        None, Entry("user:root", "root", "purged", f"call:{recording}")
    )


def test_a_damaged_call_whose_bytes_were_removed_before_it_began_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with live_in(tmp_path, With(ring=RING)) as place, monkeypatch.context() as broken:
        broken.setattr(Recordings, "accept", away)
        call = ended(place, consent=None)
    told = tmp_path / "live" / call / "told.jsonl"
    told.write_bytes(told.read_bytes()[:-1] + b"?")
    with live_in(tmp_path, With(Limits(gap=-1.0), ring=RING)) as place:
        recording = sha256(wav(CALL)).hexdigest()
        purged_before(place, recording)
        settle(place)
        row = LiveCalls(place.store.database).find(call)

        assert place.vault.has(recording)
        assert row is not None
        assert row.recording == recording


def test_of_a_call_whose_sound_alone_was_removed_the_rest_is_kept_whatever_was_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call, recording = handed_over(tmp_path, monkeypatch)
    with live_in(tmp_path, With(ring=RING)) as place:
        purged_before(place, recording)
        with place.store.database.writing() as connection:
            erasing.forget_audio(connection, recording)
        Audit(place.store.database, lambda: NOON).note(
            None, Entry("user:root", "root", "purged", f"audio:{recording}")
        )
        place.vault.remove(recording)
        settle(place)

        assert LiveCalls(place.store.database).find(call) is not None


def test_a_call_on_legal_hold_whose_recording_was_removed_stays_until_it_is_released(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call, recording = handed_over(tmp_path, monkeypatch)
    clock = Ticks()
    with live_in(tmp_path, With(clock=clock, ring=RING)) as place:
        with place.store.database.writing() as connection:
            erasing.erase(connection, index_for(connection.dialect.name), recording)
            hold = keeping.add_hold(
                connection, keeping.Hold("a trial", "user:root", NOON, None, {"team": "A"})
            )
        place.vault.remove(recording)
        place.live.tick()
        place.live.tick()
        wait_for(lambda: all(one.ended for one in place.live.running(ALL)))
        assert LiveCalls(place.store.database).find(call) is not None
        assert place.folders == [call]
        with place.store.database.writing() as connection:
            keeping.release_hold(connection, hold.key, "user:root", NOON)
        clock.at += 61
        settle(place)

        assert LiveCalls(place.store.database).find(call) is None


def test_a_damaged_call_that_nobody_removed_is_linked_to_its_recording(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call, recording = handed_over(tmp_path, monkeypatch)
    told = tmp_path / "live" / call / "told.jsonl"
    told.write_bytes(told.read_bytes()[:-1] + b"?")
    with live_in(tmp_path, With(ring=RING)) as place:
        settle(place)
        row = LiveCalls(place.store.database).find(call)

        assert row is not None
        assert row.recording == recording


def opened_with() -> Opening:
    return Opening(roles=(Role.AGENT, Role.CUSTOMER), metadata=METADATA, consent=False)


def test_a_call_that_runs_is_not_removed(tmp_path: Path) -> None:
    with live_in(tmp_path) as place:
        line = opened(place.live, consent=False)
        events = line.events()
        send(line, CALL)
        until(events, lambda event: isinstance(event.what, Final))
        with pytest.raises(Conflict, match="it still runs"):
            place.live.remove(line.id, ROOT, BY)
        line.finish()

        assert texts(to_the_end(place.live.watch(line.id, ALL))[0]) == [SENTENCES[400]]


def test_a_call_that_another_process_hears_is_not_removed(tmp_path: Path) -> None:
    with live_in(tmp_path) as one, live_in(tmp_path) as other:
        line = opened(one.live, consent=False)
        with pytest.raises(Conflict, match="it still runs"):
            other.live.remove(line.id, ROOT, BY)


def test_a_call_that_another_process_takes_up_is_not_removed(tmp_path: Path) -> None:
    with live_in(tmp_path) as place:
        call = ended(place)
        left = Kept(call, "0" * 64, opened_with(), ROOT.id, "", ROOT.role, ROOT.person, NOON)
        spool = spools.create(tmp_path / "live", left)
        with pytest.raises(Conflict, match="it still runs"):
            place.live.remove(call, ROOT, BY)
        spool.remove()


def test_a_call_with_a_recording_is_removed_with_that(tmp_path: Path) -> None:
    with live_in(tmp_path) as place:
        call = ended(place, consent=None)
        with pytest.raises(Conflict, match="it has a recording"):
            place.live.remove(call, ROOT, BY)

        assert texts(place.live.told(call, ALL).told) == [SENTENCES[400]]


@pytest.mark.parametrize("name", ["team-b", "nobody"])
def test_who_may_not_see_it_finds_none(tmp_path: Path, name: str) -> None:
    with live_in(tmp_path) as place:
        call = ended(place)
        who = PEOPLE.get(name, ROOT)
        with pytest.raises(Unknown):
            place.live.remove(call if name in PEOPLE else "nobody", who, who.at(""))

        assert place.live.told(call, ALL) is not None


def test_a_call_on_legal_hold_stays(tmp_path: Path) -> None:
    with live_in(tmp_path) as place:
        call = ended(place)
        left_folder(tmp_path, call)
        with place.store.database.writing() as connection:
            keeping.add_hold(
                connection, keeping.Hold("a trial", "user:root", NOON, None, {"team": "A"})
            )
        with pytest.raises(Conflict, match="legal hold"):
            place.live.remove(call, ROOT, BY)

        assert texts(place.live.told(call, ALL).told) == [SENTENCES[400]]
        assert [one for one in noted(place) if one.action == "purged"] == []
        assert place.folders == [call]


def test_a_call_that_is_not_put_away_yet_is_removed_when_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unavailable(*_: object) -> None:
        raise StoreError("database", "away", "wait")

    clock, limits = Ticks(), Limits(unconsented=Unconsented.WORDS)
    with live_in(tmp_path, With(limits, clock=clock)) as place:
        with monkeypatch.context() as broken:
            broken.setattr(LiveCalls, "end", unavailable)
            call = ended(place)
            with pytest.raises(Conflict, match="it still runs"):
                place.live.remove(call, ROOT, BY)
        clock.at += timedelta(minutes=2).total_seconds()
        place.live.tick()
        wait_for(lambda: place.folders == [])
        wait_for(lambda: all(one.ended for one in place.live.running(ALL)))
        place.live.remove(call, ROOT, BY)

        assert traces(tmp_path) == []
