"""Every place where recordings are kept makes the same promises, sealed or plain."""

import io
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from huiting.core.errors import InputError, Unknown
from huiting.vault.copies import Copies
from huiting.vault.errors import KeyMissing, VaultError
from huiting.vault.folder import Folder
from huiting.vault.place import Vault
from huiting.vault.remote import Remote
from huiting.vault.sealed import PIECE, KeyRing, key_id, sealed_size
from s3_server import S3

SOUND = b"unmistakable sound " * 20_000
ID = sha256(SOUND).hexdigest()
OLD, NEW = KeyRing((b"o" * 32,)), KeyRing((b"n" * 32, b"o" * 32))
RINGS = pytest.mark.parametrize("ring", [None, OLD], ids=["plain", "sealed"])
Make = Callable[[KeyRing | None], Vault]


@pytest.fixture(params=["folder", "bucket", "bucket without copies"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """Return what gives a place with some keys: the same one, each time."""
    if request.param == "folder":
        folder = Folder(tmp_path / "vault", largest=len(SOUND))
        return lambda ring: replace(folder, ring=ring)
    s3: S3 = request.getfixturevalue("s3")
    bucket = s3.bucket()
    room = 1 << 30 if request.param == "bucket" else 0

    def made(ring: KeyRing | None) -> Vault:
        return Remote(bucket, Copies(tmp_path / "copies", room), len(SOUND), ring)

    return made


def take(vault: Vault, content: bytes = SOUND) -> str:
    return vault.take(io.BytesIO(content)).id


@RINGS
def test_what_is_taken_can_be_read_whole(make: Make, ring: KeyRing | None) -> None:
    vault = make(ring)
    kept = vault.take(io.BytesIO(SOUND))

    assert (kept.id, kept.size) == (ID, len(SOUND))
    assert b"".join(vault.open(ID)) == SOUND
    assert vault.size(ID) == len(SOUND)
    assert vault.has(ID)
    with vault.plain(ID) as path:
        assert path.read_bytes() == SOUND


@RINGS
@pytest.mark.parametrize("start", [0, 1, PIECE - 1, PIECE, 3 * PIECE + 7, len(SOUND) - 1])
def test_any_stretch_can_be_read(make: Make, ring: KeyRing | None, start: int) -> None:
    vault = make(ring)
    take(vault)

    assert b"".join(vault.open(ID, start, 70_000)) == SOUND[start : start + 70_000]
    assert list(vault.open(ID, len(SOUND) + start, 10)) == []


@RINGS
def test_the_same_bytes_are_kept_once_by_many_at_a_time(make: Make, ring: KeyRing | None) -> None:
    vault = make(ring)
    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(lambda _: take(vault), range(6)))

    assert found == {ID}
    assert [held.id for held in vault.ids()] == [ID]
    assert b"".join(vault.open(ID)) == SOUND


@RINGS
def test_nothing_at_all_is_kept_too(make: Make, ring: KeyRing | None) -> None:
    vault = make(ring)
    empty = take(vault, b"")

    assert b"".join(vault.open(empty)) == b""
    assert vault.size(empty) == 0


@RINGS
def test_what_is_kept_can_be_listed(make: Make, ring: KeyRing | None) -> None:
    vault = make(ring)
    recordings = sorted(take(vault, bytes([number])) for number in range(3))

    held = list(vault.ids())
    assert [one.id for one in held] == recordings
    assert all(one.size == (sealed_size(1) if ring else 1) for one in held)
    assert all(abs(one.touched - time.time()) < 60 for one in held)
    assert list(vault.seals()) == [key_id(ring.current) if ring else b""] * 3


@RINGS
def test_bytes_as_they_lie_there(make: Make, ring: KeyRing | None) -> None:
    vault = make(ring)
    take(vault)

    with vault.raw(ID) as raw:
        content = raw.file.read()
    assert len(content) == raw.size
    assert (content == SOUND) == (ring is None)
    assert raw.key == (key_id(ring.current) if ring else b"")
    with pytest.raises(Unknown), vault.raw("0" * 64):
        raise AssertionError


@RINGS
def test_a_recording_that_is_removed_is_gone(make: Make, ring: KeyRing | None) -> None:
    vault = make(ring)
    take(vault)

    assert vault.remove(ID)
    assert not vault.remove(ID)
    assert not vault.has(ID)
    assert list(vault.ids()) == []
    for use in (vault.size, lambda recording: vault.plain(recording).__enter__()):
        with pytest.raises(Unknown, match="not kept here"):
            use(ID)


def test_more_bytes_than_are_taken_are_refused(make: Make) -> None:
    vault = make(None)
    with pytest.raises(InputError, match="more than 380000 bytes"):
        vault.take(io.BytesIO(SOUND + b"x"))

    assert list(vault.ids()) == []


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        pytest.param(ConnectionResetError(104, "gone"), VaultError, id="sender gone"),
        pytest.param(InputError("x", "too large", "cut it"), InputError, id="refused on the way"),
    ],
)
def test_of_a_stream_that_breaks_off_nothing_is_kept(
    make: Make, error: Exception, kind: type[Exception]
) -> None:
    vault = make(None)
    with pytest.raises(kind):
        vault.take(Failing(error))  # type: ignore[arg-type]

    assert list(vault.ids()) == []


