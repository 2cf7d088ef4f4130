"""What a backup says of itself: what is in it, and by which hashes that can be proved."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter, ValidationError

from huiting.core.errors import InputError

FORMAT = 1
NAME = "manifest.json"
SHARED = "recordings"
"""Folder of recordings beside the backups, shared by all of them; and in a whole backup."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A file of a backup."""

    name: str
    """In the backup, or in the folder beside it."""
    size: int
    """Bytes."""
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """All that is in a backup."""

    format: int
    huiting: str
    """Version that made it."""
    schema: str
    """Last migration of the database."""
    database: str
    """`sqlite` or `postgresql`."""
    at: datetime
    files: Sequence[Stored]
    recordings: Sequence[Stored]
    whole: bool
    """The recordings are in the file itself; else in the folder beside it."""
    missing: Sequence[str] = ()
    """Recordings that the database knows and whose bytes were not there."""


_adapter = TypeAdapter(Manifest)


def written(manifest: Manifest) -> bytes:
    """Return it as JSON."""
    return _adapter.dump_json(manifest, indent=1)


def read(text: bytes, name: str) -> Manifest:
    """Return what `written` wrote.

    Raises:
        InputError: it is none, or one of a later version.
    """
    try:
        found = _adapter.validate_json(text)
    except ValidationError as error:
        raise InputError(name, "no backup of ours", "give a file that backup wrote") from error
    if found.format > FORMAT:
        raise InputError(name, "made by a later version", "update Huiting")
    return found
