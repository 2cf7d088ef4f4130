"""Archives of strangers, handed in to the running service: bombs, tricks in names, nesting."""

import io
import struct
import zipfile
from pathlib import Path
from random import Random
from typing import Any

import pytest

from served import Served

URL = "/api/v1/recordings"


def packed(*files: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return out.getvalue()


def handed_in(served: Served, archive: bytes) -> dict[str, Any]:
    answer = served.web.post(URL, files={"files": ("calls.zip", archive)})
    assert answer.status_code == 202, answer.text
    found: dict[str, Any] = answer.json()
    return found


def kept(served: Served) -> list[Path]:
    """Return all recordings that the service keeps."""
    root = served.folder / "recordings"
    return [path for path in root.rglob("*") if path.is_file() and len(path.name) == 64]


def test_a_bomb_is_refused_and_leaves_nothing(served: Served) -> None:
    told = handed_in(served, packed(("bomb.wav", bytes(40 << 20)), ("a.wav", b"sound")))

    assert [one["name"] for one in told["refused"]] == ["bomb.wav"]
    assert [one["name"] for one in told["accepted"]] == ["a.wav"]
    assert len(kept(served)) == 1
    assert sum(path.stat().st_size for path in (served.folder / "recordings").rglob("*")) < 1 << 20


def test_many_small_bombs_are_one_large_one(served: Served) -> None:
    """Each becomes little enough; all together would fill the disk."""
    bombs = [(f"{n}.wav", bytes([n]) * (1 << 20)) for n in range(40)]
    told = handed_in(served, packed(*bombs))

    assert len(told["accepted"]) < 20
    assert "larger than it is" in told["refused"][-1]["trouble"]["reason"]


def test_an_archive_in_an_archive_is_not_opened(served: Served) -> None:
    inner = packed(("a.wav", bytes(1000)))
    told = handed_in(served, packed(("inner.zip", inner), ("again.wav", inner)))

    assert [one["name"] for one in told["refused"]] == ["inner.zip"]
    assert [one["name"] for one in told["accepted"]] == ["again.wav"]  # bytes, whatever they are
    assert [path.read_bytes() for path in kept(served)] == [inner]


def test_more_files_than_are_taken_are_refused_before_the_first(served: Served) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(10_001):
            archive.writestr(f"{number}.wav", b"a")
    told = handed_in(served, out.getvalue())

    assert told["accepted"] == []
    assert "more than 10000 files" in told["refused"][0]["trouble"]["reason"]


def test_a_list_of_files_without_end_is_not_read(served: Served) -> None:
    """An object for each of millions of entries would take all memory before they are counted."""
    entry = struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, *[0] * 16)
    entries = entry * 200_000
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 0, 0, len(entries), 0, 0)
    told = handed_in(served, b"PK\x05\x06" + entries + end)

    assert told["accepted"] == []
    assert "list of files is too long" in told["refused"][0]["trouble"]["reason"]


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/cron.d/a.wav",
        "a/../../../b.wav",
        "/etc/a.wav",
        "C:\\windows\\a.wav",
        "c:a.wav",
        "..\\..\\a.wav",
        "\\\\server\\share\\a.wav",
    ],
    ids=["up", "up-inside", "absolute", "drive", "drive-only", "backslashes", "share"],
)
def test_a_member_that_leads_out_is_not_taken(served: Served, name: str) -> None:
    told = handed_in(served, packed((name, b"sound")))

    assert told["accepted"] == []
    assert "leads out" in told["refused"][0]["trouble"]["reason"]
    assert "/" not in told["refused"][0]["name"]
    assert kept(served) == []


@pytest.mark.parametrize(
    "name",
    ["\u202egpj.wav", "a\u2066b.wav", "a\nb.wav", "x" * 4_000 + ".wav"],
    ids=["right-to-left", "isolate", "line-break", "long"],
)
def test_a_member_is_shown_by_a_name_on_one_line(served: Served, name: str) -> None:
    told = handed_in(served, packed((name, b"sound")))
    [one] = told["accepted"] or told["refused"]

    assert one["name"].isprintable()
    assert len(one["name"]) <= 255
    assert [path.name for path in kept(served)] in ([], [one.get("recording")])


def test_a_member_without_a_name_is_refused(served: Served) -> None:
    archive = packed(("a", b"sound")).replace(b"a", b"\0")  # its name ends before it begins
    told = handed_in(served, archive)

    assert told["accepted"] == []
    assert told["refused"][0]["name"] == "recording"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA], ids=["bzip2", "lzma"])
def test_what_becomes_any_size_at_once_is_not_unpacked(served: Served, method: int) -> None:
    """A kilobyte of bzip2 becomes gigabytes in one step, before anybody can count them."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr("a.wav", bytes(1 << 20))
    told = handed_in(served, out.getvalue())

    assert told["accepted"] == []
    assert "packed in a way" in told["refused"][0]["trouble"]["reason"]


def test_no_damage_stops_the_service(served: Served) -> None:
    whole = packed(("a.wav", b"sound" * 40), ("语.mp3", b"more" * 40))
    chance = Random(7)
    for _ in range(300):
        damaged = bytearray(whole)
        for _ in range(chance.randrange(1, 6)):
            damaged[chance.randrange(4, len(damaged))] = chance.randrange(256)
        answer = served.web.post(URL, files={"files": ("a.zip", bytes(damaged))})
        assert answer.status_code in (202, 413, 422), damaged.hex()
