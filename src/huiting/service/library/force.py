"""What is in force, as files: what reads rules and lists reads files, wherever they come from.

The files of one state lie in a folder of their own, which is never changed; a new state gets a
new one. So whoever has begun with one state ends with it.
"""

import shutil
import threading
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from secrets import token_hex

from huiting.core.errors import StoreError
from huiting.service.library.kinds import Kind
from huiting.store.library import Library, Version

KEPT = 3
"""States whose files stay."""


@dataclass(frozen=True, slots=True)
class InForce:
    """The files of one state."""

    stamp: str
    """Another one whenever something else is in force."""
    files: dict[Kind, tuple[Path, ...]] = field(default_factory=dict)

    def of(self, kind: Kind) -> tuple[Path, ...]:
        """Return the files of a kind, by name."""
        return self.files.get(kind, ())


@dataclass(slots=True)
class Force:
    """Looks at what is in force. May be used from several threads and processes."""

    library: Library
    folder: Path
    _known: InForce | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def now(self) -> InForce:
        """Return what is in force now; reads little when nothing has changed.

        Raises:
            StoreError: the database cannot be used, or the files cannot be written.
        """
        stamp = _stamp(self.library.force())
        with self._lock:
            if self._known is None or self._known.stamp != stamp:
                self._known = self._written(self.library.published())
            return self._known

    def _written(self, documents: list[Version]) -> InForce:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            state = written(documents, self.folder)
        except OSError as error:
            reason = f"it cannot be written: {error.strerror}"
            remedy = "make room, and allow writing there"
            raise StoreError(str(self.folder), reason, remedy) from error
        self._forget(self.folder / state.stamp)
        return state

    def _forget(self, current: Path) -> None:
        """Remove the files of old states, but for a few: somebody may still read those."""
        others = [path for path in self.folder.iterdir() if path.is_dir() and path != current]
        others.sort(key=lambda path: path.stat().st_mtime, reverse=True)
        for path in others[KEPT - 1 :]:
            shutil.rmtree(path, ignore_errors=True)


def written(documents: Sequence[Version], folder: Path) -> InForce:
    """Write documents as the files of one state, into a folder of its own; return them."""
    stamp = _stamp((d.kind, d.name, d.version) for d in documents)
    place = folder / stamp
    if not place.is_dir():
        _write(documents, place)
    files: defaultdict[Kind, list[Path]] = defaultdict(list)
    for document in documents:
        files[Kind(document.kind)].append(_path(place, document))
    return InForce(stamp, {kind: tuple(sorted(paths)) for kind, paths in files.items()})


def _write(documents: Sequence[Version], place: Path) -> None:
    """Write the files beside, then give the folder its name: it is whole or not there."""
    part = place.with_name(f".{token_hex(8)}")
    part.mkdir(parents=True)
    for document in documents:
        path = _path(part, document)
        path.parent.mkdir(exist_ok=True)
        path.write_text(document.body, encoding="utf-8")
    try:
        part.rename(place)
    except OSError:  # another process was quicker
        shutil.rmtree(part, ignore_errors=True)
        if not place.is_dir():
            raise


def _stamp(force: Iterable[tuple[str, str, int]]) -> str:
    return sha256(repr(tuple(sorted(force))).encode()).hexdigest()[:16]


def _path(folder: Path, document: Version) -> Path:
    kind = Kind(document.kind)
    return folder / kind.value / f"{document.name}{kind.suffix}"
