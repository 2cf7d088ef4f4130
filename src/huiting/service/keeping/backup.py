"""Backups while the service runs: one file for the database, recordings beside it, each once.

Recordings never change, so a second backup into the same folder copies only new ones. The
database is copied first: what is handed in meanwhile belongs to the next backup, and what is
removed meanwhile is missing from this one, as restoring it says.
"""

import hashlib
import io
import tarfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory

from sqlalchemy import select

from huiting.core.errors import InputError, StoreError, Unknown
from huiting.core.whole_file import PRIVATE, replacing
from huiting.jobs.job import Order
from huiting.jobs.running import Running
from huiting.service.keeping.manifest import FORMAT, NAME, SHARED, Manifest, Stored, written
from huiting.store import Store
from huiting.store.dumping import NAMES, dump
from huiting.store.schema import HEAD, RecordingFileRow
from huiting.vault.place import Raw, Vault
from huiting.vault.reading import SUFFIX

KIND = "backup"
BLOCK = 1 << 20
_PAGE = 1_000
Advance = Callable[[str, float], None]


def unheard(_stage: str, _share: float) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was made."""

    path: Path
    manifest: Manifest
    copied: int
    """Recordings that were not in the folder yet."""
    bytes_copied: int


@dataclass(frozen=True, slots=True)
class Backup:
    """Makes backups. May run beside everything else."""

    store: Store
    vault: Vault
    version: str
    now: Callable[[], datetime]
    environment: Mapping[str, str]
    """Of the programs that are run."""
    folder: Path | None = None
    """Where jobs put their backups."""

    def run(self, running: Running) -> None:
        """Make a backup in the folder; the handler of jobs of this kind.

        Raises:
            InputError: no folder is set.
        """
        if self.folder is None:
            raise InputError("backups", "no folder is set", "set backups in the settings")
        self.make(self.folder / f"huiting-{self.now():%Y%m%dT%H%M%SZ}.tar", running.advance)

    def make(
        self,
        target: Path,
        advance: Advance = unheard,
        *,
        whole: bool = False,
        more: Mapping[str, Path] | None = None,
    ) -> Made:
        """Make a backup.

        Args:
            target: the file; there is none of that name yet.
            advance: is told stage and share, and may raise to end the work.
            whole: put the recordings into the file, so that it is all there is.
            more: further files, by their names in the backup: settings, rules, keys.

        Raises:
            InputError: there is a file of that name.
            StoreError: the database cannot be read, or the backup cannot be written.
        """
        if target.exists():
            raise InputError(str(target), "it is there already", "name a new file")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with TemporaryDirectory(prefix=".backup-", dir=target.parent) as place:
                return self._make(target, Path(place), _Wish(advance, whole, more or {}))
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise StoreError(str(target), reason, "make room, or choose another folder") from error

    def _make(self, target: Path, place: Path, wish: "_Wish") -> Made:
        wish.advance("database", 0.0)
        kind = self.store.database.dialect
        files = {NAMES[kind]: place / NAMES[kind]}
        dump(self.store.database, files[NAMES[kind]], self.environment)
        files |= {f"files/{name}": path for name, path in wish.more.items()}
        copy = _Copy(self.vault, target.parent / SHARED)
        with replacing(target, PRIVATE) as out, tarfile.open(fileobj=out, mode="w") as archive:
            stored = [_added(archive, name, path, self.now()) for name, path in files.items()]
            for share, recording in self._recordings():
                wish.advance("recordings", share)
                if wish.whole:
                    copy.into(archive, recording, self.now())
                else:
                    copy.beside(recording)
            manifest = Manifest(
                FORMAT, self.version, HEAD, kind, self.now(), stored, copy.found, wish.whole,
                copy.missing,
            )  # fmt: skip
            _put(archive, NAME, written(manifest), self.now())
        return Made(target, manifest, copy.copied, copy.bytes_copied)

    def _recordings(self) -> Iterator[tuple[float, str]]:
        """Yield the recordings that the database knows, in order, with the share that is done."""
        after = ""
        while True:
            chosen = select(RecordingFileRow.id).where(RecordingFileRow.id > after)
            with self.store.database.reading() as connection:
                page = list(connection.scalars(chosen.order_by(RecordingFileRow.id).limit(_PAGE)))
            yield from ((int(recording[:4], 16) / 0x10000, recording) for recording in page)
            if len(page) < _PAGE:
                return
            after = page[-1]


def order_of(owner: str, mark: str | None = None) -> Order:
    """Return the order for a backup; `mark` tells one from another."""
    return Order(kind=KIND, subject=mark or token_hex(8), owner=owner, attempts=1)


@dataclass(frozen=True, slots=True)
class _Wish:
    advance: Advance
    whole: bool
    more: Mapping[str, Path]


@dataclass(slots=True)
class _Copy:
    """Copies recordings, as they lie in the vault: what is sealed stays sealed."""

    vault: Vault
    folder: Path
    found: list[Stored] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    copied: int = 0
    bytes_copied: int = 0

    def into(self, archive: tarfile.TarFile, recording: str, at: datetime) -> None:
        """Put a recording into an archive."""
        with self._open(recording) as source:
            if source is not None:
                name = f"{SHARED}/{recording}{SUFFIX if source.key else ''}"
                self.found.append(_streamed(archive, name, source, at))
                self.copied += 1
                self.bytes_copied += source.size

    def beside(self, recording: str) -> None:
        """Put a recording into the folder, unless it is there."""
        with self._open(recording) as source:
            if source is None:
                return
            known = self._known(recording, source)
            if known is None:
                known = self._new(recording, source)
            self.found.append(known)

    @contextmanager
    def _open(self, recording: str) -> Iterator[Raw | None]:
        with ExitStack() as stack:
            try:
                source = stack.enter_context(self.vault.raw(recording))
            except Unknown:
                self.missing.append(recording)
                yield None
            else:
                yield source

    def _known(self, recording: str, source: Raw) -> Stored | None:
        """Return the copy that was made before: of a sealed one, with the same key."""
        near = self.folder / recording[:2]
        if not source.key:
            copy = near / recording
            if copy.is_file() and copy.stat().st_size == source.size:
                return Stored(f"{recording[:2]}/{recording}", source.size, recording)
            return None
        for copy in near.glob(f"{recording}.{source.key.hex()}.*{SUFFIX}"):
            digest = copy.name.split(".")[2]
            if copy.stat().st_size == source.size:
                return Stored(f"{recording[:2]}/{copy.name}", source.size, digest)
        return None

    def _new(self, recording: str, source: Raw) -> Stored:
        near = self.folder / recording[:2]
        near.mkdir(parents=True, exist_ok=True)
        seen, size = hashlib.sha256(), 0
        part = near / f".{token_hex(8)}"
        try:
            with replacing(part, PRIVATE) as copy:
                while block := source.file.read(BLOCK):
                    seen.update(block)
                    size += len(block)
                    copy.write(block)
            digest = seen.hexdigest()
            key = source.key.hex()
            name = f"{recording}.{key}.{digest}{SUFFIX}" if key else recording
            part.replace(near / name)
        finally:
            part.unlink(missing_ok=True)
        self.copied += 1
        self.bytes_copied += size
        return Stored(f"{recording[:2]}/{name}", size, digest)


def _streamed(archive: tarfile.TarFile, name: str, source: Raw, at: datetime) -> Stored:
    """Put a recording into an archive, and say what it is."""
    digest = hashlib.file_digest(source.file, "sha256").hexdigest()  # type: ignore[arg-type]  # a file
    source.file.seek(0)
    archive.addfile(_entry(name, source.size, at), source.file)
    return Stored(name, source.size, digest)


def _added(archive: tarfile.TarFile, name: str, path: Path, at: datetime) -> Stored:
    """Put a file into an archive, and say what it is."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        size = file.tell()
        file.seek(0)
        archive.addfile(_entry(name, size, at), file)
    return Stored(name, size, digest)


def _put(archive: tarfile.TarFile, name: str, content: bytes, at: datetime) -> None:
    archive.addfile(_entry(name, len(content), at), io.BytesIO(content))


def _entry(name: str, size: int, at: datetime) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = size, PRIVATE, int(at.timestamp())
    return entry
