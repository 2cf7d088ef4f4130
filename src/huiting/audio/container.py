"""Files to frames of samples, by FFmpeg: the only module that knows PyAV.

What is read is not to be trusted: only audio formats and decoders that telephony meets are
let in, none that names another file or address (playlists, concatenations), and a file can
neither be decoded for ever nor take the process with it. A packet that fails is counted
and left out.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import av
import numpy as np
from av.error import FFmpegError
from numpy.typing import NDArray

from huiting.audio.raw import BY_SUFFIX, MOST_CHANNELS, RATES, RawFormat
from huiting.audio.riff import data_chunk
from huiting.audio.source import Source
from huiting.core.errors import UndecodableAudio

FORMATS = (
    "wav,w64,mp3,aac,flac,ogg,matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,asf,amr,amrnb,amrwb,aiff,au,"
    "caf,mpegts,mpeg,avi,flv,wv,tta,voc"
)
DECODERS = (
    "aac,aac_latm,ac3,adpcm_ima_qt,adpcm_ima_wav,adpcm_ms,adpcm_swf,adpcm_yamaha,alac,"
    "amrnb,amrwb,eac3,flac,g722,g723_1,g726,g726le,g729,gsm,gsm_ms,ilbc,"
    "libopencore_amrnb,libopencore_amrwb,libopus,mp1,mp1float,mp2,mp2float,mp3,mp3float,"
    "opus,speex,truespeech,tta,vorbis,wavpack,wmalossless,wmapro,wmav1,wmav2,wmavoice,"
    "pcm_alaw,pcm_mulaw,pcm_s8,pcm_u8,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,"
    "pcm_s32be,pcm_f32le,pcm_f32be,pcm_f64le,pcm_f64be"
)
GUESSED = frozenset({"aac", "amr", "amrnb", "amrwb", "mpegts", "mpeg", *BY_SUFFIX.values()})
"""Formats whose files state no duration: FFmpeg reckons one from the bit rate."""
DELAYS = {
    "mp3": (frozenset({"mp3", "wav", "avi", "flv"}), 1105),
    "mp2": (frozenset({"mp3", "wav", "avi"}), 481),
    "aac": (frozenset({"aac", "flv", "mpegts"}), 1024),
}
"""Codec to the formats that do not tell its delay, and the usual one in samples.

Source:
    LAME's FAQ: 528 + 1 of any MP3 decoder and 576 of its encoder; ISO 11172-3 for layer 2;
    one frame for AAC-LC. Other encoders differ by up to some 60 ms at 16 kHz.
"""
OGG_PAGE = 66_000
"""Bytes that hold at least one beginning of an Ogg page; its flag 4 marks the end (RFC 3533)."""
FAILURES = 50
"""Failed reads in a row after which the rest of a file is given up."""
LONGEST_PACKET = 1.0
"""Seconds that a packet which does not decode is believed to have held."""
HEADROOM = 4.0
"""Times full scale that floating-point samples may reach."""
BUFFER = 1 << 17
PATIENCE = 10.0
"""Seconds FFmpeg may look for what a file holds."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """What one packet decoded to."""

    samples: NDArray[np.float32]
    """Shape (n, channels)."""
    rate: int
    """Hz."""
    start: float | None
    """Seconds by the container's clock; None when it keeps none."""


