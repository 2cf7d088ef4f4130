"""Look into backups: is one whole, and make a new service of it. Changes nothing that is there."""

import hashlib
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from sqlalchemy import select

from huiting.core.errors import ConfigError, InputError, StoreError
from huiting.service.keeping.manifest import NAME, SHARED, Manifest, Stored, read
from huiting.store import Store
from huiting.store.dumping import NAMES, check, load
from huiting.store.schema import RecordingFileRow
from huiting.vault.folder import Folder
from huiting.vault.reading import SUFFIX

BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Verified:
    """What looking through a backup has shown."""

    manifest: Manifest
    size: int
    """Bytes that were read."""
    problems: Sequence[str]
    """None when all is there and as it was written."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a backup is restored to."""

    store: str
    """URL or path of a database that is not there yet."""
    recordings: Path
    """Folder of recordings."""
    files: Path | None = None
    """Folder for settings, rules and keys of the backup; None to leave them."""


def manifest_of(backup: Path) -> Manifest:
    """Return what a backup says of itself.

    Raises:
        InputError: it is no backup, or cannot be read.
    """
    with _opened(backup) as archive:
        return _manifest(archive, backup)


def verify(backup: Path, environment: Mapping[str, str]) -> Verified:
    """Look at every byte of a backup.

    Args:
        backup: the file.
        environment: of the programs that are run.

    Raises:
        InputError: it is no backup, or cannot be read.
        ConfigError: the database's programs are not installed.
    """
    problems: list[str] = []
    size = 0
    with _opened(backup) as archive, TemporaryDirectory(prefix=".verify-", dir=backup.parent) as at:
        manifest = _manifest(archive, backup)
        database = Path(at) / NAMES[manifest.database]
        for stored in manifest.files:
            target = database if stored.name == database.name else None
            problems += _differs(_member(archive, stored), stored, target)
            size += stored.size
        for stored in manifest.recordings:
            with _recording(archive, manifest, stored, backup) as source:
                problems += _differs(source, stored, None)
            size += stored.size
        if database.is_file():
            trouble = check(database, environment)
            problems += [] if trouble is None else [f"{database.name}: {trouble}"]
    return Verified(manifest, size, tuple(problems))


@dataclass(frozen=True, slots=True)
class Restored:
    """A backup that was restored."""

    manifest: Manifest
    calls: int
    missing: int
    """Recordings that the database knows and whose bytes are in no backup: they were removed
    while it was made."""


def restore(backup: Path, place: Place, environment: Mapping[str, str]) -> Restored:
    """Make a new database and a new folder of recordings of a backup.

    Args:
        backup: the file; every byte is checked on its way.
        place: where to.
        environment: of the programs that are run.

    Raises:
        InputError: it is no backup, or is of another kind of database.
        ConfigError: there is something in that place already.
        StoreError: the backup is damaged; what was written is not to be used.
    """
    if place.recordings.exists() and any(place.recordings.iterdir()):
        raise ConfigError(str(place.recordings), "there are recordings already", "name a new place")
    place.recordings.mkdir(parents=True, exist_ok=True)
    with (
        _opened(backup) as archive,
        TemporaryDirectory(prefix=".restore-", dir=place.recordings.parent) as at,
    ):
        manifest = _manifest(archive, backup)
        for stored in manifest.files:
            target = _target(stored, Path(at), place)
            if target is not None:
                _write(_member(archive, stored), stored, target)
        for stored in manifest.recordings:
            name = stored.name.rpartition("/")[2]
            recording = name.split(".")[0]
            kept = recording + (SUFFIX if name.endswith(SUFFIX) else "")
            target = place.recordings / recording[:2] / recording[2:4] / kept
            with _recording(archive, manifest, stored, backup) as source:
                _write(source, stored, target)
        load(Path(at) / NAMES[manifest.database], place.store, environment)
    vault = Folder(place.recordings)
    with Store.open(place.store) as store:
        with store.database.reading() as connection:
            known = list(connection.scalars(select(RecordingFileRow.id)))
        missing = sum(not vault.has(recording) for recording in known)
        return Restored(manifest, store.count(), missing)


def backups(folder: Path) -> list[tuple[Path, Manifest]]:
    """Return the backups in a folder, the newest first; what is none is passed over."""
    found = []
    for path in folder.glob("*.tar") if folder.is_dir() else ():
        try:
            found.append((path, manifest_of(path)))
        except InputError:
            continue
    return sorted(found, key=lambda one: one[1].at, reverse=True)


def prune(folder: Path, keep: int) -> tuple[int, int]:
    """Remove all but the newest backups of a folder, and recordings that none of these holds.

    Args:
        folder: of the backups.
        keep: how many stay, at least one.

    Returns:
        How many backups and how many recordings were removed.
    """
    found = backups(folder)
    old = found[max(1, keep) :]
    for path, _ in old:
        path.unlink(missing_ok=True)
    needed = {s.name for _, manifest in found[: max(1, keep)] for s in manifest.recordings}
    gone = 0
    for path in (folder / SHARED).glob("*/*") if found else ():
        if f"{path.parent.name}/{path.name}" not in needed:
            path.unlink(missing_ok=True)
            gone += 1
    return len(old), gone


@contextmanager
def _opened(backup: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(backup, mode="r:") as archive:
            yield archive
    except tarfile.TarError as error:
        raise InputError(str(backup), "no backup, or cut off", "give another file") from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(str(backup), reason, "give a file that can be read") from error


def _manifest(archive: tarfile.TarFile, backup: Path) -> Manifest:
    source = _member(archive, Stored(NAME, 0, ""))
    if source is None:
        raise InputError(str(backup), "no backup, or cut off", "give another file")
    return read(source.read(), str(backup))


def _member(archive: tarfile.TarFile, stored: Stored) -> BinaryIO | None:
    try:
        return archive.extractfile(stored.name)  # type: ignore[return-value]  # it reads bytes
    except KeyError:
        return None


@contextmanager
def _recording(
    archive: tarfile.TarFile, manifest: Manifest, stored: Stored, backup: Path
) -> Iterator[BinaryIO | None]:
    if manifest.whole:
        yield _member(archive, stored)
        return
    try:
        source = (backup.parent / SHARED / stored.name).open("rb")
    except FileNotFoundError:
        yield None
        return
    with source:
        yield source


def _differs(source: BinaryIO | None, stored: Stored, target: Path | None) -> list[str]:
    """Say what is wrong with a file, which is copied to the target if there is one."""
    if source is None:
        return [f"{stored.name}: missing"]
    seen = hashlib.sha256()
    with open(target or "/dev/null", "wb") as copy:  # noqa: PTH123  (one or the other)
        while block := source.read(BLOCK):
            seen.update(block)
            copy.write(block)
    return [] if seen.hexdigest() == stored.sha256 else [f"{stored.name}: changed"]


def _write(source: BinaryIO | None, stored: Stored, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    problems = _differs(source, stored, target)
    if problems:
        raise StoreError(problems[0], "the backup is damaged", "restore an earlier one")


def _target(stored: Stored, at: Path, place: Place) -> Path | None:
    """Return where a file of the archive goes; never out of its folder."""
    if stored.name in NAMES.values():
        return at / stored.name
    if place.files is None:
        return None
    return place.files / Path(stored.name).name
