"""Dialogue to bytes and back, quickly: kept beside the analysis it was made of.

A version byte, then msgpack compressed with zlib. The time of the call stands beside the
dialogue as text: msgpack knows instants only, and rules ask for the hour on the call's own
clock. It is a copy that can be made again,
so bytes of another version, or damaged ones, are simply no dialogue.
"""

import zlib
from dataclasses import replace
from datetime import datetime

import msgspec

from huiting.core.dialogue import Dialogue
from huiting.store._fold import storable

VERSION = 2
"""To be raised when a field changes its meaning; one that is added needs a default."""
_HEAD = bytes([VERSION])
_LEVEL = 1
"""Of zlib: a third larger than the smallest, and quick."""
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(tuple[str | None, Dialogue])


def encode(dialogue: Dialogue) -> bytes:
    """Return the bytes of a dialogue; a name that UTF-8 cannot hold loses those characters."""
    began = dialogue.started_at.isoformat() if dialogue.started_at else None
    dialogue = replace(dialogue, started_at=None)
    try:
        body = _encoder.encode((began, dialogue))
    except UnicodeEncodeError:
        metadata = {storable(name): storable(value) for name, value in dialogue.metadata.items()}
        dialogue = replace(dialogue, name=storable(dialogue.name), metadata=metadata)
        body = _encoder.encode((began, dialogue))
    return _HEAD + zlib.compress(body, _LEVEL)


def decode(data: bytes | None) -> Dialogue | None:
    """Return the dialogue; None when there is none, or only one that is to be made again."""
    if not data or data[:1] != _HEAD:
        return None
    try:
        began, dialogue = _decoder.decode(zlib.decompress(data[1:]))
        return replace(dialogue, started_at=datetime.fromisoformat(began)) if began else dialogue
    except (zlib.error, msgspec.MsgspecError, ValueError):
        return None
