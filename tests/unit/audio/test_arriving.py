"""Audio as it arrives: the same samples however the bytes were cut."""

import numpy as np
import pytest
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from huiting.audio.arriving import Arriving, Encoding
from huiting.core.errors import InputError

PIECES = st.lists(st.integers(0, 700), max_size=30)


def arrived(arriving: Arriving, data: bytes, sizes: list[int]) -> list[NDArray[np.float32]]:
    found, at = [], 0
    for size in [*sizes, len(data)]:
        found.append(arriving.feed(data[at : at + size]))
        at += size
    found.append(arriving.finish())
    return [np.concatenate(rows) for rows in zip(*found, strict=True)]


@settings(max_examples=40)
@given(PIECES, st.sampled_from([8_000, 16_000, 44_100]), st.sampled_from(list(Encoding)))
def test_how_bytes_are_cut_does_not_show(sizes: list[int], rate: int, encoding: Encoding) -> None:
    data = np.random.default_rng(3).bytes(4_001)
    once = arrived(Arriving(rate, 2, encoding), data, [])
    pieces = arrived(Arriving(rate, 2, encoding), data, sizes)

    assert len(once) == 2
    for whole, made in zip(once, pieces, strict=True):
        assert len(whole) == len(made)
        np.testing.assert_allclose(whole, made, atol=1e-6)


@given(PIECES)
def test_channels_are_told_apart(sizes: list[int]) -> None:
    left = np.arange(-500, 500, dtype="<i2")
    data = np.stack((left, -left), axis=1).tobytes()
    rows = arrived(Arriving(16_000, 2, Encoding.PCM16), data, sizes)

    np.testing.assert_array_equal(rows[0] * 32768, left)
    np.testing.assert_array_equal(rows[1] * 32768, -left)


@pytest.mark.parametrize(
    ("encoding", "byte", "sample"),
    [
        pytest.param(Encoding.MULAW, 0xFF, 0, id="mu-law silence"),
        pytest.param(Encoding.MULAW, 0x80, 32124, id="mu-law loudest"),
        pytest.param(Encoding.MULAW, 0x00, -32124, id="mu-law lowest"),
        pytest.param(Encoding.MULAW, 0xF0, 120, id="mu-law end of the first chord"),
        pytest.param(Encoding.ALAW, 0xD5, 8, id="A-law silence"),
        pytest.param(Encoding.ALAW, 0xAA, 32256, id="A-law loudest"),
        pytest.param(Encoding.ALAW, 0x2A, -32256, id="A-law lowest"),
        pytest.param(Encoding.ALAW, 0xC5, 264, id="A-law second chord"),
    ],
)
def test_bytes_stand_for_the_samples_of_g711(encoding: Encoding, byte: int, sample: int) -> None:
    [row] = Arriving(16_000, 1, encoding).feed(bytes([byte]))

    assert (row * 32768).tolist() == [sample]


@pytest.mark.parametrize("codec", ["mulaw", "alaw"])
def test_every_byte_is_read_as_ffmpeg_reads_it(codec: str) -> None:
    import av

    data = bytes(range(256))
    context = av.CodecContext.create(f"pcm_{codec}", "r")
    context.sample_rate = 8_000  # type: ignore[attr-defined]
    context.layout = "mono"  # type: ignore[attr-defined]
    frames = context.decode(av.Packet(data))  # type: ignore[attr-defined]
    [row] = Arriving(16_000, 1, Encoding(codec)).feed(data)

    assert (row * 32768).tolist() == frames[0].to_ndarray().ravel().tolist()


def test_resampled_audio_is_as_long_as_it_was_and_as_it_would_be_at_once() -> None:
    tone = np.sin(2 * np.pi * 440 * np.arange(8_000) / 8_000) * 0.5
    data = (tone * 32767).astype("<i2").tobytes()
    [row] = arrived(Arriving(8_000, 1, Encoding.PCM16), data, [333] * 20)
    whole = soxr.resample(np.frombuffer(data, "<i2").astype(np.float32) / 32768, 8_000, 16_000)

    assert len(row) == 16_000
    np.testing.assert_allclose(row, whole, atol=1e-4)


@pytest.mark.parametrize(
    ("rate", "channels"),
    [
        pytest.param(0, 1, id="no rate"),
        pytest.param(96_000, 1, id="a rate of no telephone"),
        pytest.param(8_000, 0, id="no channel"),
        pytest.param(8_000, 9, id="too many channels"),
    ],
)
def test_what_cannot_be_is_refused(rate: int, channels: int) -> None:
    with pytest.raises(InputError):
        Arriving(rate, channels, Encoding.PCM16)
