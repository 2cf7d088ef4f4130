"""Names of objects in a bucket of recordings: what each holds can be read off its name."""

from dataclasses import dataclass

from huiting.vault.bucket import Object
from huiting.vault.place import is_id
from huiting.vault.reading import SUFFIX

GOING = ".going"
"""Ends the name of a mark that a recording is just being discarded."""


@dataclass(frozen=True, slots=True)
class Form:
    """An object that holds a recording."""

    id: str
    key: bytes
    """Id of the key that it is sealed with; empty when it is plain."""
    object: Object


def name_of(recording: str, key: bytes = b"") -> str:
    """Return the name of the object of a recording that is sealed with a key, or plain."""
    end = f".{key.hex()}{SUFFIX}" if key else ""
    return f"{recording[:2]}/{recording[2:4]}/{recording}{end}"


def mark_of(recording: str) -> str:
    """Return the name of the mark that a recording is just being discarded."""
    return name_of(recording) + GOING


def base(name: str) -> str:
    """Return a name without its folders: that of a copy."""
    return name.rpartition("/")[2]


def form_in(found: Object) -> Form | None:
    """Return what an object holds; None when that is no recording."""
    named = _read(found.name)
    return None if named is None else Form(*named, found)


def is_ours(name: str) -> bool:
    """Tell whether an object of this name holds a recording."""
    return _read(name) is not None


def _read(name: str) -> tuple[str, bytes] | None:
    recording, _, rest = base(name).partition(".")
    try:
        key = bytes.fromhex(rest.removesuffix(SUFFIX)) if rest else b""
    except ValueError:
        return None
    ours = is_id(recording) and name == name_of(recording, key)
    return (recording, key) if ours else None
