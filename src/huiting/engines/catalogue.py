"""The models that Huiting uses: what each is, where its files come from, whether they are right.

`weights` is for whoever loads a model, `check` for whoever doubts one, `models_for` for
whoever looks for one that an engine can load. Nothing is written or fetched here;
`provision` and `hub` do that.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache as once
from importlib import metadata
from importlib.resources import files as resources
from pathlib import Path
from typing import Any

from huiting.core.errors import ConfigError, ModelUnavailable
from huiting.engines import _stamp, _trust
from huiting.engines._assembly import digest


@dataclass(frozen=True, slots=True)
class Wheel:
    """One exact file of a package index."""

    project: str
    version: str
    file: str
    size: int
    """Bytes."""
    sha256: str


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a model's file: a member of a wheel."""

    wheel: Wheel
    member: str


@dataclass(frozen=True, slots=True)
class Added:
    """A piece of a model's file that stands in the catalogue: what its publisher put behind it."""

    content: bytes


Pieces = tuple[Part | Added, ...]
"""In this order they are the file."""


@dataclass(frozen=True, slots=True)
class Packaged:
    """A model's file that an installed package brings along."""

    project: str
    member: str


class Hub(StrEnum):
    """Who hands models out."""

    MODELSCOPE = "modelscope"
    HUGGINGFACE = "huggingface"
    RELEASE = "github-release"
    INDEX = "package-index"
    """The operator's own index of packages, which has wheels; no `Place` is there."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a hub has a file."""

    hub: Hub
    repo: str
    """`owner/name`."""
    revision: str
    """Branch or commit; of a release, its tag."""
    path: str
    """In the repository; of a release, the name of the asset."""


@dataclass(frozen=True, slots=True)
class Archive:
    """A tar of a release that holds all files of a model in one folder."""

    place: Place
    size: int
    """Bytes; 0 when not known."""
    sha256: str
    """Empty when not known: the files inside have theirs."""


@dataclass(frozen=True, slots=True)
class Hosted:
    """A model's file that hubs have; any of the places will do."""

    places: tuple[Place, ...]
    pieces: Pieces = ()
    """The same file out of wheels; empty where none has it."""


@dataclass(frozen=True, slots=True)
class File:
    """One file of a model, as published."""

    name: str
    """May stand in a folder: `tokenizer/vocab.json`."""
    size: int
    """Bytes; 0 when nobody published it."""
    sha256: str
    """Empty when nobody published it: then the file that came first counts, see `_trust`."""
    source: Pieces | Packaged | Hosted
    witnesses: int = 0
    """How many public files were found to state this digest, up to 10; 0 where it was reckoned
    here, from the file itself."""
    most: int = 0
    """Bytes that are taken at most where the size is not known; 0 for little."""

    @property
    def pieces(self) -> Pieces:
        """What it is made of out of wheels; empty where it does not come by them."""
        if isinstance(self.source, Hosted):
            return self.source.pieces
        return () if isinstance(self.source, Packaged) else self.source


@dataclass(frozen=True, slots=True)
class Model:
    """One entry of the catalogue."""

    name: str
    task: str
    origin: str
    """Whose work the weights are."""
    licence: str
    """SPDX identifier; NOASSERTION when whoever publishes the weights states none."""
    covers: tuple[str, ...]
    """Languages, by ISO 639 code; empty when the model does not depend on one."""
    files: tuple[File, ...]
    optional: bool = False
    """Installed only when asked for by name; everything works without it."""
    engine: str = ""
    """Which of our engines loads it."""
    runtime: str = ""
    """With what."""
    attribution: str = ""
    """What whoever uses or passes on the model must name."""
    memory: int = 0
    """Bytes that the model took when it was measured; 0 where nobody here did."""
    archive: Archive | None = None
    """One file that has all of them, where there is one."""

    @property
    def size(self) -> int:
        """Bytes of all its files, as far as they are published."""
        return sum(file.size for file in self.files)

    @property
    def pulled(self) -> bool:
        """Whether hubs have it; otherwise packages bring it."""
        return any(isinstance(file.source, Hosted) for file in self.files)

    @property
    def wheels(self) -> tuple[Wheel, ...]:
        """The wheels its files are taken from, or can be, each once."""
        pieces = [piece for file in self.files for piece in file.pieces]
        return tuple(dict.fromkeys(piece.wheel for piece in pieces if isinstance(piece, Part)))


