"""Recordings copied from a folder to a bucket and back: each verified, none twice."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from huiting.core.errors import Unknown
from huiting.service.keeping.moving import Moved, copy_all
from huiting.vault.copies import Copies
from huiting.vault.errors import Away, VaultError
from huiting.vault.folder import Folder
from huiting.vault.place import Vault
from huiting.vault.remote import Remote
from huiting.vault.sealed import KeyRing, key_id
from s3_server import S3, s3_server

OLD, NEW = KeyRing((b"o" * 32,)), KeyRing((b"n" * 32, b"o" * 32))


@pytest.fixture(scope="module")
def server() -> Iterator[S3]:
    with s3_server() as made:
        yield made


@pytest.fixture
def remote(server: S3, tmp_path: Path) -> Remote:
    server.whole()
    return Remote(server.bucket(), Copies(tmp_path / "copies", 0), ring=NEW)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Four recordings, half of them sealed with an old key."""
    made = Folder(tmp_path / "recordings", ring=OLD)
    for number in range(4):
        place = made if number % 2 else Folder(made.root)
        place.take(io.BytesIO(content(number)))
    return made


def content(number: int) -> bytes:
    return bytes([number]) * 100_000


def contents(vault: Vault) -> set[bytes]:
    return {b"".join(vault.open(held.id)) for held in vault.ids()}


def silent(_share: float) -> None:
    pass


def test_all_are_copied_and_sealed_as_the_target_has_it(folder: Folder, remote: Remote) -> None:
    shares: list[float] = []
    done = copy_all(folder, remote, shares.append)

    assert done == Moved(4, 400_000, 0, ())
    assert contents(remote) == contents(folder) == {content(number) for number in range(4)}
    assert set(remote.seals()) == {key_id(NEW.current)}
    assert shares == sorted(shares)


def test_the_way_back(folder: Folder, remote: Remote, tmp_path: Path) -> None:
    copy_all(folder, remote, silent)
    back = Folder(tmp_path / "back")
    copy_all(remote, back, silent)

    assert contents(back) == contents(folder)
    assert set(back.seals()) == {b""}


def test_what_is_interrupted_goes_on(folder: Folder, remote: Remote, server: S3) -> None:
    def cut(share: float) -> None:
        server.line.down = share > 0.5

    with pytest.raises(Away):
        copy_all(folder, remote, cut)
    server.whole()
    before = len(list(remote.ids()))
    done = copy_all(folder, remote, silent)

    assert 0 < before < 4
    assert (done.copied, done.known) == (4 - before, before)
    assert contents(remote) == contents(folder)


def test_what_is_damaged_is_left_and_named(folder: Folder, remote: Remote) -> None:
    plain = next(path for path in folder.root.rglob("*") if len(path.name) == 64)
    sealed = next(folder.root.rglob("*.sealed"))
    plain.write_bytes(b"another sound")
    sealed.write_bytes(sealed.read_bytes()[:-1])
    done = copy_all(folder, remote, silent)

    assert set(done.damaged) == {plain.name, sealed.name.removesuffix(".sealed")}
    assert (done.copied, len(contents(remote))) == (2, 2)


def test_bytes_of_another_recording_take_that_one_from_nobody(
    folder: Folder, remote: Remote
) -> None:
    swapped, other = (path for path in folder.root.rglob("*") if len(path.name) == 64)
    swapped.write_bytes(other.read_bytes())
    remote.take(io.BytesIO(other.read_bytes()))
    done = copy_all(folder, remote, silent)

    assert done.damaged == (swapped.name,)
    assert remote.has(other.name)


def test_one_that_goes_meanwhile_is_no_trouble(folder: Folder, remote: Remote) -> None:
    last = max(held.id for held in folder.ids())

    def go(share: float) -> None:
        folder.remove(last)

    assert copy_all(folder, remote, go).copied == 3
    with pytest.raises(Unknown):
        remote.size(last)


def test_a_target_that_cannot_be_written_ends_it(folder: Folder, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(VaultError, match="Not a directory"):
        copy_all(folder, Folder(tmp_path / "file" / "vault"), silent)
