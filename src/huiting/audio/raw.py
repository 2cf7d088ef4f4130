"""Headerless telephone audio: what a file of bare samples cannot say about itself."""

from dataclasses import dataclass

from huiting.core.errors import InputError

SAMPLES = {
    "mulaw": "mulaw",
    "ulaw": "mulaw",
    "alaw": "alaw",
    "s8": "s8",
    "u8": "u8",
    "s16le": "s16le",
    "s16be": "s16be",
    "s24le": "s24le",
    "s32le": "s32le",
    "f32le": "f32le",
}
"""Names a user may write, to FFmpeg's; any rate and up to 8 channels."""

FRAMED = {"g722": 16_000, "g729": 8_000, "gsm": 8_000}
"""Codecs of one channel at one rate."""

BY_SUFFIX = {".g722": "g722", ".722": "g722", ".g729": "g729", ".gsm": "gsm"}
"""Files that have no header and yet tell their codec by their name."""

MOST_CHANNELS = 8
RATES = range(4_000, 384_001)
REMEDY = "write NAME:RATE:CHANNELS, such as mulaw:8000:2; names are " + ", ".join(
    [*SAMPLES, *FRAMED]
)


@dataclass(frozen=True, slots=True)
class RawFormat:
    """How to read bare samples."""

    name: str
    """FFmpeg's demuxer."""
    rate: int
    """Hz."""
    channels: int
    """Interleaved."""

    @classmethod
    def parse(cls, text: str) -> "RawFormat":
        """Read `NAME[:RATE[:CHANNELS]]`; 8000 Hz and one channel where not said.

        Raises:
            InputError: the name, the rate or the number of channels is none we know.
        """
        name, _, rest = text.strip().lower().partition(":")
        rate, _, channels = rest.partition(":")
        if name in FRAMED:
            return _framed(text, name, rate, channels)
        if name not in SAMPLES:
            raise InputError(f"raw format {text!r}", f"{name!r} is not known", REMEDY)
        return cls(
            SAMPLES[name],
            _number(text, rate or "8000", RATES, "rate"),
            _number(text, channels or "1", range(1, MOST_CHANNELS + 1), "number of channels"),
        )

    @property
    def options(self) -> dict[str, str]:
        """What FFmpeg's demuxer must be told."""
        if self.name in FRAMED:
            return {}
        return {"sample_rate": str(self.rate), "ch_layout": f"{self.channels}C"}


def _framed(text: str, name: str, rate: str, channels: str) -> RawFormat:
    if rate not in ("", str(FRAMED[name])) or channels not in ("", "1"):
        raise InputError(
            f"raw format {text!r}", f"{name} is one channel at {FRAMED[name]} Hz", f"write {name}"
        )
    return RawFormat(name, FRAMED[name], 1)


def _number(text: str, digits: str, allowed: range, what: str) -> int:
    if digits.isascii() and digits.isdigit() and int(digits) in allowed:
        return int(digits)
    raise InputError(
        f"raw format {text!r}",
        f"the {what} must be {allowed[0]} to {allowed[-1]}, not {digits!r}",
        REMEDY,
    )
