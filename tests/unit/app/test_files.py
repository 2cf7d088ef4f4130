import errno
import os
from dataclasses import replace
from pathlib import Path

import pytest

from fakes import recording
from huiting.app.files import LONGEST, replace_file, results_name
from huiting.core.errors import ConfigError


@pytest.mark.parametrize(
    ("path", "stem"),
    [
        pytest.param("day/8001_in.wav", "8001_in", id="plain"),
        pytest.param("day/通话😀.wav", "通话😀", id="Chinese and emoji"),
        pytest.param("a\nb\tc?.wav", "a_b_c_", id="what breaks a line or a shell"),
        pytest.param("bad\udcff.wav", "bad_", id="not UTF-8"),
        pytest.param("", "recording", id="no name"),
        pytest.param(".wav", ".wav".strip("."), id="hidden"),
    ],
)
def test_results_are_named_after_the_recording(path: str, stem: str) -> None:
    assert results_name(replace(recording(), path=path)) == f"{stem}-abababab"


def test_a_long_name_is_cut_between_characters() -> None:
    name = results_name(replace(recording(), path="慧" * 200 + ".wav"))

    assert len(name.encode()) <= LONGEST + 9
    assert name.startswith("慧")


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    target = tmp_path / "x.json"
    replace_file(target, b"old")
    replace_file(target, b"new")

    assert target.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [target]


def test_results_are_for_whom_the_umask_says(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        replace_file(tmp_path / "x.json", b"said")
    finally:
        os.umask(before)

    assert (tmp_path / "x.json").stat().st_mode & 0o777 == 0o600


def test_a_file_that_is_right_already_is_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "x.json"
    replace_file(target, b"same")
    before = target.stat()
    replace_file(target, b"same")

    assert target.stat() == before


def test_a_full_disk_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "x.json"
    replace_file(target, b"old")

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ConfigError, match="No space left on device; free space"):
        replace_file(target, b"new")

    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_that_is_gone_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be written"):
        replace_file(tmp_path / "gone" / "x", b"")
