"""Where models come together: a side folder for what is not whole, a name for what is.

A model gets its name when all of its files are there and verified; until then it lies in
`.pull` beside the models, where a pull that broke off goes on. One process works on a model
at a time.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from huiting.core.errors import ModelUnavailable
from huiting.engines import _stamp, _trust
from huiting.engines._assembly import publish
from huiting.engines._trust import Trusted
from huiting.engines.catalogue import File, Model, Packaged, fault, known

SIDE = ".pull"
SPARE = 64 << 20
"""Bytes that stay free beside what a model takes."""


@contextmanager
def side(cache: Path, name: str, waiting: Callable[[], None]) -> Iterator[Path]:
    """Give the folder in which a model comes together, to one process at a time.

    What lies in it from an earlier time stays, also when this one fails.

    Args:
        cache: the folder of all models; made when missing.
        name: of the model.
        waiting: called once when another process is at work on it.

    Raises:
        OSError: the folder cannot be made or written.
    """
    import fcntl

    folder = cache / SIDE
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(lock, fcntl.LOCK_EX)
        place = folder / name
        place.mkdir(exist_ok=True)
        yield place


def missing(entry: Model, cache: Path) -> tuple[File, ...]:
    """Return the files of a model that are not there, or not the published ones."""
    entry = known(entry, cache)
    return tuple(
        file
        for file in entry.files
        if not isinstance(file.source, Packaged) and fault(file, cache / entry.name / file.name)
    )


def partial(cache: Path, name: str) -> int:
    """Return how many bytes of a model wait for a pull to go on."""
    return weigh(cache / SIDE / name)


def weigh(folder: Path) -> int:
    """Return how many bytes lie below a folder that another process may be changing."""
    size = 0
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):
            size += path.stat().st_size if path.is_file() else 0
    return size


def check_room(cache: Path, needed: int) -> None:
    """Refuse what the disk has no room for, before it is begun.

    Raises:
        ModelUnavailable: there is less room.
        OSError: the folder cannot be made.
    """
    cache.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(cache).free
    if free < needed + SPARE:
        raise ModelUnavailable(
            f"model folder {cache}",
            f"{(needed + SPARE) / 1e6:.0f} MB are needed, {free / 1e6:.0f} MB are free",
            "make room, or name another folder with HUITING_MODELS",
        )


def put(
    entry: Model, cache: Path, place: Path, ready: Mapping[str, Path], came: Mapping[str, Trusted]
) -> Model:
    """Give a model its name: the last step, when every file is there and verified.

    Args:
        entry: the model.
        cache: the folder of all models.
        place: its side folder; gone afterwards.
        ready: the new files, by name, inside `place`; those not named are in the cache.
        came: what files without a published digest were, by name.

    Returns:
        The model, with every digest.

    Raises:
        OSError: the cache cannot be written; the model is not usable then, and its
            files are where they were, or in their place.
    """
    folder = cache / entry.name
    trusted = {**_trust.read(folder), **came}
    fresh = place / "whole"
    shutil.rmtree(fresh, ignore_errors=True)
    target = fresh if not folder.exists() else folder
    target.mkdir(exist_ok=True)
    for name, path in ready.items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        publish(path, target / name)
    if trusted:
        note = place / _trust.NAME
        note.write_text(_trust.text(trusted))
        publish(note, target / _trust.NAME)
    settled = _with(entry, trusted)
    stamps = {
        file.name: _stamp.stamp(target / file.name, file.sha256)
        for file in settled.files
        if not isinstance(file.source, Packaged)
    }
    _stamp.write(target, stamps, place)
    if target is fresh:
        publish(fresh, folder)
    shutil.rmtree(place)
    return settled


def _with(entry: Model, trusted: Mapping[str, Trusted]) -> Model:
    files = tuple(
        file
        if file.sha256
        else replace(file, size=trusted[file.name].size, sha256=trusted[file.name].sha256)
        for file in entry.files
    )
    return replace(entry, files=files)
