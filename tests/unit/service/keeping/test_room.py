"""What can be made again, or was kept long enough, is counted and freed; nothing else is."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from huiting.access.principal import Actor
from huiting.service.keeping.room import Room, Taken, Use
from served import Served, refund

BOSS = Actor("user:root", "root")


@pytest.fixture
def room(served: Served) -> Room:
    """A service in which files of each use lie, one export past its time."""
    found = served.parts.keeping.room
    for folder in (found.hearing.folder, found.exports.folder, found.answers):
        folder.mkdir(parents=True, exist_ok=True)
    (found.hearing.folder / "a.outline-400").write_bytes(bytes(10))
    (found.answers / "deep").mkdir()
    (found.answers / "deep" / "b.json").write_bytes(bytes(20))
    for name, days in (("old.csv", 8), ("new.csv", 1), ("left/x", 2), ("going/y", 0)):
        path = found.exports.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(bytes(100))
        at = (served.clock() - timedelta(days=days)).timestamp()
        os.utime(path, (at, at))
        if path.parent != found.exports.folder:
            os.utime(path.parent, (at, at))
    return found


def test_what_can_be_freed_is_told(room: Room) -> None:
    told = {look.use: (look.all, look.idle) for look in room.look()}

    assert told == {
        Use.HEARD: (Taken(1, 10), Taken(1, 10)),
        Use.EXPORTS: (Taken(4, 400), Taken(2, 200)),
        Use.ANSWERS: (Taken(1, 20), Taken(1, 20)),
    }


def test_what_was_told_goes_and_who_freed_it_is_noted(room: Room) -> None:
    assert [room.free(use, BOSS) for use in Use] == [Taken(1, 10), Taken(2, 200), Taken(1, 20)]

    left = sorted(path.name for path in room.exports.folder.rglob("*") if path.is_file())
    assert left == ["new.csv", "y"]
    noted = [(one.entry.action, one.entry.subject) for one in room.audit.entries()]
    assert noted == [(("freed"), f"files:{use}") for use in reversed(Use)]


def test_where_nothing_is_there_is_nothing_to_free(served: Served, tmp_path: Path) -> None:
    found = served.parts.keeping.room

    assert {look.all for look in found.look()} == {Taken()}
    assert found.free(Use.EXPORTS, BOSS) == Taken()


def test_an_outline_that_was_freed_is_drawn_again(served: Served, room: Room) -> None:
    served.save(refund())
    room.free(Use.HEARD, BOSS)

    assert list(room.hearing.folder.glob("*.outline*")) == []
