import io
import struct

import pytest

from audio_files import wav
from huiting.audio.riff import DataChunk, data_chunk


def chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data


def found(data: bytes) -> DataChunk | None:
    return data_chunk(io.BytesIO(data), len(data))


def test_the_samples_are_found_behind_other_chunks() -> None:
    data = b"RIFF\0\0\0\0WAVE" + chunk(b"fact", b"abc") + b"\0" + chunk(b"data", bytes(10))

    assert found(data) == DataChunk(claimed=10, present=10, followed=True)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"OggS" + bytes(40), id="another format"),
        pytest.param(wav(b"")[:30], id="cut in the header"),
        pytest.param(b"RIFF\0\0\0\0WAVE" + chunk(b"junk", b"") * 80, id="chunks without end"),
    ],
)
def test_without_samples_there_is_nothing(data: bytes) -> None:
    assert found(data) is None


@pytest.mark.parametrize(
    ("tail", "followed"),
    [
        pytest.param(b"", True, id="end of file"),
        pytest.param(chunk(b"LIST", b"INFO"), True, id="a chunk"),
        pytest.param(bytes(range(200, 240)), False, id="more samples"),
        pytest.param(b"LIST\xff\xff\xff\x7f", False, id="a chunk that cannot be"),
    ],
)
def test_what_follows_the_claimed_bytes_is_judged(tail: bytes, *, followed: bool) -> None:
    answer = found(wav(bytes(20), tail=tail))

    assert answer is not None
    assert answer.followed is followed


@pytest.mark.parametrize(
    ("claimed", "unknown"),
    [(0, True), (20, False), (0xFFFFFFFF, True), (0x7FFFFFFF, True), (9000, False)],
)
def test_a_length_left_open_is_known(claimed: int, *, unknown: bool) -> None:
    answer = found(wav(bytes(20), claimed=claimed))

    assert answer is not None
    assert answer.unknown is unknown