@dataclass(frozen=True, slots=True)
class Weights:
    """An installed model, ready to be loaded."""

    model: Model
    paths: Mapping[str, Path]
    """By file name, for every file of the model."""

    @property
    def folder(self) -> Path:
        """Where the files lie together; of a packaged model, where its first file lies."""
        first = self.model.files[0].name
        return self.paths[first].parents[first.count("/")]


class State(StrEnum):
    """Whether a model can be used."""

    VERIFIED = "verified"
    MISSING = "missing"
    WRONG = "wrong"
    """Some file is not the published one."""
    UNVERIFIED = "unverified"
    """Every file is the published one, but came here by another way than `setup`."""


@dataclass(frozen=True, slots=True)
class Check:
    """What was found when a model's files were looked at."""

    model: Model
    state: State
    reason: str = ""
    """Which file, and what is the matter with it; empty for a verified model."""


def parse(text: str) -> tuple[Model, ...]:
    """Read a catalogue.

    Raises:
        KeyError: a field is missing, or a part names a wheel that is not listed.
        tomllib.TOMLDecodeError: it is not TOML.
    """
    raw = tomllib.loads(text)
    wheels = {entry["project"]: Wheel(**entry) for entry in raw["wheels"]}
    languages = raw.get("languages", {})
    return tuple(_model(entry, wheels, languages) for entry in raw["models"])


def _model(
    raw: Mapping[str, Any], wheels: Mapping[str, Wheel], languages: Mapping[str, list[str]]
) -> Model:
    described = {key: raw[key] for key in ("name", "task", "origin", "licence")}
    further = ("optional", "engine", "runtime", "attribution", "memory")
    described |= {key: raw[key] for key in further if key in raw}
    covers = languages[raw["covers"]] if isinstance(raw["covers"], str) else raw["covers"]
    archive = _archive(raw["archive"]) if "archive" in raw else None
    sources = raw.get("sources", () if archive else None)
    files = tuple(_file(entry, wheels, sources) for entry in raw["files"])
    return Model(**described, covers=tuple(covers), files=files, archive=archive)


def _file(
    raw: Mapping[str, Any],
    wheels: Mapping[str, Wheel],
    sources: Sequence[Mapping[str, str]] | None,
) -> File:
    """Read a file; `sources` are the hubs of its model, None where none has it."""
    pieces = tuple(_piece(part, wheels) for part in raw.get("parts", ()))
    source: Pieces | Packaged | Hosted
    if "package" in raw:
        source = Packaged(**raw["package"])
    elif sources is None:
        source = pieces
    else:
        path = raw.get("path", raw["name"])
        places = (Place(Hub(s["hub"]), s["repo"], s["revision"], path) for s in sources)
        source = Hosted(tuple(places), pieces)
    stated = {key: raw[key] for key in ("size", "sha256", "witnesses", "most") if key in raw}
    return File(raw["name"], source=source, **{"size": 0, "sha256": "", **stated})


def _piece(raw: Mapping[str, Any], wheels: Mapping[str, Wheel]) -> Part | Added:
    if "added" in raw:
        return Added("".join(raw["added"]).encode())
    return Part(wheels[raw["wheel"]], raw["member"])


def _archive(raw: Mapping[str, Any]) -> Archive:
    place = Place(Hub.RELEASE, raw["repo"], raw["tag"], raw["asset"])
    return Archive(place, raw.get("size", 0), raw.get("sha256", ""))


@once
def models() -> tuple[Model, ...]:
    """Return every model of the published catalogue."""
    return parse(resources("huiting.engines").joinpath("catalogue.toml").read_text("utf-8"))


def needed() -> tuple[Model, ...]:
    """Return the models that every installation has."""
    return tuple(entry for entry in models() if not entry.optional)


def model(name: str) -> Model:
    """Return one model of the published catalogue.

    Raises:
        ConfigError: there is no such model.
    """
    for entry in models():
        if entry.name == name:
            return entry
    known = ", ".join(entry.name for entry in models())
    raise ConfigError(f"model {name!r}", "is not in the catalogue", f"choose one of {known}")


WEIGHTS = {"transformers": "torch", "vllm": "torch"}
"""Runtimes that load what is published for another."""


def models_for(engine: str, runtime: str = "") -> tuple[Model, ...]:
    """Return the models that an engine can load, the usual one first.

    Args:
        engine: as in the settings; a hyphen and an underscore are the same.
        runtime: with what it runs; empty for any.
    """
    wanted = engine.replace("_", "-")
    kind = WEIGHTS.get(runtime, runtime)
    return tuple(m for m in models() if m.engine == wanted and kind in {"", m.runtime})


