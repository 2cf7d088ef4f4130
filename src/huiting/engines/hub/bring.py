"""Taking models out of what somebody brought: a bundle, any other tar, a folder.

A file is recognized by what is in it, whatever it is called. Only a file whose SHA-256 nobody
published goes by its name, and only in a model that was asked for by name.
"""

import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from huiting.core.errors import InputError
from huiting.engines._assembly import BLOCK, digest
from huiting.engines._trust import Trusted
from huiting.engines.catalogue import File, Model, Packaged
from huiting.engines.hub.archive import MOST_MEMBERS, Content, members
from huiting.engines.hub.download import MOST_UNKNOWN
from huiting.engines.hub.shelf import SIDE, check_room, missing, put, side
from huiting.engines.provision import Doing, Listen, Step, ignore, unwritable

WORK = "import"
"""What the side folder of an import is called; no model is."""


@dataclass(frozen=True, slots=True)
class Incomplete:
    """A model of which only a part was brought."""

    model: Model
    lacking: tuple[str, ...]
    """Names of the files that are neither there nor here."""


@dataclass(frozen=True, slots=True)
class Brought:
    """What `bring` did."""

    installed: tuple[Model, ...]
    present: tuple[str, ...]
    """Names of models that were brought, and here and right already."""
    incomplete: tuple[Incomplete, ...]
    trusted: tuple[str, ...] = ()
    """Files that were taken by their names, as `model/file`."""


@dataclass(slots=True)
class _Found:
    """The files that were recognized."""

    by_digest: dict[str, Path] = field(default_factory=dict)
    by_name: dict[tuple[str, str], "_Named"] = field(default_factory=dict)
    """Model and file."""

    def name(self, key: tuple[str, str], found: "_Named") -> None:
        """Take a file by its name; the one in fewer folders is meant.

        Raises:
            InputError: two files are called alike and are in as many folders.
        """
        known = self.by_name.get(key, found)
        if known.folders == found.folders and known.sha256 != found.sha256:
            raise InputError(
                "/".join(key), "there are two files that are called so", "bring only one of them"
            )
        if found.folders <= known.folders:
            self.by_name[key] = found


@dataclass(frozen=True, slots=True)
class _Named:
    """A file that goes by its name."""

    path: Path
    sha256: str
    folders: int
    """In how many it lies."""


def bring(
    source: Path,
    cache: Path,
    models: Sequence[Model],
    *,
    named: bool = False,
    listen: Listen = ignore,
) -> Brought:
    """Install every model that is wholly there.

    Args:
        source: a folder, or a tar, packed or not.
        cache: the folder of all models, made when missing.
        models: those that are looked for.
        named: whether they were asked for by name: then files without a published
            SHA-256 are taken by theirs.
        listen: told about progress.

    Raises:
        InputError: there is no such thing, it is damaged or made to do harm, or no model
            is in it; nothing was installed then.
        ModelUnavailable: there is no room, or the cache cannot be written.
    """
    if not source.exists():
        raise InputError(str(source), "no such file or folder", "name a bundle, a tar or a folder")
    models = [m for m in models if not any(isinstance(f.source, Packaged) for f in m.files)]
    try:
        with side(cache, WORK, lambda: listen(Step(Doing.WAIT, str(cache), 0, 0))) as place:
            shutil.rmtree(place)
            place.mkdir()
            try:
                found = _look(source, place, models, listen, named=named)
                return _install(found, cache, models, source, listen)
            finally:
                shutil.rmtree(place, ignore_errors=True)
    except OSError as error:
        raise unwritable(cache, error, models[:1]) from error


def _look(
    source: Path, place: Path, models: Sequence[Model], listen: Listen, *, named: bool
) -> _Found:
    """Go through what was brought and keep what is known; a tar's files are copied out."""
    found = _Found()
    sizes = {file.size for model in models for file in model.files if file.sha256}
    digests = {file.sha256 for model in models for file in model.files} - {""}
    unsized = any(f.sha256 and not f.size for m in models for f in m.files)
    unknown = [(m, f) for m in models for f in m.files if named and not f.sha256]
    for number, (name, size, opened, kept) in enumerate(_files(source, place)):
        fits = _fits(name, unknown)
        if size not in sizes and not fits and not (unsized and size <= MOST_UNKNOWN):
            continue
        if kept is None:
            check_room(place, size)
        copy = None if kept else place / str(number)
        seen = _read(opened, copy, name, size, listen)
        path = kept or copy
        assert path is not None
        if seen in digests:
            found.by_digest.setdefault(seen, path)
        elif fits:
            for key in fits:
                found.name(key, _Named(path, seen, name.count("/")))
        elif copy:
            copy.unlink()
    return found


