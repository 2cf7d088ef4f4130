"""What was seen of a call without a recording can be removed for good."""

import shutil
import zlib
from datetime import timedelta
from pathlib import Path

import pytest

from huiting.core.errors import Conflict, StoreError, Unknown
from huiting.core.types import Role
from huiting.live.updates import Final
from huiting.service.live import spool as spools
from huiting.service.live.limits import Limits, Unconsented
from huiting.service.live.opening import Opening
from huiting.service.live.spool import Kept
from huiting.service.views import View
from huiting.store import erasing, keeping
from huiting.store.audit import Audit, Entry
from huiting.store.live import LiveCalls
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
)
from served import PEOPLE
from tones import SENTENCES, speak

CALL = pcm(speak(3.0, (0.5, 2.0, 400)), speak(3.0))
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
