"""Bytes that pass through, and lie on the disk sealed."""

import os
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from huiting.vault.passing import Passing

DATA = random.Random(3).randbytes(300_000)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def passing(folder: Path) -> Iterator[Passing]:
    assert folder.is_dir()
    made = Passing(50_000)
    yield made
    made.close()


@pytest.mark.parametrize("size", [0, 1, 50_000, 50_001, 120_000, 300_000])
@pytest.mark.parametrize("step", [1_920, 70_000, -1], ids=["small", "large", "all at once"])
def test_what_was_written_is_read_once(passing: Passing, size: int, step: int) -> None:
    for at in range(0, size, 7_777):
        passing.write(DATA[at : min(size, at + 7_777)])
    pieces = list(iter(lambda: passing.read(step), b""))

    assert passing.size == size
    assert b"".join(pieces) == DATA[:size]


def test_on_the_disk_it_is_sealed_and_has_no_name(passing: Passing, folder: Path) -> None:
    for at in range(0, len(DATA), 10_000):
        passing.write(DATA[at : at + 10_000])
    [lies] = [
        path.read_bytes()
        for path in Path("/proc/self/fd").iterdir()
        if path.exists() and str(path.readlink()).startswith(str(folder))
    ]

    assert len(lies) > 200_000
    assert not any(DATA[at : at + 12] in lies for at in range(0, len(DATA) - 12, 50))
    assert list(folder.iterdir()) == []


def test_nothing_is_written_to_the_disk_before_it_must(passing: Passing, folder: Path) -> None:
    passing.write(DATA[:50_000])

    assert not any(
        os.path.realpath(path).startswith(str(folder)) for path in Path("/proc/self/fd").iterdir()
    )


def test_it_may_be_let_go_more_than_once(passing: Passing) -> None:
    passing.write(DATA)
    passing.close()
    passing.close()

    assert passing.read() == b""
