"""A note beside verified files: their digests, and their size and time when they were read.

Reading 150 MB at every start only to compare a digest would cost more than loading
the model. A file that still has the size and the time that the note names is taken
as unchanged; `doctor` and `setup` read every byte.
"""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from huiting.engines._assembly import publish

NAME = "verified.json"


@dataclass(frozen=True, slots=True)
class Stamp:
    """What one file was when it was verified."""

    sha256: str
    size: int
    """Bytes."""
    modified: int
    """Nanoseconds, as the file system says, but for the parts of a second: a file that went
    through the image of a container has lost them."""


_notes = TypeAdapter(dict[str, Stamp])
_SECOND = 1_000_000_000


def stamp(path: Path, sha256: str) -> Stamp:
    """Describe a file whose digest was just found to be `sha256`."""
    seen = path.stat()
    return Stamp(sha256, seen.st_size, _whole(seen.st_mtime_ns))


def read(folder: Path) -> dict[str, Stamp]:
    """Return the note of a folder by file name; empty when there is none that can be read."""
    try:
        notes = _notes.validate_json((folder / NAME).read_bytes())
    except (OSError, ValidationError):
        return {}
    return {name: replace(note, modified=_whole(note.modified)) for name, note in notes.items()}


def write(folder: Path, notes: dict[str, Stamp], workplace: Path) -> None:
    """Leave the note in `folder`, whole or not at all.

    Args:
        folder: where the files lie.
        notes: by file name.
        workplace: a folder on the same file system, for the unfinished note.

    Raises:
        OSError: the folder cannot be written.
    """
    ready = workplace / NAME
    ready.write_text(json.dumps({name: asdict(note) for name, note in notes.items()}, indent=1))
    publish(ready, folder / NAME)


def _whole(nanoseconds: int) -> int:
    return nanoseconds // _SECOND * _SECOND