class Failing(io.RawIOBase):
    """A stream that breaks off."""

    def __init__(self, error: Exception) -> None:
        self._error: Exception | None = error
        self._first = True

    def read(self, size: int = -1, /) -> bytes:
        if self._first:
            self._first = False
            return b"x" * 100
        assert self._error is not None
        raise self._error


@pytest.mark.parametrize(
    "name",
    [
        *("", ".", "..", "../../etc/passwd", ID.upper(), ID[:-1], ID + "\n", f"../{ID}", f"{ID}/"),
        *(f"{ID}.going", f"{ID}\x00", "*" * 64, "通" * 64),
    ],
)
def test_what_is_no_hash_names_nothing(make: Make, name: str) -> None:
    vault = make(None)
    take(vault)
    use: list[Callable[[str], object]] = [
        vault.remove, vault.has, vault.size, lambda n: vault.discard(n, 0.0),
        lambda n: list(vault.open(n)), lambda n: vault.plain(n).__enter__(),
        lambda n: vault.raw(n).__enter__(),
    ]  # fmt: skip
    for one in use:
        with pytest.raises(Unknown):
            one(name)
    assert vault.has(ID)


def test_what_was_handed_in_lately_is_not_discarded(make: Make) -> None:
    vault = make(None)
    take(vault)
    now = time.time()

    assert not vault.discard(ID, now - 60)
    assert vault.has(ID)
    assert vault.discard(ID, now + 60)
    assert not vault.discard(ID, now + 60)
    assert not vault.has(ID)


def test_what_was_taken_before_there_were_keys_is_read_and_then_sealed(make: Make) -> None:
    take(make(None))
    vault = make(OLD)
    assert b"".join(vault.open(ID)) == SOUND

    assert vault.reseal(ID)
    assert not vault.reseal(ID)
    assert list(vault.seals()) == [key_id(OLD.current)]
    assert b"".join(vault.open(ID)) == SOUND


def test_handing_in_again_seals_what_was_plain(make: Make) -> None:
    take(make(None))
    vault = make(OLD)
    take(vault)

    assert list(vault.seals()) == [key_id(OLD.current)]


def test_after_a_change_of_keys_the_old_one_is_needed_until_all_is_sealed_anew(make: Make) -> None:
    take(make(OLD))
    only_new = make(KeyRing(NEW.keys[:1]))
    with pytest.raises(KeyMissing):
        only_new.size(ID)

    assert make(NEW).reseal(ID)
    assert b"".join(only_new.open(ID)) == SOUND
    assert list(only_new.seals()) == [key_id(NEW.current)]


def test_without_keys_nothing_is_sealed_and_nothing_sealed_is_read(make: Make) -> None:
    take(make(OLD))
    vault = make(None)

    with pytest.raises(KeyMissing):
        vault.size(ID)
    with pytest.raises(Unknown, match="keys"):
        vault.reseal(ID)
    with pytest.raises(Unknown, match="not kept"):
        make(OLD).reseal("0" * 64)


def test_a_recording_whose_key_is_lost_is_replaced_by_what_is_handed_in_again(make: Make) -> None:
    take(make(OLD))
    other = make(KeyRing((b"x" * 32,)))
    take(other)

    assert b"".join(other.open(ID)) == SOUND


def test_removing_removes_every_form(make: Make) -> None:
    take(make(OLD))
    take(make(None))

    assert make(None).remove(ID)
    assert list(make(None).ids()) == []


def test_a_place_says_where_it_is_and_that_it_can_be_used(make: Make) -> None:
    vault = make(None)
    vault.check()

    assert vault.shown.startswith(("/", "s3://"))
    assert vault.sweep(time.time() - 60) == 0
