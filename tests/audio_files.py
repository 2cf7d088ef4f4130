"""Recordings made up in a line each, in every format that can be written here."""

import io
import struct
from fractions import Fraction
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

PCM, FLOAT, ALAW, MULAW, GSM = 1, 3, 6, 7, 49


def tone(
    seconds: float = 1.0, rate: int = 8000, hz: float = 440, level: float = 0.25
) -> NDArray[np.float32]:
    """Return a steady tone, shape (n,)."""
    t = np.arange(round(seconds * rate)) / rate
    return (level * np.sin(2 * np.pi * hz * t)).astype(np.float32)


def syllables(
    seconds: float, rate: int = 16_000, seed: int = 0, level: float = -20.0
) -> NDArray[np.float32]:
    """Return noise that comes and goes four times a second as speech does; RMS in dBFS."""
    rng = np.random.default_rng(seed)
    n = round(seconds * rate)
    noise = np.convolve(rng.standard_normal(n), np.hanning(9), mode="same")
    knots = rng.uniform(0.05, 1.0, max(2, round(seconds * 8))) ** 2
    noise *= np.interp(np.linspace(0, len(knots) - 1, n), np.arange(len(knots)), knots)
    loud: NDArray[np.float64] = noise * 10 ** (level / 20) / np.sqrt(np.square(noise).mean())
    return loud.astype(np.float32)


def clicks(seconds: float, rate: int, at: tuple[float, ...]) -> NDArray[np.float32]:
    """Return short loud bursts that begin at the given seconds, over a faint noise."""
    rng = np.random.default_rng(1)
    samples = 0.0005 * rng.standard_normal(round(seconds * rate))
    for begin in at:
        size = round(0.03 * rate)
        start = round(begin * rate)
        samples[start : start + size] += 0.5 * np.sin(2 * np.pi * 1000 * np.arange(size) / rate)
    return samples.astype(np.float32)


def int16(samples: NDArray[np.float32]) -> bytes:
    """Return interleaved little-endian samples; shape (n,) or (channels, n)."""
    frames = np.atleast_2d(samples).T
    return np.clip(np.rint(frames * 32767), -32768, 32767).astype("<i2").tobytes()


def wav(
    data: bytes,
    *,
    rate: int = 8000,
    channels: int = 1,
    bits: int = 16,
    tag: int = PCM,
    claimed: int | None = None,
    tail: bytes = b"",
) -> bytes:
    """Return a WAV file around `data`; `claimed` bytes in the header instead of the true ones."""
    block = 65 if tag == GSM else channels * bits // 8
    a_second = rate * 65 // 320 if tag == GSM else rate * block
    form = struct.pack("<HHIIHH", tag, channels, rate, a_second, block, bits)
    form += struct.pack("<HH", 2, 320) if tag == GSM else b""
    size = len(data) if claimed is None else claimed
    head = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", size)
    return b"RIFF" + struct.pack("<I", (len(head) + size) & 0xFFFFFFFF) + head + data + tail


def encoded(container: str, codec: str, samples: NDArray[np.float32], rate: int) -> bytes:
    """Return `samples`, shape (n,) or (channels, n), written by FFmpeg."""
    frames = np.atleast_2d(samples)
    layout = {1: "mono", 2: "stereo"}.get(len(frames), f"{len(frames)}C")
    target = io.BytesIO()
    with av.open(target, mode="w", format=container) as file:
        options = {"strict": "experimental"}
        stream: Any = file.add_stream(codec, rate=rate, layout=layout, options=options)
        context = stream.codec_context
        if codec in ("wmav2", "wmav1"):
            stream.bit_rate = 48_000
        if codec == "g723_1":
            stream.bit_rate = 6_300
        context.open()
        source = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(frames.T).reshape(1, -1), format="flt", layout=layout
        )
        source.rate, source.pts, source.time_base = rate, 0, Fraction(1, rate)
        size = context.frame_size or 1024
        resampler = av.AudioResampler(context.format, layout, rate, frame_size=size)
        for frame in [*resampler.resample(source), *resampler.resample(None), None]:
            for packet in stream.encode(frame):
                file.mux(packet)
    return target.getvalue()


def gsm_frames(seconds: float, seed: int = 0) -> bytes:
    """Return GSM 6.10 frames of noise as WAV packs them: two in 65 bytes, 40 ms."""
    return np.random.default_rng(seed).bytes(65 * round(seconds / 0.04))


def amr_wb(seconds: float, seed: int = 0) -> bytes:
    """Return an AMR-WB file of noise: frames of 6.60 kbit/s, 18 bytes for 20 ms."""
    rng = np.random.default_rng(seed)
    frames = b"".join(b"\x04" + rng.bytes(17) for _ in range(round(seconds / 0.02)))
    return b"#!AMR-WB\n" + frames


def filmed(
    container: str, codec: str, samples: NDArray[np.float32], rate: int, *, late: float = 0.0
) -> bytes:
    """Return a film of 3 s with mono `samples` that begin `late` seconds after the picture."""
    target = io.BytesIO()
    with av.open(target, mode="w", format=container) as file:
        picture: Any = file.add_stream("mpeg4", rate=10)
        picture.width, picture.height, picture.pix_fmt = 64, 64, "yuv420p"
        sound: Any = file.add_stream(codec, rate=rate, layout="mono")
        sound.codec_context.open()
        for i in range(30):
            grey = np.full((64, 64, 3), 8 * i, np.uint8)
            image = av.VideoFrame.from_ndarray(grey, format="rgb24")
            image.pts = i
            file.mux(picture.encode(image))
        file.mux(picture.encode(None))
        source = av.AudioFrame.from_ndarray(samples[None], format="flt", layout="mono")
        source.rate, source.pts, source.time_base = rate, round(late * rate), Fraction(1, rate)
        context = sound.codec_context
        size = context.frame_size or 1024
        resampler = av.AudioResampler(context.format, "mono", rate, frame_size=size)
        for frame in [*resampler.resample(source), *resampler.resample(None), None]:
            file.mux(sound.encode(frame))
    return target.getvalue()
