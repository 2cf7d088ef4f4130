"""Copies on this machine: so many bytes, and none goes while somebody reads it."""

import fcntl
import os
import subprocess
import sys
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

import pytest

from huiting.vault.copies import INCOMING, Copies


@pytest.fixture
def copies(tmp_path: Path) -> Copies:
    return Copies(tmp_path / "copies", 30)


def keep(
    copies: Copies, name: str, content: bytes = b"0123456789", at: float | None = None
) -> Path:
    with copies.part() as part:
        part.write_bytes(content)
        with copies.keeping(name, part) as path:
            pass
    if at is not None:
        os.utime(path, (at, at))
    return path


def kept(copies: Copies) -> set[str]:
    return {path.name for path in copies.folder.iterdir() if path.is_file()}


def test_what_is_kept_is_found_again(copies: Copies) -> None:
    keep(copies, "a", b"sound")

    with copies.held("a") as path:
        assert path is not None
        assert path.read_bytes() == b"sound"
        assert path.stat().st_mode & 0o777 == 0o600
    with copies.held("b") as path:
        assert path is None
    assert list((copies.folder / INCOMING).iterdir()) == []


def test_what_was_not_read_for_longest_goes(copies: Copies) -> None:
    for at, name in enumerate("abc", 1000):
        keep(copies, name, at=at)
    with copies.held("a"):
        pass
    keep(copies, "d")

    assert kept(copies) == {"a", "c", "d"}


def test_one_that_is_too_large_is_kept_while_it_is_read(copies: Copies) -> None:
    keep(copies, "a", at=1000)
    with copies.part() as part:
        part.write_bytes(bytes(100))
        with copies.keeping("large", part) as path:
            assert path.stat().st_size == 100
    keep(copies, "b")

    assert kept(copies) == {"b"}


def test_what_somebody_reads_stays(copies: Copies) -> None:
    for at, name in enumerate("abc", 1000):
        keep(copies, name, at=at)
    with copies.held("a") as path:
        assert path is not None
        keep(copies, "d", bytes(25))
        assert path.read_bytes() == b"0123456789"
        assert kept(copies) == {"a", "d"}
        assert copies.sweep(unused=9e9, begun=0.0) == 1
        assert kept(copies) == {"a"}

    assert copies.sweep(unused=9e9, begun=0.0) == 1


def test_what_another_process_reads_stays_until_it_ends(copies: Copies) -> None:
    path = keep(copies, "a", at=1000)
    program = (
        "import sys\nfrom pathlib import Path\nfrom huiting.vault.copies import Copies\n"
        "with Copies(Path(sys.argv[1]), 30).held('a') as path:\n"
        "    print(path, flush=True)\n    sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(copies.folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline().strip() == str(path)
        assert copies.sweep(unused=9e9, begun=0.0) == 0
        reader.kill()
    assert copies.sweep(unused=9e9, begun=0.0) == 1


def test_one_that_is_there_is_not_replaced_under_its_readers(copies: Copies) -> None:
    first = keep(copies, "a").stat().st_ino

    assert keep(copies, "a").stat().st_ino == first


def test_one_that_is_removed_between_opening_and_locking_is_none(
    copies: Copies, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = keep(copies, "a")
    lock = fcntl.flock

    def late(file: BinaryIO, how: int) -> None:
        path.unlink(missing_ok=True)
        lock(file, how)

    monkeypatch.setattr(fcntl, "flock", late)
    with copies.held("a") as found:
        assert found is None


def test_one_that_is_evicted_before_it_can_be_given_is_kept_again(
    copies: Copies, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = os.link
    evicted: list[Path] = []

    def linked(part: Path, target: Path) -> None:
        link(part, target)
        if not evicted:
            evicted.append(target)
            target.unlink()

    monkeypatch.setattr(os, "link", linked)
    assert keep(copies, "a").read_bytes() == b"0123456789"
    assert len(evicted) == 1


def test_readers_and_evictions_at_a_time(copies: Copies) -> None:
    wrong: list[str] = []

    def use(number: int) -> None:
        for turn in range(60):
            name = f"{(number * 7 + turn) % 5}"
            with ExitStack() as stack:
                path = stack.enter_context(copies.held(name))
                if path is None:
                    part = stack.enter_context(copies.part())
                    part.write_bytes(name.encode() * 10)
                    path = stack.enter_context(copies.keeping(name, part))
                if path.read_bytes() != name.encode() * 10:
                    wrong.append(name)

    threads = [threading.Thread(target=use, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    keep(copies, "last")

    assert wrong == []
    assert sum(path.stat().st_size for path in copies.folder.glob("?*") if path.is_file()) <= 30


def test_copies_are_forgotten_by_how_their_names_begin(copies: Copies) -> None:
    for name in ("ab", "ab.sealed", "b"):
        keep(copies, name, b"x")

    assert copies.forget("ab") == 2
    assert kept(copies) == {"b"}
    assert Copies(copies.folder / "none", 0).forget("") == 0


def test_what_a_crash_left_is_swept(copies: Copies) -> None:
    assert copies.sweep(0.0, 0.0) == 0
    keep(copies, "a")
    for name, at in (("old", 1000), ("new", 2000)):
        path = copies.folder / INCOMING / name
        path.write_bytes(b"half")
        os.utime(path, (at, at))

    assert copies.sweep(unused=0.0, begun=1500) == 1
    assert [path.name for path in (copies.folder / INCOMING).iterdir()] == ["new"]
