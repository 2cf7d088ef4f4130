"""Bytes under their hash: whole or not at all, once, on the disk."""

import errno
import io
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huiting.core.errors import InputError, Unknown
from huiting.vault.errors import VaultError
from huiting.vault.folder import INCOMING, Folder, Kept
from huiting.vault.reading import BLOCK

SOUND = bytes(range(256)) * 5000  # more than a block
ID = sha256(SOUND).hexdigest()


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "vault")


def files(folder: Folder) -> list[Path]:
    return [path for path in folder.root.rglob("*") if path.is_file()]


class Failing(io.RawIOBase):
    """A stream that breaks off."""

    def __init__(self, error: Exception) -> None:
        self._error = error
        self._first = True

    def read(self, size: int = -1, /) -> bytes:
        if self._first:
            self._first = False
            return b"x" * 100
        raise self._error


def test_what_is_taken_lies_under_its_hash(folder: Folder) -> None:
    kept = folder.take(io.BytesIO(SOUND))

    assert kept == Kept(ID, len(SOUND), folder.root / ID[:2] / ID[2:4] / ID)
    assert kept.path == folder.path(ID)
    assert kept.path.read_bytes() == SOUND
    assert files(folder) == [kept.path]


def test_the_same_bytes_are_kept_once_and_nothing_is_written_over_them(folder: Folder) -> None:
    first = folder.take(io.BytesIO(SOUND)).path.stat()
    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(lambda _: folder.take(io.BytesIO(SOUND)), range(8)))

    assert len(found) == 1
    assert folder.path(ID).stat().st_ino == first.st_ino
    assert len(files(folder)) == 1


def test_a_copy_that_lost_its_end_is_replaced(folder: Folder) -> None:
    folder.take(io.BytesIO(SOUND)).path.write_bytes(b"")

    assert folder.take(io.BytesIO(SOUND)).path.read_bytes() == SOUND


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        pytest.param(ConnectionResetError(errno.ECONNRESET, "gone"), VaultError, id="sender gone"),
        pytest.param(InputError("x", "too large", "cut it"), InputError, id="refused on the way"),
    ],
)
def test_of_a_stream_that_breaks_off_nothing_is_kept(
    folder: Folder, error: Exception, kind: type[Exception]
) -> None:
    with pytest.raises(kind):
        folder.take(Failing(error))  # type: ignore[arg-type]

    assert files(folder) == []


def test_more_bytes_than_are_taken_are_refused_and_not_kept(folder: Folder) -> None:
    small = Folder(folder.root, largest=len(SOUND) - 1)

    with pytest.raises(InputError, match="more than 1279999 bytes"):
        small.take(io.BytesIO(SOUND))
    assert files(folder) == []
    assert Folder(folder.root, largest=len(SOUND)).take(io.BytesIO(SOUND)).size == len(SOUND)


@settings(deadline=None)  # it writes files
@given(start=st.integers(0, len(SOUND) + 10), length=st.none() | st.integers(0, len(SOUND) + 10))
def test_any_stretch_can_be_read(
    tmp_path_factory: pytest.TempPathFactory, start: int, length: int | None
) -> None:
    folder = Folder(tmp_path_factory.getbasetemp() / "stretches")
    folder.take(io.BytesIO(SOUND))
    end = None if length is None else start + length

    assert b"".join(folder.open(ID, start, length)) == SOUND[start:end]


def test_a_recording_is_read_in_pieces(folder: Folder) -> None:
    folder.take(io.BytesIO(SOUND))

    assert [len(piece) for piece in folder.open(ID)] == [BLOCK, len(SOUND) - BLOCK]


def test_a_recording_that_is_removed_is_gone(folder: Folder) -> None:
    folder.take(io.BytesIO(SOUND))

    assert folder.remove(ID)
    assert not folder.remove(ID)
    assert files(folder) == []
    with pytest.raises(Unknown, match="not kept here"):
        list(folder.open(ID))


@pytest.mark.parametrize("name", ["", "../../etc/passwd", ID.upper(), ID[:-1], ID + "\n"])
def test_what_is_no_hash_names_no_file(folder: Folder, name: str) -> None:
    use: list[Callable[[str], object]] = [
        folder.path,
        folder.remove,
        lambda n: list(folder.open(n)),
    ]
    for one in use:
        with pytest.raises(Unknown):
            one(name)


def test_what_a_crash_left_half_written_is_swept(folder: Folder) -> None:
    assert folder.sweep(0) == 0
    folder.take(io.BytesIO(SOUND))
    for name, time in (("old", 1000), ("new", 2000)):
        part = folder.root / INCOMING / name
        part.write_bytes(b"half")
        os.utime(part, (time, time))

    assert folder.sweep(1500) == 1
    assert {path.name for path in files(folder)} == {"new", ID}


def test_a_folder_that_cannot_be_used_says_why(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    folder = Folder(tmp_path / "file" / "vault")

    with pytest.raises(VaultError, match=r"recordings in .*: Not a directory; check the disk"):
        folder.take(io.BytesIO(SOUND))


def test_a_full_disk_is_told_as_such(folder: Folder) -> None:
    with pytest.raises(VaultError, match="free space on its disk") as caught:
        folder.take(Failing(OSError(errno.ENOSPC, "No space left on device")))  # type: ignore[arg-type]
    assert caught.value.retryable
