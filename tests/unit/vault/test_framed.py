"""Files that are sealed as they grow: nothing shows, whole frames survive, changes are noticed."""

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huiting.vault.errors import Damaged, KeyMissing
from huiting.vault.framed import FRAME, HEADER, MAGIC, Framed
from huiting.vault.growing import Clear, Growing, growing, is_sealed
from huiting.vault.sealed import TAG, KeyRing, key_id

RING = KeyRing((bytes(range(32)),))
NEXT = KeyRing((bytes(32), *RING.keys))
OTHER = KeyRing((bytes(32),))
FIRST = HEADER + 4 + TAG
"""Bytes of a run of one frame besides its text."""


@contextmanager
def opened(path: Path, ring: KeyRing | None = RING, name: str = "a1/audio") -> Iterator[Growing]:
    with path.open("a+b", buffering=0) as file:
        yield growing(file, name, ring)


def written(path: Path, *pieces: bytes) -> Path:
    with opened(path) as file:
        for piece in pieces:
            file.append(piece)
    return path


def whole(path: Path, ring: KeyRing | None = RING, name: str = "a1/audio") -> bytes:
    with opened(path, ring, name) as file:
        return file.read(0, file.size)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=20,
    deadline=None,
)
@given(
    runs=st.lists(st.lists(st.integers(0, 2 * FRAME), max_size=4), min_size=1, max_size=3),
    sizes=st.lists(st.integers(700, FRAME + 9), min_size=1),
)
def test_what_was_written_is_read_again_in_pieces_of_any_size(
    tmp_path: Path, runs: list[list[int]], sizes: list[int]
) -> None:
    path, plain, found = tmp_path / "file", b"", b""
    path.unlink(missing_ok=True)
    for run in runs:
        pieces = [os.urandom(size) for size in run]
        written(path, *pieces)
        plain += b"".join(pieces)
    with opened(path) as file:
        for at in range(1 << 20):
            if not (piece := file.read(len(found), sizes[at % len(sizes)])):
                break
            found += piece
        assert file.size == len(plain)
        assert file.read(len(plain) // 2, 100) == plain[len(plain) // 2 :][:100]

    assert found == plain


def test_it_is_read_while_it_is_written(tmp_path: Path) -> None:
    found = []
    with opened(tmp_path / "file") as file:
        for number in range(5):
            file.append(b"%d" % number)
            found.append(file.read(number, 9))

    assert found == [b"0", b"1", b"2", b"3", b"4"]


def test_nothing_of_what_was_written_shows_and_no_two_are_alike(tmp_path: Path) -> None:
    one = written(tmp_path / "one", b"six digits", b"six digits").read_bytes()
    other = written(tmp_path / "other", b"six digits", b"six digits").read_bytes()

    assert b"digits" not in one
    assert one[HEADER:] != other[HEADER:]
    assert one[HEADER + 4 :][: 10 + TAG] != one[HEADER + 4 + 10 + TAG + 4 :]


def test_a_frame_that_a_crash_cut_is_cut_off_and_what_follows_is_sealed_anew(
    tmp_path: Path,
) -> None:
    path = written(tmp_path / "file", b"first", b"second")
    before = path.read_bytes()
    for cut in (1, TAG, TAG + 6, TAG + 6 + 3):
        path.write_bytes(before[:-cut])
        written(path, b"second")
        assert whole(path) == b"firstsecond"
        assert before[FIRST + 5 :] not in path.read_bytes()

    path.write_bytes(before[:FIRST])
    assert whole(path) == b""


def test_a_full_disk_leaves_whole_frames_and_uses_no_nonce_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, own, room = tmp_path / "file", os.write, [0]

    def write(handle: int, data: bytes) -> int:
        if not room[0]:
            raise OSError(28, "No space left on device")
        took = own(handle, data[: room[0]])
        room[0] -= took
        return took

    monkeypatch.setattr(os, "write", write)
    with opened(path) as file:
        room[0] = FIRST + FRAME + 100
        with pytest.raises(OSError, match="No space"):
            file.append(bytes(2 * FRAME))
        assert file.size == FRAME
        assert path.stat().st_size == FIRST + FRAME
        room[0] = 1 << 20
        file.append(b"more")

    assert whole(path) == bytes(FRAME) + b"more"
    assert path.read_bytes().count(MAGIC) == 2


def test_a_changed_key_opens_what_was_sealed_before_and_seals_what_follows(tmp_path: Path) -> None:
    path = written(tmp_path / "file", b"old ")
    with opened(path, NEXT) as file:
        file.append(b"new")

    assert whole(path, NEXT) == b"old new"
    assert key_id(bytes(32)) in path.read_bytes()
    with pytest.raises(KeyMissing, match="is not there"):
        whole(path)


def test_without_its_key_or_under_another_name_nothing_is_read_and_nothing_is_lost(
    tmp_path: Path,
) -> None:
    path = written(tmp_path / "file", bytes(2 * FRAME))
    before = path.read_bytes()
    with pytest.raises(KeyMissing, match="is not there"):
        whole(path, OTHER)
    with pytest.raises(Damaged, match="changed or cut"):
        whole(path, RING, "b2/audio")

    assert path.read_bytes() == before


@pytest.mark.parametrize("at", [9, 20, 33, HEADER + 1, HEADER + 9, -1], ids=str)
def test_what_was_changed_is_noticed(tmp_path: Path, at: int) -> None:
    path = written(tmp_path / "file", b"first", b"second")
    with path.open("a+b", buffering=0) as handle:
        file = Framed(handle, "a1/audio", RING)
        data = bytearray(path.read_bytes())
        data[at] ^= 1
        path.write_bytes(data)
        with pytest.raises((Damaged, KeyMissing)):
            file.read(0, 11)


def test_runs_cannot_change_places(tmp_path: Path) -> None:
    path = written(tmp_path / "file", b"12345")
    first = path.read_bytes()
    second = written(path, b"abcde").read_bytes()[len(first) :]
    path.write_bytes(second + first)

    assert whole(path) == b""


def test_without_keys_it_is_in_the_clear(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with opened(path, None) as file:
        file.append(b"plain")
        assert isinstance(file, Clear)
        assert file.read(2, 9) == b"ain"
    with path.open("rb") as bare, written(tmp_path / "other", b"x").open("rb") as shut:
        assert (is_sealed(bare), is_sealed(shut)) == (False, True)

    assert path.read_bytes() == b"plain"


@pytest.mark.parametrize("ring", [RING, None], ids=["sealed", "in the clear"])
def test_two_threads_that_write_at_once_write_in_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ring: KeyRing | None
) -> None:
    path, own, both = tmp_path / "file", os.write, threading.Barrier(2, timeout=0.05)

    def write(handle: int, data: bytes) -> int:
        try:
            both.wait()  # nobody else may come here meanwhile
        except threading.BrokenBarrierError:
            both.reset()
        return own(handle, bytes(data[: len(data) // 2 + 1]))

    with opened(path, ring) as file:
        file.append(b"first ")
        monkeypatch.setattr(os, "write", write)
        threads = [threading.Thread(target=file.append, args=(text,)) for text in (b"aa ", b"bb ")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert whole(path, ring) in {b"first aa bb ", b"first bb aa "}


def test_what_follows_a_changed_frame_is_put_aside_and_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = written(tmp_path / "file", b"first", b"second", b"third")
    data = bytearray(path.read_bytes())
    data[FIRST + 5 + 6] ^= 1
    path.write_bytes(data)
    with caplog.at_level(logging.WARNING):
        written(path, b"fourth")

    assert whole(path) == b"firstfourth"
    assert (tmp_path / "file.cut").read_bytes() == data[FIRST + 5 :]
    assert (tmp_path / "file.cut").stat().st_mode & 0o777 == 0o600
    assert [record.getMessage() for record in caplog.records] == [
        "sealed file is damaged; what follows was put aside"
    ]


def test_what_a_crash_cut_is_not_put_aside(tmp_path: Path) -> None:
    path = written(tmp_path / "file", b"first", bytes(1_000))
    path.write_bytes(path.read_bytes()[:-1])
    written(path, bytes(1_000))
    path.write_bytes(path.read_bytes()[:-1])

    assert whole(path) == b"first"
    assert [one.name for one in tmp_path.iterdir()] == ["file"]
