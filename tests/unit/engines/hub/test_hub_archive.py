"""Tars that somebody made to do harm, and plain ones."""

import io
import tarfile
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from huiting.core.errors import InputError
from huiting.engines.hub import archive
from huiting.engines.hub.archive import members, safe
from small_hub import CONTENT, FOLDER, PACKERS, tarred


def read(path: Path) -> dict[str, bytes]:
    return {member.name: member.content.read() for member in members(path)}


def written(path: Path, *entries: tarfile.TarInfo) -> Path:
    with tarfile.open(path, "w") as tar:
        for entry in entries:
            tar.addfile(entry, io.BytesIO(b"x" * entry.size))
    return path


def entry(name: str, size: int = 1, **more: bytes | str) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size = size
    for key, value in more.items():
        setattr(info, key, value)
    return info


@pytest.mark.parametrize("kind", PACKERS)
def test_a_tar_is_read_however_it_is_packed_and_called(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "anything.dat"
    path.write_bytes(tarred(CONTENT, kind=kind))

    assert read(path) == {f"{FOLDER}/{name}": data for name, data in CONTENT.items()}


def test_folders_are_passed_over_and_a_leading_dot_is_left_out(tmp_path: Path) -> None:
    path = written(tmp_path / "a.tar", entry("./x", 0, type=tarfile.DIRTYPE), entry("./x/a", 3))

    assert read(path) == {"x/a": b"xxx"}


def test_members_may_be_left_unread(tmp_path: Path) -> None:
    path = tmp_path / "a.tar.bz2"
    path.write_bytes(tarred(CONTENT, kind="tar.bz2"))

    assert [member.size for member in members(path)] == [len(data) for data in CONTENT.values()]


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(entry("a", 0, type=tarfile.SYMTYPE, linkname="/etc/passwd"), id="a link"),
        pytest.param(entry("a", 0, type=tarfile.LNKTYPE, linkname="b"), id="a hard link"),
        pytest.param(entry("a", 0, type=tarfile.CHRTYPE), id="a device"),
        pytest.param(entry("a", 0, type=tarfile.FIFOTYPE), id="a pipe"),
        pytest.param(entry("/etc/cron.d/a"), id="an absolute name"),
        pytest.param(entry("../a"), id="a name that leads out"),
        pytest.param(entry("x/../../a"), id="a name that leads out by and by"),
        pytest.param(entry("c:\\a"), id="a name of Windows"),
        pytest.param(entry("a\nb"), id="a name of two lines"),
    ],
)
def test_what_is_no_plain_file_is_refused(bad: tarfile.TarInfo, tmp_path: Path) -> None:
    path = written(tmp_path / "a.tar", entry("good"), bad)
    found = members(path)

    assert next(found).name == "good"
    with pytest.raises(InputError, match="do not use this file"):
        next(found)


def test_a_file_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "a.tar", entry("a"), entry("./a"))

    with pytest.raises(InputError, match="is there twice"):
        read(path)


def test_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_MEMBERS", 2)
    path = written(tmp_path / "a.tar", entry("a"), entry("b"), entry("c"))

    with pytest.raises(InputError, match="more than 2 files"):
        read(path)


def test_more_bytes_than_any_model_has_are_refused_before_they_are_read(tmp_path: Path) -> None:
    huge = entry("a", 65 << 30)
    path = tmp_path / "a.tar"
    path.write_bytes(huge.tobuf(tarfile.GNU_FORMAT) + b"\0" * 1024)

    with pytest.raises(InputError, match="more than 64 GiB"):
        read(path)


def test_a_description_as_long_as_a_model_is_refused(tmp_path: Path) -> None:
    described = entry("a", 1 << 30, type=tarfile.XHDTYPE)
    path = tmp_path / "a.tar"
    path.write_bytes(described.tobuf(tarfile.USTAR_FORMAT) + b"\0" * 4096)

    with pytest.raises(InputError, match="too great a length"):
        read(path)


def cut(data: bytes) -> bytes:
    return data[: len(data) * 2 // 3]


def spoilt(data: bytes) -> bytes:
    return data[:200] + b"\xff" * 60 + data[260:]


@pytest.mark.parametrize("harm", [cut, spoilt], ids=["cut off", "spoilt"])
@pytest.mark.parametrize("kind", ["tar.gz", "tar.bz2", "tar.xz"])
def test_a_damaged_tar_is_an_error_in_words(
    kind: str, harm: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    path = tmp_path / "a.tar"
    path.write_bytes(harm(tarred({"a": Random(1).randbytes(50_000)}, kind=kind)))

    with pytest.raises(InputError, match=r"a\.tar: .*damaged"):
        read(path)


def test_what_is_no_tar_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    path.write_bytes(b"hello " * 200)

    with pytest.raises(InputError, match="no tar"):
        read(path)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("a/b.json", True, id="in a folder"),
        pytest.param("模型.bin", True, id="in any script"),
        pytest.param("", False, id="nothing"),
        pytest.param("a/./b", False, id="a dot"),
        pytest.param("..", False, id="out"),
    ],
)
def test_a_safe_name_stays_inside(name: str, *, expected: bool) -> None:
    assert safe(name) is expected
