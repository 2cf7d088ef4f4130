"""Names that strangers give, and storages that they name."""

from pathlib import Path

import pytest

from huiting.core.errors import InputError, Unknown
from huiting.service.fetching import Folder, Storages
from huiting.service.names import LONGEST, cleaned, inside
from huiting.service.recent import Recent


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("a.wav", "a.wav"), ("../../etc/passwd", "passwd"), ("C:\\calls\\a.wav", "a.wav"),
        ("a\nb\r.wav", "a_b_.wav"), ("", "recording"), ("..", "recording"), ("a/", "a"),
        ("\ud800.wav", "_.wav"), ("通话.wav", "通话.wav"),
        ("x" * 300 + ".wav", "x" * (LONGEST - 4) + ".wav"), ("x" * 300, "x" * LONGEST),
    ],
)  # fmt: skip
def test_a_name_is_one_line_without_folders(given: str, shown: str) -> None:
    assert cleaned(given) == shown


@pytest.mark.parametrize(
    "path", ["", "/a", "../a", "a/../b", "a//b", "./a", "a/", "a\\b", "a\nb", "a/.."]
)
def test_paths_that_leave_a_storage(path: str) -> None:
    with pytest.raises(InputError):
        inside(path)


def test_a_folder_of_links_and_devices(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "secret.wav").write_bytes(b"x")
    (tmp_path / "root" / "link.wav").symlink_to(tmp_path / "secret.wav")
    (tmp_path / "root" / "own.wav").write_bytes(b"a")
    (tmp_path / "root" / "alias.wav").symlink_to(tmp_path / "root" / "own.wav")
    folder = Folder(tmp_path / "root")

    with folder.open("own.wav") as file:
        assert file.read() == b"a"
    with folder.open("alias.wav") as file:
        assert file.read() == b"a"
    with pytest.raises(InputError, match="leads out"), folder.open("link.wav"):
        pass
    with pytest.raises(InputError, match="no ordinary file"), folder.open("."):
        pass
    with pytest.raises(Unknown), folder.open("nothing.wav"):
        pass


def test_addresses_of_no_storage(tmp_path: Path) -> None:
    storages = Storages({"pbx": Folder(tmp_path)})

    for address in ("http://127.0.0.1/a", "pbx://a", "other:a", f"{tmp_path.as_uri()}x/a"):
        with pytest.raises(Unknown, match="use one of these: pbx"):
            storages.find(address)
    with pytest.raises(Unknown, match="none is configured"):
        Storages({}).find("pbx:a")


def test_what_was_used_last_is_kept() -> None:
    recent: Recent[str, int] = Recent(2)
    made: list[str] = []

    def get(key: str) -> None:
        def make() -> int:
            made.append(key)
            return len(made)

        recent.get(key, make)

    for key in ("a", "b", "a", "c", "a", "b"):
        get(key)
    recent.clear()
    get("a")

    assert made == ["a", "b", "c", "b", "a"]
