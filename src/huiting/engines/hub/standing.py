"""How the models of a folder stand, and taking one away. Opens no connection."""

import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from huiting.core.errors import ConfigError, ModelUnavailable
from huiting.engines import _stamp, _trust
from huiting.engines.catalogue import File, Model, Packaged, fault, known, locate, place
from huiting.engines.hub.shelf import SIDE, partial, side, weigh


class Standing(StrEnum):
    """How far a model is."""

    VERIFIED = "verified"
    """Every file is there, as it was when it was verified."""
    PARTIAL = "partial"
    """A pull was begun and can go on."""
    DAMAGED = "damaged"
    """Files are there, and some lack or were changed."""
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Shelved:
    """One model of the catalogue, as it stands here."""

    model: Model
    standing: Standing
    here: int
    """Bytes that it takes on this machine."""
    verified: datetime | None
    """When it was verified last; None when it is not, or comes with a package."""
    trusted: tuple[str, ...]
    """Files that were taken as they came."""


def stand(entry: Model, cache: Path) -> Shelved:
    """Look at a model without reading its bytes."""
    folder = cache / entry.name
    begun = partial(cache, entry.name)
    here = begun + weigh(folder)
    trusted = tuple(sorted(_trust.read(folder)))
    try:
        locate(entry, cache)
    except ModelUnavailable:
        standing = Standing.ABSENT
        if any(place(entry, file, cache).exists() for file in entry.files):
            standing = Standing.DAMAGED
        if begun:
            standing = Standing.PARTIAL
        return Shelved(entry, standing, here, None, trusted)
    return Shelved(entry, Standing.VERIFIED, here, _verified(folder), trusted)


def _verified(folder: Path) -> datetime | None:
    """Return when the note beside the files was written."""
    note = folder / _stamp.NAME
    return datetime.fromtimestamp(note.stat().st_mtime, UTC) if note.exists() else None


@dataclass(frozen=True, slots=True)
class Damage:
    """A file that is not what it was published as."""

    file: File
    reason: str


def verify(entry: Model, cache: Path) -> tuple[Damage, ...]:
    """Read every byte of an installed model; note anew when all are right.

    Models on a medium that cannot be written are verified all the same; only the note stays.

    Returns:
        The files that are wrong or lack; empty when the model is whole.
    """
    entry = known(entry, cache)
    found = tuple(
        Damage(file, reason)
        for file in entry.files
        if (reason := fault(file, place(entry, file, cache)))
    )
    ours = [file for file in entry.files if not isinstance(file.source, Packaged)]
    if not found and ours:
        with suppress(OSError):
            _note(entry, cache, ours)
    return found


def _note(entry: Model, cache: Path, files: Sequence[File]) -> None:
    folder = cache / entry.name
    with side(cache, entry.name, lambda: None) as work:
        notes = {f.name: _stamp.stamp(folder / f.name, f.sha256) for f in files}
        _stamp.write(folder, notes, work)
        if not any(work.iterdir()):
            work.rmdir()


def remove(entry: Model, cache: Path) -> int:
    """Take a model away, and what was begun of it.

    Returns:
        How many bytes are free now that were not.

    Raises:
        ConfigError: it comes with a package, or is not here.
        OSError: it cannot be removed.
    """
    if any(isinstance(file.source, Packaged) for file in entry.files):
        raise ConfigError(
            f"model {entry.name}", "comes with a package", "uninstall the package instead"
        )
    with side(cache, entry.name, lambda: None) as work:
        size = stand(entry, cache).here
        # First its name: whoever looks for it finds all of it or nothing.
        folder, gone = cache / entry.name, cache / SIDE / f"{entry.name}.gone"
        shutil.rmtree(gone, ignore_errors=True)
        if folder.exists():
            folder.replace(gone)
            shutil.rmtree(gone)
        shutil.rmtree(work)
    if not size:
        raise ConfigError(f"model {entry.name}", "is not here", "see `huiting models list`")
    return size
