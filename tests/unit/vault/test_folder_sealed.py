"""Sealed recordings beside plain ones: nothing clear on the disk, any part readable, keys changed."""

import io
import os
import stat
from hashlib import sha256
from pathlib import Path

import pytest

from huiting.core.errors import Unknown
from huiting.vault.clear import clear_place
from huiting.vault.errors import Damaged, KeyMissing
from huiting.vault.folder import CLEAR, Folder
from huiting.vault.place import Held
from huiting.vault.sealed import PIECE, KeyRing

SOUND = b"unmistakable sound " * 20_000
ID = sha256(SOUND).hexdigest()
OLD, NEW = KeyRing((b"o" * 32,)), KeyRing((b"n" * 32, b"o" * 32))


def files(folder: Folder) -> list[Path]:
    return [path for path in folder.root.rglob("*") if path.is_file()]


@pytest.fixture
def plain(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "vault")


@pytest.fixture
def sealed(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "vault", ring=OLD)


def test_no_clear_byte_reaches_the_disk(sealed: Folder) -> None:
    kept = sealed.take(io.BytesIO(SOUND))

    assert (kept.id, kept.size) == (ID, len(SOUND))
    assert [path.name for path in files(sealed)] == [f"{ID}.sealed"]
    assert all(b"unmistakable" not in path.read_bytes() for path in files(sealed))
    assert b"".join(sealed.open(ID)) == SOUND
    assert sealed.size(ID) == len(SOUND)


@pytest.mark.parametrize("start", [0, 1, PIECE - 1, PIECE, 3 * PIECE + 7, len(SOUND) - 1])
def test_any_stretch_of_a_sealed_recording_can_be_read(sealed: Folder, start: int) -> None:
    sealed.take(io.BytesIO(SOUND))

    assert b"".join(sealed.open(ID, start, 70_000)) == SOUND[start : start + 70_000]


def test_a_clear_copy_is_private_and_gone_afterwards(sealed: Folder) -> None:
    sealed.take(io.BytesIO(SOUND))
    with sealed.plain(ID) as path:
        assert path.read_bytes() == SOUND
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700

    assert [path.name for path in files(sealed)] == [f"{ID}.sealed"]


def test_what_is_plain_is_read_where_it_lies(plain: Folder) -> None:
    plain.take(io.BytesIO(SOUND))

    with plain.plain(ID) as path:
        assert path == plain.path(ID)


def test_what_a_crash_left_clear_is_swept_and_what_is_used_is_not(sealed: Folder) -> None:
    left = sealed.root / CLEAR / "left"
    left.mkdir(parents=True)
    (left / "clear").write_bytes(SOUND)
    with clear_place(sealed.clear_folder) as used:
        (used / "clear").write_bytes(SOUND)

        assert sealed.sweep(0) == 1
        assert [path.parent for path in files(sealed)] == [used]


def test_what_was_taken_before_there_were_keys_is_read_and_then_sealed(
    plain: Folder, sealed: Folder
) -> None:
    plain.take(io.BytesIO(SOUND))
    assert b"".join(sealed.open(ID)) == SOUND

    assert sealed.reseal(ID)
    assert not sealed.reseal(ID)
    assert [path.name for path in files(sealed)] == [f"{ID}.sealed"]
    assert b"".join(sealed.open(ID)) == SOUND


def test_handing_in_again_seals_what_was_plain(plain: Folder, sealed: Folder) -> None:
    plain.take(io.BytesIO(SOUND))
    sealed.take(io.BytesIO(SOUND))

    assert [path.name for path in files(sealed)] == [f"{ID}.sealed"]


def test_after_a_change_of_keys_the_old_one_is_needed_until_all_is_sealed_anew(
    sealed: Folder,
) -> None:
    sealed.take(io.BytesIO(SOUND))
    only_new = Folder(sealed.root, ring=KeyRing((b"n" * 32,)))
    with pytest.raises(KeyMissing):
        only_new.size(ID)

    assert Folder(sealed.root, ring=NEW).reseal(ID)
    assert b"".join(only_new.open(ID)) == SOUND


def test_without_keys_nothing_is_sealed_and_nothing_sealed_is_read(
    plain: Folder, sealed: Folder
) -> None:
    sealed.take(io.BytesIO(SOUND))

    with pytest.raises(KeyMissing):
        plain.size(ID)
    with pytest.raises(Unknown, match="keys"):
        plain.reseal(ID)


def test_a_copy_whose_key_is_lost_is_replaced_by_what_is_handed_in_again(sealed: Folder) -> None:
    sealed.take(io.BytesIO(SOUND))
    other = Folder(sealed.root, ring=KeyRing((b"x" * 32,)))

    other.take(io.BytesIO(SOUND))

    assert b"".join(other.open(ID)) == SOUND


def test_what_is_not_what_was_handed_in_is_not_sealed(plain: Folder, sealed: Folder) -> None:
    plain.take(io.BytesIO(SOUND)).path.write_bytes(b"something else")

    with pytest.raises(Damaged, match="not what was handed in"):
        sealed.reseal(ID)
    assert [path.name for path in files(sealed)] == [ID]


def test_removing_removes_both_forms(plain: Folder, sealed: Folder) -> None:
    sealed.take(io.BytesIO(SOUND))
    plain.path(ID).write_bytes(SOUND)

    assert plain.remove(ID)
    assert not plain.has(ID)
    assert files(plain) == []


def test_what_was_just_handed_in_again_is_not_discarded(sealed: Folder) -> None:
    path = sealed.take(io.BytesIO(SOUND)).path
    os.utime(path, (1000, 1000))
    assert not sealed.discard(ID, before=1000)
    sealed.take(io.BytesIO(SOUND))
    assert path.stat().st_mtime > 2000
    assert not sealed.discard(ID, before=2000)

    os.utime(path, (1000, 1000))
    assert sealed.discard(ID, before=2000)
    assert not sealed.discard(ID, before=2000)
    assert files(sealed) == []


def test_what_is_kept_can_be_listed(sealed: Folder) -> None:
    kept = sealed.take(io.BytesIO(SOUND))
    (kept.path.parent / "notes.txt").write_text("no recording")

    told = kept.path.stat()
    assert list(sealed.ids()) == [Held(ID, told.st_size, told.st_mtime)]
    assert sealed.has(ID)


def test_what_is_not_kept_cannot_be_read(sealed: Folder) -> None:
    with pytest.raises(Unknown), sealed.plain(ID):
        raise AssertionError
