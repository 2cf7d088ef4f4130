"""A note beside files whose SHA-256 nobody published: what they were when they came first.

Trust on first use: from then on the file is held to this digest, as any other is to the
catalogue's. It proves that nothing changed since, not that the first one was right.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

NAME = "trusted.json"


@dataclass(frozen=True, slots=True)
class Trusted:
    """One file as it came first."""

    sha256: str
    size: int
    """Bytes."""
    source: str
    """Where it came from: a hub and repository, or a bundle."""


_notes = TypeAdapter(dict[str, Trusted])


def read(folder: Path) -> dict[str, Trusted]:
    """Return the note of a folder by file name; empty when there is none that can be read."""
    try:
        return _notes.validate_json((folder / NAME).read_bytes())
    except (OSError, ValidationError):
        return {}


def text(notes: dict[str, Trusted]) -> str:
    """Return the note as it is written."""
    return json.dumps({name: asdict(note) for name, note in sorted(notes.items())}, indent=1)