def _files(source: Path, place: Path) -> Iterator[tuple[str, int, Content, Path | None]]:
    """Go through a folder or a tar: name, size, content, and where it lies if it does."""
    if not source.is_dir():
        for member in members(source):
            yield member.name, member.size, member.content, None
        return
    count = 0
    for parent, _folders, names in os.walk(source):
        for name in sorted(names):
            path = Path(parent) / name
            if not path.is_file() or place in path.parents:
                continue
            count += 1
            if count > MOST_MEMBERS:
                raise InputError(
                    str(source),
                    f"there are more than {MOST_MEMBERS} files",
                    "name a smaller folder",
                )
            with path.open("rb") as opened:
                yield path.relative_to(source).as_posix(), path.stat().st_size, opened, path


def _fits(name: str, unknown: Iterable[tuple[Model, File]]) -> list[tuple[str, str]]:
    """Return which file of each model a name means: the one with most folders in common."""
    longest: dict[str, str] = {}
    for entry, file in unknown:
        called = name == file.name or name.endswith(f"/{file.name}")
        if called and len(file.name) > len(longest.get(entry.name, "")):
            longest[entry.name] = file.name
    return list(longest.items())


def _read(content: Content, copy: Path | None, name: str, size: int, listen: Listen) -> str:
    """Return the SHA-256 of a file, and leave a copy of it where one is wanted."""
    seen = hashlib.sha256()
    done = 0
    with ExitStack() as stack:
        out = stack.enter_context(copy.open("wb")) if copy else None
        while block := content.read(BLOCK):
            seen.update(block)
            if out:
                out.write(block)
            done += len(block)
            listen(Step(Doing.VERIFY, name, done, size))
    return seen.hexdigest()


def _install(
    found: _Found, cache: Path, models: Iterable[Model], source: Path, listen: Listen
) -> Brought:
    installed: list[Model] = []
    present: list[str] = []
    trusted: list[str] = []
    incomplete: list[Incomplete] = []
    for entry in models:
        if not _meant(entry, found):
            continue
        wanted = missing(entry, cache)
        lacking = tuple(f.name for f in wanted if _place(entry, f, found) is None)
        if lacking:
            incomplete.append(Incomplete(entry, lacking))
        elif not wanted:
            present.append(entry.name)
        else:
            came = _copy(entry, wanted, found, cache, source, listen)
            installed.append(came)
            trusted += [f"{entry.name}/{f.name}" for f in wanted if not f.sha256]
    if not (installed or present or incomplete):
        raise InputError(
            str(source),
            "no file of a known model is in it",
            "see `huiting models list`; name the model with --name if its files have no "
            "published SHA-256",
        )
    return Brought(tuple(installed), tuple(present), tuple(incomplete), tuple(trusted))


def _meant(entry: Model, found: _Found) -> bool:
    """Tell whether a model was brought: its largest file tells it from its kin."""
    largest = max(entry.files, key=lambda file: file.size)
    return _place(entry, largest, found) is not None


def _place(entry: Model, file: File, found: _Found) -> Path | None:
    if file.sha256:
        return found.by_digest.get(file.sha256)
    named = found.by_name.get((entry.name, file.name))
    return named.path if named else None


def _copy(
    entry: Model,
    wanted: Iterable[File],
    found: _Found,
    cache: Path,
    source: Path,
    listen: Listen,
) -> Model:
    """Bring a model's files together, verified once more, and give it its name."""
    work = cache / SIDE / WORK
    places = [(file, _place(entry, file, found)) for file in wanted]
    foreign = sum(file.size for file, path in places if path and work not in path.parents)
    check_room(cache, foreign)
    with side(cache, entry.name, lambda: listen(Step(Doing.WAIT, str(cache), 0, 0))) as place:
        ready: dict[str, Path] = {}
        came: dict[str, Trusted] = {}
        for file, path in places:
            assert path is not None
            copy = place / "files" / file.name
            copy.parent.mkdir(parents=True, exist_ok=True)
            seen = _own(path, copy, f"{entry.name}/{file.name}", file, listen, work)
            if file.sha256 and seen != file.sha256:
                raise InputError(str(path), "changed while it was copied", "import it again")
            ready[file.name] = copy
            if not file.sha256:
                came[file.name] = Trusted(seen, copy.stat().st_size, f"import {source.name}")
        return put(entry, cache, place, ready, came)


def _own(path: Path, copy: Path, name: str, file: File, listen: Listen, work: Path) -> str:
    """Give a file another place, and return its SHA-256; what a tar held is not copied twice."""
    if work in path.parents:
        copy.unlink(missing_ok=True)
        copy.hardlink_to(path)
        return digest(copy)
    with path.open("rb") as content:
        return _read(content, copy, name, file.size, listen)
