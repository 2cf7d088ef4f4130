"""What is counted of one call: all that a report asks of it but its words in full.

Made once a call (see `telling`), kept, and put into columns with others (see `calls`).
"""

import zlib
from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b

import msgspec

from huiting.core.types import EmotionLabel
from huiting.insights._shown import BadMoment, Hearing, Moment, ToHear

VERSION = 1
"""To be raised when facts change their meaning, or what is told of a call does."""
MARK = "\x1f"
"""Between the parts of an entry: a field and its value, a rule and its verdict."""
PLAIN = (
    "angry", "sad", "happy", "fatal", "unsolved", "churn", "urgent",
    "duration", "silence-ratio", "longest-silence", "dead-air", "hold", "overlap-ratio", "turns",
    "talk-ratio", "rate", "response", "interruptions", "score",
)  # fmt: skip
"""Measures that are kept of every call, as `measures.measure` reads them."""
TALK = ("agent-talk", "customer-talk", "silence", "length")
"""Seconds, beside the measures."""
AGENT = "\x1e"
"""Name of the field that holds who took the call, whatever the metadata call it."""


class Scored(msgspec.Struct, frozen=True, array_like=True):
    """A score, as it is counted."""

    scorecard: str
    points: float | None
    most: float
    fatal: bool
    uncertain: bool


class Upset(msgspec.Struct, frozen=True, array_like=True):
    """What followed a time that the customer was upset."""

    answer: str
    softened: bool | None
    delay: float | None


class Shown(msgspec.Struct, frozen=True, array_like=True):
    """What may be shown of a call one by one."""

    moments: tuple[BadMoment, ...] = ()
    hearing: Hearing | None = None
    outbursts: tuple[Moment, ...] = ()
    unsure: tuple[ToHear, ...] = ()


class Facts(msgspec.Struct, frozen=True, array_like=True):
    """What is counted of a call; an absent number says nothing of it."""

    call: str
    day: int | None
    """By the call's own clock, as `date.toordinal`."""
    hour: int | None
    judged: bool
    owners: list[int]
    """What the metadata say, hashed: by it is told who may see the call."""
    fields: list[str]
    numbers: list[float | None]
    """`PLAIN`, then `TALK`."""
    verdicts: list[str]
    """Rule, verdict, name and severity."""
    scores: list[Scored]
    feelings: dict[EmotionLabel, int]
    """Lines of the customer, by how they sound."""
    traits: list[str]
    """Fields that are known, and fields with their values."""
    shared: list[str]
    """Target, field and value: told from one and the same line."""
    terms: list[str]
    upsets: list[Upset]
    trials: tuple[int, int, int, int]
    """Outbursts after a silence, outbursts, other moments after one, other moments."""
    gravity: float | None
    """Of the worst moment."""
    worth: tuple[bool, float] | None
    """See `_hearing`."""
    unsure: int
    """Verdicts that are uncertain."""
    shown: bytes
    """As `put_away` writes it: read of few calls only."""


_LEVEL = 1
"""Of zlib."""
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Facts)
_shown = msgspec.msgpack.Decoder(Shown)


def encode(facts: Facts) -> bytes:
    """Return the bytes of facts."""
    return zlib.compress(_encoder.encode(facts), _LEVEL)


def decode(body: bytes) -> Facts:
    """Return the facts that `encode` wrote."""
    return _decoder.decode(zlib.decompress(body))


def put_away(shown: Shown) -> bytes:
    """Return the bytes of what may be shown."""
    return zlib.compress(_encoder.encode(shown), _LEVEL)


def shown(body: bytes) -> Shown:
    """Return what `put_away` wrote."""
    return _shown.decode(zlib.decompress(body))


@lru_cache(100_000)
def _hash(name: str, value: str) -> int:
    entry = f"{name}{MARK}{value}".encode("utf-8", "replace")
    return int.from_bytes(blake2b(entry, digest_size=8).digest(), "big")


def owners(metadata: Mapping[str, str]) -> list[int]:
    """Return the entries of metadata as numbers; two are the same in one of 2^64 pairs."""
    return [_hash(name, value) for name, value in metadata.items()]
