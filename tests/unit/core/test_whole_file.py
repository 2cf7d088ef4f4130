import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from huiting.core.whole_file import PRIVATE, PUBLIC, replacing


@pytest.fixture(autouse=True)
def _usual_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def rights(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize(
    ("umask", "asked", "given"),
    [
        pytest.param(0o022, PUBLIC, 0o644, id="usual"),
        pytest.param(0o077, PUBLIC, 0o600, id="for nobody else"),
        pytest.param(0o027, PUBLIC, 0o640, id="for a group"),
        pytest.param(0o022, PRIVATE, 0o600, id="private whatever the umask"),
    ],
)
def test_the_umask_says_who_may_read(tmp_path: Path, umask: int, asked: int, given: int) -> None:
    os.umask(umask)
    with replacing(tmp_path / "x", asked) as file:
        file.write(b"said")

    assert rights(tmp_path / "x") == given


def test_the_old_file_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "x"
    target.write_bytes(b"old")
    with replacing(target) as file:
        file.write(b"new")
        assert target.read_bytes() == b"old"

    assert target.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [target]


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "x"
    target.write_bytes(b"old")

    def interrupted() -> None:
        with replacing(target) as file:
            file.write(b"ne")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()

    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_long_name_can_be_replaced(tmp_path: Path) -> None:
    target = tmp_path / ("x" * 255)
    with replacing(target) as file:
        file.write(b"a")

    assert target.read_bytes() == b"a"