@dataclass(slots=True)
class AudioStream:
    """The audio of one open file; `frames` may be taken once."""

    codec: str
    origin: float | None
    """The container's clock where the recording begins; None for where its sound does."""
    claimed: float | None
    """Seconds, by the header; None when it says nothing."""
    states_duration: bool
    """Whether files of this format say how long they are."""
    byte_bound: bool
    """Whether the length follows from the number of bytes, whatever the header claims."""
    cut_off: bool
    """The file lacks the mark that its format sets at the end."""
    delay: int
    """Samples at the beginning that only the codec put there, and no header tells of."""
    _container: Any = field(repr=False)
    _stream: Any = field(repr=False)
    name: str
    packets: int = 0
    """Read so far."""
    damaged: int = 0
    """Packets and reads that failed so far."""
    complete: bool = False
    """Every packet that the file's index lists was read."""
    sought: bool = False
    """Frames are from somewhere in the middle: what the codec puts at the beginning is behind."""

    def go_to(self, clock: float) -> bool:
        """Have `frames` begin at a packet not after a time of the container's clock, in seconds.

        Returns:
            False where the format cannot do so; then nothing may be taken of this stream.
        """
        try:
            place = int(clock / self._stream.time_base)
            self._container.seek(place, stream=self._stream, backward=True)
        except (FFmpegError, ValueError, OverflowError):
            return False
        self.sought = True
        return True

    def frames(self) -> Iterator[Frame]:
        """Yield what can be decoded, in order; stops where the file does.

        Raises:
            UndecodableAudio: the samples have a form that cannot be, such as 40 channels.
        """
        last: Frame | None = None
        skip = 0 if self.sought else self.delay
        for packet in self._demux():
            decoded = self._decode(packet)
            for frame in self._checked(decoded) if decoded is not None else _lost(packet, last):
                last = frame
                skipped, skip = min(skip, len(frame.samples)), max(0, skip - len(frame.samples))
                if skipped < len(frame.samples):
                    yield _moved(frame, skipped, self.delay)
        listed = self._stream.frames
        self.complete = bool(listed) and self.packets >= listed - 1

    def _demux(self) -> Iterator[Any]:
        failures = 0
        packets = self._container.demux(self._stream)
        while failures < FAILURES:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except (FFmpegError, IndexError):  # IndexError: a stream that appears midway
                failures += 1
                self.damaged += 1
                packets = self._container.demux(self._stream)  # the old one is spent
            else:
                failures = 0
                self.packets += bool(packet.size)
                yield packet

    def _decode(self, packet: Any) -> list[Any] | None:  # noqa: ANN401  (PyAV's frames)
        try:
            return list(packet.decode())
        except EOFError:  # the flush of a decoder that was flushed
            return []
        except (FFmpegError, ValueError, MemoryError):
            self.damaged += 1
            return None

    def _checked(self, frames: Iterable[Any]) -> Iterator[Frame]:
        for frame in frames:
            channels, rate = frame.layout.nb_channels, frame.sample_rate
            if not 1 <= channels <= MOST_CHANNELS or rate not in RATES:
                self._refuse(channels, rate)
            elif frame.samples:
                start: float | None = frame.time
                try:
                    yield Frame(_samples(frame, channels), rate, start)
                except ValueError:  # 64-bit integers, which PyAV does not hand over
                    self.damaged += 1

    def _refuse(self, channels: int, rate: int) -> None:
        self.damaged += 1
        if self.packets <= self.damaged:  # else a broken packet among good ones
            raise UndecodableAudio(
                self.name,
                f"it claims {channels} channels at {rate} Hz",
                f"1 to {MOST_CHANNELS} channels at {RATES[0]} to {RATES[-1]} Hz can be read",
            )


def _moved(frame: Frame, first: int, delay: int) -> Frame:
    # All of the sound comes `delay` samples later than it was; timestamps follow it back.
    if not delay:
        return frame
    start = None if frame.start is None else frame.start + (first - delay) / frame.rate
    return Frame(frame.samples[first:], frame.rate, start)


def _lost(packet: Any, last: Frame | None) -> Iterator[Frame]:  # noqa: ANN401
    # What does not decode took its time all the same; words after it must not move.
    if last is None or not packet.duration or packet.time_base is None:
        return
    seconds = min(LONGEST_PACKET, float(packet.duration * packet.time_base))
    lost = np.zeros((max(0, round(seconds * last.rate)), last.samples.shape[1]), np.float32)
    yield Frame(lost, last.rate, None)


def _samples(frame: Any, channels: int) -> NDArray[np.float32]:  # noqa: ANN401
    array: NDArray[Any] = frame.to_ndarray()
    array = array.T if frame.format.is_planar else array.reshape(-1, channels)
    match array.dtype.kind, array.dtype.itemsize:
        case "u", 1:
            return (array.astype(np.float32) - np.float32(128)) / np.float32(128)
        case "i", size:
            return array.astype(np.float32) / np.float32(1 << (8 * size - 1))
    # A float file may hold anything, and one NaN would spread through every filter.
    finite: NDArray[Any] = np.clip(np.nan_to_num(array, nan=0.0), -HEADROOM, HEADROOM)
    return finite.astype(np.float32)


@contextmanager
def streaming(source: Source, raw: RawFormat | None) -> Iterator[AudioStream]:
    """Open the best audio stream of a file; close it whatever happens.

    Args:
        source: at its beginning.
        raw: how to read a file without a header; None for one that has a header.

    Raises:
        UndecodableAudio: FFmpeg does not know it, or it holds no audio that can be decoded.
    """
    with _container(source, raw) as container:
        stream = container.streams.best("audio")
        if stream is None:
            raise UndecodableAudio(
                source.name, "it holds no audio", "check that the right file was exported"
            )
        # FFmpeg names a codec that it has no decoder for, PyAV does not
        codec = stream.codec_context.name if stream.codec_context else "unknown"
        if codec not in DECODERS.split(","):
            raise UndecodableAudio(
                source.name, f"its codec {codec} is not read", "export it as WAV or MP3"
            )
        stream.thread_type = "NONE"  # calls are decoded side by side; threads would only wait
        yield _described(source, container, stream, raw)