def known(entry: Model, cache: Path) -> Model:
    """Return a model with the digests of files that nobody published, as they came first."""
    if all(file.sha256 for file in entry.files):
        return entry
    trusted = _trust.read(cache / entry.name)
    files = tuple(
        replace(file, size=trusted[file.name].size, sha256=trusted[file.name].sha256)
        if not file.sha256 and file.name in trusted
        else file
        for file in entry.files
    )
    return replace(entry, files=files)


def weights(name: str, cache: Path) -> Weights:
    """Return the files of an installed model of the published catalogue.

    Args:
        name: as in the catalogue.
        cache: the folder of all models.

    Raises:
        ConfigError: there is no such model.
        ModelUnavailable: a file is missing, or was changed since it was verified.
    """
    return locate(model(name), cache)


def locate(entry: Model, cache: Path) -> Weights:
    """Return where the files of a model lie, after a look at each.

    A file in the cache must have the size and time it had when it was verified; a
    packaged one is small and is read wholly.

    Raises:
        ModelUnavailable: a file is missing, or was changed since it was verified.
    """
    entry = known(entry, cache)
    notes = _stamp.read(cache / entry.name)
    paths = {file.name: place(entry, file, cache) for file in entry.files}
    for file in entry.files:
        path = paths[file.name]
        packaged = isinstance(file.source, Packaged)
        if found := fault(file, path) if packaged else _change(file, path, notes):
            raise unavailable(entry, file, found)
    return Weights(entry, paths)


def check(entry: Model, cache: Path) -> Check:
    """Read every byte of a model's files and say what is found."""
    entry = known(entry, cache)
    notes = _stamp.read(cache / entry.name)
    changed = ""
    for file in entry.files:
        path = place(entry, file, cache)
        if found := fault(file, path):
            return Check(entry, State.WRONG if path.exists() else State.MISSING, found)
        if not isinstance(file.source, Packaged):
            changed = changed or _change(file, path, notes)
    return Check(entry, State.UNVERIFIED if changed else State.VERIFIED, changed)


def place(entry: Model, file: File, cache: Path) -> Path:
    """Return where a file of a model lies, or would lie."""
    if isinstance(file.source, Packaged):
        try:
            package = metadata.distribution(file.source.project)
        except metadata.PackageNotFoundError:
            return Path(file.source.project) / "(not installed)" / file.name
        return Path(str(package.locate_file(file.source.member)))
    return cache / entry.name / file.name


def fault(file: File, path: Path) -> str:
    """Say what is the matter with a file's bytes; nothing when they are the published ones."""
    try:
        size = path.stat().st_size
        if not file.sha256:
            return f"{path} cannot be verified: nobody published its SHA-256"
        if file.size and size != file.size:
            return f"{path} has {size} bytes, not {file.size}"
        seen = digest(path)
    except FileNotFoundError:
        return f"{path} is missing"
    except OSError as error:
        return f"{path} cannot be read ({error.strerror})"
    return "" if seen == file.sha256 else f"{path} has SHA-256 {seen}, not {file.sha256}"


def _change(file: File, path: Path, notes: Mapping[str, _stamp.Stamp]) -> str:
    """Say what changed since a file was verified, without reading it."""
    try:
        now = _stamp.stamp(path, file.sha256)
        if not file.sha256:
            return f"{path} cannot be verified: nobody published its SHA-256"
    except FileNotFoundError:
        return f"{path} is missing"
    except OSError as error:
        return f"{path} cannot be read ({error.strerror})"
    if file.size and now.size != file.size:
        return f"{path} has {now.size} bytes, not {file.size}"
    return "" if notes.get(file.name) == now else f"{path} was changed since it was verified"


def unavailable(entry: Model, file: File, reason: str) -> ModelUnavailable:
    """Make the error that says why a model cannot be used."""
    if isinstance(file.source, Packaged):
        remedy = f"install {file.source.project} in the version that requirements.lock names"
    elif isinstance(file.source, Hosted):
        remedy = (
            f"run `huiting models pull {entry.name}`, or `huiting models import` a bundle of it"
        )
    else:
        remedy = f"run `huiting setup{f' --with {entry.name}' if entry.optional else ''}`"
    return ModelUnavailable(f"model {entry.name}", reason, remedy)
