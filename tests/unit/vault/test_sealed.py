"""Recordings encrypted at rest: nothing shows, any part can be read, any change is noticed."""

import base64
import os
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiting.core.errors import ConfigError
from huiting.vault.errors import Damaged, KeyMissing
from huiting.vault.sealed import HEADER, PIECE, TAG, KeyRing, Sealed, seal

RING = KeyRing((bytes(range(32)),))
OTHER = KeyRing((bytes(32),))
SIZES = [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 3 * PIECE + 5]


def sealed(plain: bytes, ring: KeyRing = RING, block: int = 10_000) -> bytes:
    file = BytesIO()
    seal((plain[at : at + block] for at in range(0, len(plain), block)), file, ring)
    return file.getvalue()


def opened(data: bytes, ring: KeyRing = RING) -> Sealed:
    return Sealed.open(BytesIO(data), "3fa9", ring)


@pytest.mark.parametrize("size", SIZES)
def test_what_is_sealed_is_read_again(size: int) -> None:
    plain = os.urandom(size)
    file = opened(sealed(plain))

    assert b"".join(file.read()) == plain
    assert file.size == size


@given(
    size=st.integers(0, 3 * PIECE),
    start=st.integers(0, 3 * PIECE),
    length=st.integers(0, 2 * PIECE),
)
def test_any_part_can_be_read(size: int, start: int, length: int) -> None:
    plain = (b"0123456789abcdef!" * (size // 17 + 1))[:size]

    assert b"".join(opened(sealed(plain)).read(start, length)) == plain[start : start + length]


def test_nothing_of_the_plain_text_shows_and_no_two_files_are_alike() -> None:
    plain = b"a number of six digits " * 10_000

    assert b"six digits" not in sealed(plain)
    assert sealed(plain) != sealed(plain)


@pytest.mark.parametrize(
    "at",
    [
        pytest.param(HEADER - 1, id="the header"),
        pytest.param(HEADER, id="the first piece"),
        pytest.param(HEADER + PIECE + TAG + 7, id="the second piece"),
        pytest.param(-1, id="the last tag"),
    ],
)
def test_a_changed_byte_is_noticed(at: int) -> None:
    data = bytearray(sealed(bytes(2 * PIECE + 9)))
    data[at] ^= 1

    with pytest.raises(Damaged):
        list(opened(bytes(data)).read())


def test_pieces_that_were_exchanged_are_noticed() -> None:
    data = sealed(os.urandom(2 * PIECE + 9))
    first, second = HEADER, HEADER + PIECE + TAG
    end = second + PIECE + TAG
    swapped = data[:first] + data[second:end] + data[first:second] + data[end:]

    with pytest.raises(Damaged):
        list(opened(swapped).read())


@pytest.mark.parametrize("left", [PIECE + TAG, 2 * (PIECE + TAG)])
def test_a_file_that_was_cut_off_between_pieces_is_noticed(left: int) -> None:
    data = sealed(bytes(2 * PIECE + 9))

    with pytest.raises(Damaged):
        list(opened(data[: HEADER + left]).read())


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"RIFF" + bytes(100), id="a recording"),
        pytest.param(sealed(b"")[:-1], id="cut off in its only tag"),
        pytest.param(sealed(bytes(PIECE + 1))[:-5], id="cut off in the last tag"),
    ],
)
def test_what_is_no_sealed_file_is_refused(data: bytes) -> None:
    with pytest.raises(Damaged, match="no whole sealed file"):
        opened(data)


def test_a_file_of_an_unknown_key_names_it() -> None:
    with pytest.raises(KeyMissing, match="sealed with key"):
        opened(sealed(b"hello"), OTHER)


def test_keys_change_and_old_files_stay_readable() -> None:
    both = KeyRing((OTHER.current, RING.current))
    old, new = opened(sealed(b"old"), both), opened(sealed(b"new", both), both)

    assert b"".join(old.read()) == b"old"
    assert b"".join(new.read()) == b"new"
    assert (old.current, new.current) == (False, True)


def test_a_key_file_has_a_key_a_line(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_bytes(b"\n".join(base64.b64encode(key) for key in (OTHER.current, RING.current)))

    assert KeyRing.read(file).keys == (OTHER.current, RING.current)
    assert "AAAA" not in repr(KeyRing.read(file))


@pytest.mark.parametrize("text", ["", "short", "c2hvcnQ=", "ä" * 44])
def test_what_is_no_key_is_refused(text: str, tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(text)

    with pytest.raises(ConfigError):
        KeyRing.read(file)


def test_a_key_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        KeyRing.read(tmp_path / "nothing")