@contextmanager
def _container(source: Source, raw: RawFormat | None) -> Iterator[Any]:
    container = _open(source, raw)
    try:
        yield container
    finally:
        container.close()


def _open(source: Source, raw: RawFormat | None) -> Any:  # noqa: ANN401
    told = raw or None
    safe = {"protocol_whitelist": "", "codec_whitelist": DECODERS}
    if told is None:
        head = source.head(12)
        try:
            return _av_open(
                source, None, {**safe, "format_whitelist": FORMATS, **_length_option(source)}
            )
        except (FFmpegError, ValueError) as error:
            if source.suffix not in BY_SUFFIX:
                raise _unknown(source, head) from error
            told = RawFormat.parse(BY_SUFFIX[source.suffix])
    source.seek(0)
    try:
        return _av_open(source, told.name, {**safe, **told.options})
    except (FFmpegError, ValueError) as error:
        raise UndecodableAudio(
            source.name, f"it cannot be read as {told.name}", "check the raw format"
        ) from error


def _length_option(source: Source) -> dict[str, str]:
    # A recorder that died leaves a length that was true minutes before the file's end.
    data = data_chunk(source, source.size)
    source.seek(0)
    if data is None or data.followed or data.unknown:
        return {}
    return {"ignore_length": "1"}


def _av_open(source: Source, name: str | None, options: dict[str, str]) -> Any:  # noqa: ANN401
    return av.open(
        source,
        mode="r",
        format=name,
        container_options=options,
        metadata_errors="replace",
        buffer_size=BUFFER,
        timeout=PATIENCE,
    )


def _unknown(source: Source, head: bytes) -> UndecodableAudio:
    if head[4:8] == b"ftyp":
        return UndecodableAudio(
            source.name,
            "its index is missing, as when a recording was cut off",
            "copy it again from the recorder",
        )
    return UndecodableAudio(
        source.name,
        "it is no audio file that we know",
        "if it is audio without a header say so (--raw mulaw:8000:2), else export it as WAV",
    )


def _described(
    source: Source,
    container: Any,  # noqa: ANN401
    stream: Any,  # noqa: ANN401
    raw: RawFormat | None,
) -> AudioStream:
    names = set(container.format.name.split(","))
    codec = stream.codec_context.name
    states = not (raw or names & GUESSED)
    return AudioStream(
        codec=codec,
        origin=_origin(container),
        claimed=_claimed(source, container, stream) if states else None,
        states_duration=states,
        cut_off="ogg" in names and not _ogg_ended(source),
        delay=_untold_delay(names, codec, container),
        byte_bound=codec.startswith(("pcm_", "adpcm_", "gsm", "g7")),
        _container=container,
        _stream=stream,
        name=source.name,
    )


def _untold_delay(names: set[str], codec: str, container: Any) -> int:  # noqa: ANN401
    for kind, (formats, samples) in DELAYS.items():
        # A start above zero is FFmpeg's sign that a header told it, and that it was skipped.
        told = names & {"mp3"} and container.start_time
        if codec.startswith(kind) and names & formats and not told:
            return samples
    return 0


def _ogg_ended(source: Source) -> bool:
    place = source.tell()
    source.seek(max(0, source.size - OGG_PAGE))
    data = source.read(OGG_PAGE)
    source.seek(place)
    page = data.rfind(b"OggS")
    return page >= 0 and data[page + 5 : page + 6] > b"\x03"


def _origin(container: Any) -> float | None:  # noqa: ANN401
    # In a video the sound may begin later than the picture; alone it is its own clock.
    if len(container.streams) < 2 or container.start_time is None:  # noqa: PLR2004
        return None
    return float(container.start_time / av.time_base)


def _claimed(source: Source, container: Any, stream: Any) -> float | None:  # noqa: ANN401
    known: float | None = None
    if stream.duration:
        known = float(stream.duration * stream.time_base)
    elif container.duration:
        known = container.duration / av.time_base
    place = source.tell()
    data = data_chunk(source, source.size)
    source.seek(place)
    if data is None or known is None:
        return known
    if data.unknown:
        return None
    return known * data.claimed / max(1, min(data.present, data.claimed))
