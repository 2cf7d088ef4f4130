"""The folder of a call: what is noted after a failure, and a removal that does not come to its end."""

import os
import shutil
from pathlib import Path

import pytest

from huiting.service.live import spool as spools
from huiting.service.live.opening import Opening
from huiting.service.live.spool import Kept, NoRoom, Spool
from huiting.vault.sealed import KeyRing
from live_service import NOON, ROOT

KEPT = Kept("a1", "0" * 64, Opening(), ROOT.id, "root", ROOT.role, ROOT.person, NOON)
RING = KeyRing((bytes(range(32)),))
KEYS = pytest.mark.parametrize("ring", [RING, None], ids=["sealed", "in the clear"])


def took_up(folder: Path, ring: KeyRing | None) -> Spool:
    spool = spools.take_up(folder, ring)
    assert spool is not None
    return spool


@KEYS
def test_after_a_line_that_the_disk_did_not_take_whole_the_next_one_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ring: KeyRing | None
) -> None:
    own, room = os.write, [20]

    def write(handle: int, data: bytes) -> int:
        if not room[0]:
            raise OSError(28, "No space left on device")
        took = own(handle, bytes(data[: room[0]]))
        room[0] -= took
        return took

    spool = spools.create(tmp_path, KEPT, ring)
    with monkeypatch.context() as full:
        full.setattr(os, "write", write)
        with pytest.raises(NoRoom, match="no space left"):
            spool.note({"number": 1, "text": "a line that is longer than that"})
    spool.note({"number": 2})

    assert list(spool.told()) == [{"number": 2}]
    spool.close()


def test_after_a_line_that_a_crash_cut_the_next_one_is_read(tmp_path: Path) -> None:
    spool = spools.create(tmp_path, KEPT)
    spool.note({"number": 1})
    spool.close()
    with (tmp_path / "a1" / "told.jsonl").open("a") as file:
        file.write('{"number": 2, "upd')
    again = took_up(tmp_path / "a1", None)
    again.note({"number": 3})
    again.note({"number": 4})

    assert [record["number"] for record in again.told()] == [1, 3, 4]
    again.close()


@KEYS
def test_a_folder_whose_removal_was_cut_short_is_no_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ring: KeyRing | None
) -> None:
    def killed(*_: object, **__: object) -> None:
        raise SystemExit

    spool = spools.create(tmp_path, KEPT, ring)
    spool.append(b"\0\0")
    with monkeypatch.context() as cut:
        cut.setattr(shutil, "rmtree", killed)
        with pytest.raises(SystemExit):
            spool.remove()
    spool.close()

    assert (tmp_path / "a1" / "audio").exists()
    assert spools.take_up(tmp_path / "a1", ring) is None


def test_what_is_noted_after_it_was_let_go_goes_nowhere(tmp_path: Path) -> None:
    spool = spools.create(tmp_path, KEPT, None)
    spool.note({"first": 1})
    spool.close()
    spool.note({"late": 1})

    again = took_up(spool.folder, None)
    assert list(again.told()) == [{"first": 1}]
    again.close()
