"""Archives of strangers: tricks in names, bombs, locks, damage."""

import io
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

import pytest

from huiting.core.errors import HuitingError, InputError, UndecodableAudio
from huiting.service.troubles import TooLarge
from huiting.service.unpacking import Budget, is_archive, unpack


@dataclass
class Taken:
    """What came out."""

    files: dict[str, bytes] = field(default_factory=dict)
    refused: dict[str, HuitingError] = field(default_factory=dict)

    def take(self, stream: BinaryIO, name: str) -> None:
        self.files[name] = b"".join(iter(lambda: stream.read(1 << 16), b""))
        if not self.files[name]:
            raise UndecodableAudio(name, "empty", "send another")

    def refuse(self, name: str, error: HuitingError) -> None:
        self.refused[name] = error


def packed(*files: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files:
            archive.writestr(name, content)
    out.seek(0)
    return out


def test_recordings_are_handed_out_and_the_rest_is_told() -> None:
    taken = Taken()
    file = packed(
        ("day/", b""), ("day/a.WAV", b"a"), ("list.csv", b"x"), ("day/.b.wav", b"x"),
        ("__MACOSX/a.wav", b"x"), ("empty.wav", b""), ("inner.zip", b"PK"),
    )  # fmt: skip
    unpack(file, taken.take, taken.refuse)

    assert {name: content for name, content in taken.files.items() if content} == {
        "day/a.WAV": b"a"
    }
    assert sorted(taken.refused) == ["empty.wav", "inner.zip", "list.csv"]


@pytest.mark.parametrize(
    "name", ["../a.wav", "day/../../a.wav", "/etc/a.wav", "..\\a.wav", "C:\\a.wav", "\\a.wav"]
)
def test_paths_that_lead_out_are_refused(name: str) -> None:
    taken = Taken()
    unpack(packed((name, b"a")), taken.take, taken.refuse)

    assert taken.files == {}
    assert "leads out" in str(next(iter(taken.refused.values())))


def test_a_bomb_is_refused_by_what_comes_out() -> None:
    taken = Taken()
    unpack(
        packed(("bomb.wav", b"\0" * 5_000_000), ("a.wav", b"a")), taken.take, taken.refuse,
        Budget(ratio=10),
    )  # fmt: skip

    assert isinstance(taken.refused["bomb.wav"], TooLarge)
    assert taken.files == {"a.wav": b"a"}


def test_a_bomb_that_lies_about_its_size_is_refused() -> None:
    content = bytearray(packed(("bomb.wav", b"\0" * 5_000_000)).getvalue())
    entry = content.rindex(b"PK\x01\x02")
    content[entry + 24 : entry + 28] = struct.pack("<I", 10)  # it says 10 bytes
    taken = Taken()
    unpack(io.BytesIO(bytes(content)), taken.take, taken.refuse)

    assert taken.files.get("bomb.wav", b"") in (b"", b"\0" * 10)
    assert "bomb.wav" in taken.refused or len(taken.files["bomb.wav"]) == 10


def test_all_together_are_bounded() -> None:
    taken = Taken()
    file = packed(*((f"{n}.wav", bytes([n]) * 1000) for n in range(9)), method=zipfile.ZIP_STORED)

    with pytest.raises(TooLarge):
        unpack(file, taken.take, taken.refuse, Budget(total=2500))

    assert len([c for c in taken.files.values() if len(c) == 1000]) == 2


def test_too_many_files_are_refused_before_the_first() -> None:
    taken = Taken()

    with pytest.raises(TooLarge):
        unpack(
            packed(*((f"{n}.wav", b"a") for n in range(4))), taken.take, taken.refuse,
            Budget(members=3),
        )  # fmt: skip

    assert taken.files == {}


def flipped() -> Iterator[tuple[str, bytes]]:
    whole = packed(("a.wav", b"sound" * 100), method=zipfile.ZIP_STORED).getvalue()
    at = whole.index(b"soundsound")
    yield "contents", whole[: at + 3] + b"X" + whole[at + 4 :]
    locked = bytearray(whole)
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[whole.index(mark) + place] |= 1
    yield "locked", bytes(locked)
    odd = bytearray(whole)
    for mark, place in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        odd[whole.index(mark) + place] = 97
    yield "odd", bytes(odd)


@pytest.mark.parametrize("content", [c for _, c in flipped()], ids=[n for n, _ in flipped()])
def test_what_cannot_be_unpacked_is_told(content: bytes) -> None:
    taken = Taken()
    unpack(io.BytesIO(content), taken.take, taken.refuse)

    assert list(taken.refused) == ["a.wav"]


def test_what_is_no_archive_is_refused() -> None:
    half = packed(("a.wav", b"sound")).getvalue()[:40]

    assert is_archive(io.BytesIO(half))
    assert not is_archive(io.BytesIO(b"RIFF"))
    with pytest.raises(InputError, match="cannot be read"):
        unpack(io.BytesIO(half), Taken().take, Taken().refuse)
